"""The token in a request's Authorization header. Pure."""

NOT_GIVEN = "Authentication credentials were not provided."
WRONG = "Invalid token."


def read(header: str | None) -> tuple[str, str]:
    """Return the token, or "" and what is wrong, in the words of the older server."""
    parts = (header or "").split()
    if not parts or parts[0].lower() != "token":
        return "", NOT_GIVEN
    if len(parts) == 1:
        return "", "Invalid token header. No credentials provided."
    if len(parts) > 2:
        return "", "Invalid token header. Token string should not contain spaces."
    if not parts[1].isascii():
        return "", "Invalid token header. Token string should not contain invalid characters."
    return parts[1], ""
