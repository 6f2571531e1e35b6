"""The relay: any topic for a device that has no MQTT, as docs/relay-protocol.md says."""
