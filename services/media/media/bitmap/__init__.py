"""From any picture to the bytes that a display takes."""
