"""What Home Assistant is told of displays."""

from media.entities import display_entities


def test_a_display_is_an_image() -> None:
    """Its preview, which is PNG; one of image_topic and url_topic must be there."""
    assert display_entities("rlcd", "RLCD", "mantel/display/rlcd/preview") == {
        "display:rlcd:picture": {
            "p": "image",
            "name": "RLCD picture",
            "image_topic": "mantel/display/rlcd/preview",
            "content_type": "image/png",
            "icon": "mdi:image-frame",
        }
    }
