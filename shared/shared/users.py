"""Who speaks to the broker: services, people's programs and kinds of devices. Pure."""

SERVICES = ("stats", "alarms", "media", "serial-bridge", "ws-bridge")
"""The services, each also a broker user."""
SCALED = {"ws-bridge": 9}
"""How many copies (`MANTEL_INSTANCE` 1 to 9) of a service may run beside the first."""
USERS = (*SERVICES, "homeassistant", "operator")
"""The broker users that exist from the first start; `device` stands for each device's own."""

OWN = "{id}"
"""Among writers or readers: a device, of the topics alone that hold its own name."""
RELAY = "relay"
"""Among writers or readers: devices of the relay that were given the right, others are not."""

HOME = ("homeassistant", "operator", "device")
WATCHERS = ("homeassistant", "operator")
