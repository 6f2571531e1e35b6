"""Pictures and sound for displays."""
