"""The HTTP API of displays."""
