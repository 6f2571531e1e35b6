"""The shapes of what the HTTP API answers, in JSON Schema as OpenAPI 3.1 has it. Pure."""

from typing import Any

Schema = dict[str, Any]


def described(text: str, **schema: Any) -> Schema:  # noqa: ANN401
    """Return a schema with its meaning."""
    return {"description": text, **schema}


def integer(text: str) -> Schema:
    """Return a number of something: never below zero."""
    return described(text, type="integer", minimum=0)


def number(text: str, *, null: bool = False) -> Schema:
    """Return any number; with `null` what the host may not be able to tell."""
    return described(text, type=["number", "null"] if null else "number")


def percent(text: str) -> Schema:
    """Return a number of at least 0; 100 is the whole."""
    return described(text, type="number", minimum=0)


def string(text: str, *, null: bool = False) -> Schema:
    """Return any text."""
    return described(text, type=["string", "null"] if null else "string")


def flag(text: str) -> Schema:
    """Return true or false."""
    return described(text, type="boolean")


def thing(properties: dict[str, Schema], text: str = "", optional: tuple[str, ...] = ()) -> Schema:
    """Return an object with these keys and no others; those that are not `optional` always."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": [key for key in properties if key not in optional],
        "additionalProperties": False,
    }
    return {"description": text, **schema} if text else schema


def maybe(schema: Schema) -> Schema:
    """Return an object that is empty where the host has nothing to tell."""
    return {**schema, "required": []}


def many(schema: Schema, text: str) -> Schema:
    """Return an array."""
    return described(text, type="array", items=schema)


TIME = number("Unix time of the answer, in seconds")
UPTIME = number("Seconds since the host was started")

SIZES = {"total": integer("Bytes"), "used": integer("Bytes"), "free": integer("Bytes")}
USED = percent("Used share, %")

DISK_IO = maybe(
    thing(
        {
            "read_count": integer("Reads since boot"),
            "write_count": integer("Writes since boot"),
            "read_bytes": integer("Bytes read since boot"),
            "write_bytes": integer("Bytes written since boot"),
            "read_time": integer("Time spent reading, ms"),
            "write_time": integer("Time spent writing, ms"),
        },
        "All disks together; empty where the host does not count",
    )
)
INTERFACE = thing(
    {
        "bytes_sent": integer("Bytes since boot"),
        "bytes_recv": integer("Bytes since boot"),
        "packets_sent": integer("Packets since boot"),
        "packets_recv": integer("Packets since boot"),
        "errin": integer("Errors while receiving"),
        "errout": integer("Errors while sending"),
        "dropin": integer("Received packets that were dropped"),
        "dropout": integer("Packets that were dropped before sending"),
        "signal_strength": number("WiFi signal, dBm; only where there is one"),
    },
    "Counters of one interface",
    optional=("signal_strength",),
)
NETWORK = described(
    "Interfaces by name, loopback left out; empty when they cannot be read",
    type="object",
    properties={"active_connections": integer("Open internet sockets of the host")},
    additionalProperties={"$ref": "#/components/schemas/Interface"},
)
STATS_KEYS: dict[str, Schema] = {
    "clocks": maybe(
        thing(
            {
                "arm": number("Hz", null=True),
                "core": number("Hz", null=True),
                "sdram": number("Hz", null=True),
            },
            "Clocks of a Raspberry Pi, empty on other hosts",
        )
    ),
    "cpu_freq": number("Clock of the CPU now, MHz", null=True),
    "cpu_temp": number("Temperature of the CPU, °C", null=True),
    "cpu_usage": percent("CPU time used, all cores, %"),
    "disk": maybe(thing({**SIZES, "percent": USED}, "The file system at /")),
    "disk_io": {"$ref": "#/components/schemas/DiskIo"},
    "gpu": maybe(
        thing(
            {
                "memory": number("Bytes", null=True),
                "temperature": number("°C", null=True),
                "v3d_clock": number("Hz", null=True),
            },
            "The graphics of a Raspberry Pi, empty on other hosts",
        )
    ),
    "hardware": thing(
        {
            "firmware": string("Version of the firmware, several lines"),
            "model": string("What the device tree calls this machine"),
            "serial": string("Serial number of the board"),
            "usb_devices": integer("USB devices, hubs counted"),
        },
        "What this machine is; a key that is not known is left out",
        ("firmware", "model", "serial", "usb_devices"),
    ),
    "load_avg": described(
        "Load average of 1, 5 and 15 minutes",
        type="array",
        items={"type": "number"},
        minItems=3,
        maxItems=3,
    ),
    "memory": thing(
        {
            "available": integer("Bytes that programs can still have"),
            "percent": percent("Share that is not available, %"),
            "total": integer("Bytes"),
            "used": integer("Bytes in use, caches apart"),
        },
        "Memory",
    ),
    "network": {"$ref": "#/components/schemas/Network"},
    "per_cpu_usage": many({"type": "number", "minimum": 0}, "CPU time used by each core, %"),
    "power": maybe(
        thing(
            {
                "core_voltage": number("V", null=True),
                "freq_capped": described("The clock is held down", type=["boolean", "null"]),
                "throttled": described("Slowed down now", type=["boolean", "null"]),
                "under_voltage": described("The supply is too weak now", type=["boolean", "null"]),
            },
            "The supply of a Raspberry Pi, empty on other hosts",
        )
    ),
    "swap": thing({**SIZES, "percent": USED}, "Swap"),
    "timestamp": number("Unix time of the reading, in seconds"),
    "uptime": UPTIME,
}
