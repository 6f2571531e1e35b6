"""MQTT topics for devices that have no MQTT."""
