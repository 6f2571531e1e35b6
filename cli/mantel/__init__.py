"""The operator's command: it changes the hub by MQTT only, as broker user `operator`."""
