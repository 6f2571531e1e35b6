"""Text that can be sent as it is, whatever it was made of. Pure."""


def readable(text: str) -> str:
    """Return a text that is UTF-8: of half characters, as in some files' names, their numbers."""
    return text.encode(errors="backslashreplace").decode()
