"""What each path of the HTTP API answers, in JSON Schema. Pure."""

from stats.schemas import (
    DISK_IO,
    INTERFACE,
    NETWORK,
    SIZES,
    STATS_KEYS,
    TIME,
    UPTIME,
    USED,
    Schema,
    described,
    flag,
    integer,
    many,
    number,
    percent,
    string,
    thing,
)

SHARED: dict[str, Schema] = {"DiskIo": DISK_IO, "Interface": INTERFACE, "Network": NETWORK}
"""Shapes that stand in more than one answer."""

_DETAILS = string("Why")

TOO_MANY = thing(
    {
        "error": described("What", const="Rate limit exceeded"),
        "message": string("The limit, in words"),
    }
)
FAILED = thing({"error": string("What"), "details": _DETAILS})
FAILED_AT = thing({"error": string("What"), "details": _DETAILS, "timestamp": TIME})
UNHEALTHY = thing({"status": {"const": "unhealthy"}, "error": _DETAILS, "timestamp": TIME})

HEALTH = thing(
    {
        "memory_usage": percent("Share of the host's memory that is not available, %"),
        "status": {"const": "healthy"},
        "timestamp": TIME,
        "uptime": UPTIME,
        "version": string("Version of this API"),
    }
)
STATS = thing(
    STATS_KEYS,
    "All of these keys, or those that `fields` names",
    optional=tuple(STATS_KEYS),
)
PROCESSES = thing(
    {
        "processes": many(
            thing(
                {
                    "cpu_percent": percent("Of one core, so it may exceed 100"),
                    "memory_percent": percent("Share of the host's memory, %"),
                    "name": string("Name of the program"),
                    "pid": integer("Process id"),
                    "running_time": number("Seconds since it was started"),
                    "user": string("Whose it is", null=True),
                }
            ),
            "In the wanted order",
        )
        | {"maxItems": 100},
        "timestamp": TIME,
    }
)
INTERFACES = thing({"interfaces": {"$ref": "#/components/schemas/Network"}, "timestamp": TIME})
_FILE_SYSTEM = {
    "device": string("Its device"),
    "mountpoint": string("Where it is mounted"),
    "filesystem": string("Its type"),
}
DEVICES = thing(
    {
        "devices": many(
            {
                "anyOf": [
                    thing({**_FILE_SYSTEM, **SIZES, "percent": USED}),
                    thing(
                        {
                            **_FILE_SYSTEM,
                            "access_error": described("It cannot be read", const=True),
                        }
                    ),
                ]
            },
            "Mounted file systems",
        ),
        "disk_io": {"$ref": "#/components/schemas/DiskIo"},
        "timestamp": TIME,
    }
)
HISTORY = thing(
    {
        "message": string("What this is, in words"),
        "metrics": many({"type": "string"}, "Names of all series that are kept"),
        "series": described(
            "The series that were asked for, by name",
            type="object",
            additionalProperties=thing(
                {
                    "step_seconds": number("Seconds from one point to the next"),
                    "points": many(
                        {
                            "type": "array",
                            "items": {"type": ["number", "null"]},
                            "minItems": 2,
                            "maxItems": 2,
                        },
                        "Pairs of Unix time and average, oldest first; null where nothing is known",
                    ),
                }
            ),
        ),
        "timestamp": TIME,
    },
    optional=("series",),
)
CONFIG = thing(
    {
        "hostname": string("Name of the host"),
        "is_raspberry_pi": flag("Whether this is a Raspberry Pi"),
        "platform": string("Its operating system"),
        "python_version": string("What the service runs on"),
        "server": thing(
            {
                "cache_seconds": integer("How long /stats keeps an answer"),
                "compression": thing(
                    {
                        "enabled": flag("Whether answers are compressed"),
                        "min_size": integer("Bytes from which on they are"),
                    }
                ),
                "debug_mode": flag("Whether more is logged"),
                "host": string("Address it listens on"),
                "port": integer("Port it listens on"),
                "rate_limiting": thing(
                    {
                        "enabled": flag("Whether requests are limited"),
                        "requests": integer("Requests of one client"),
                        "window": integer("Seconds in which they count"),
                    }
                ),
            }
        ),
        "timestamp": TIME,
    }
)
