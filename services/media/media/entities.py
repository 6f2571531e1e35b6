"""What Home Assistant shows of displays. Pure."""

from shared.discovery import Component


def display_entities(display: str, name: str, preview_topic: str) -> dict[str, Component]:
    """Return the component that shows the picture of a display, as people see it."""
    return {
        f"display:{display}:picture": {
            "p": "image",
            "name": f"{name} picture",
            "image_topic": preview_topic,
            "content_type": "image/png",
            "icon": "mdi:image-frame",
        }
    }
