"""Host and container statistics."""
