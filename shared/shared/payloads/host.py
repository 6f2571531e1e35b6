"""What `stats` tells of a host and its containers. Pure."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from shared.metric import Metric, clock, flag, percent, rate, shown, size
from shared.payloads.time import Time

ContainerCommand = Literal["restart", "start", "stop"]
ContainerStatus = Literal["running", "warning", "stopped"]


class Disk(Struct, frozen=True, kw_only=True):
    """A mounted file system of the host."""

    total_bytes: Annotated[int, shown("Size", size("size", "GiB", enabled=False))]
    used_bytes: Annotated[int, shown("Used", size("used", "GiB", enabled=False))]
    free_bytes: Annotated[
        int, shown("Free for everyone but root", size("free", "GiB", enabled=False))
    ]
    used_percent: Annotated[
        float,
        shown(
            "Used, as `df` counts it",
            percent("usage", "mdi:harddisk"),
        ),
    ]


class Network(Struct, frozen=True, kw_only=True):
    """A network interface of the host; loopback and those of containers are left out."""

    rx_bytes: Annotated[
        int,
        shown(
            "Received since boot",
            size("received", "GiB", enabled=False, state_class="total_increasing"),
        ),
    ]
    tx_bytes: Annotated[
        int,
        shown(
            "Sent since boot", size("sent", "GiB", enabled=False, state_class="total_increasing")
        ),
    ]
    rx_bytes_per_second: Annotated[float, shown("Receiving", rate("receiving", enabled=False))]
    tx_bytes_per_second: Annotated[float, shown("Sending", rate("sending", enabled=False))]


class HostStats(Struct, frozen=True, kw_only=True):
    """One reading of the host. What this host cannot tell is null."""

    at: Annotated[Time, Meta(description="When it was read")]
    mock: Annotated[bool, Meta(description="True when the values are invented (`STATS_MOCK`)")]
    cpu_percent: Annotated[
        float | None,
        shown(
            "CPU time used since the reading before, all cores",
            percent("CPU usage", "mdi:cpu-64-bit"),
        ),
    ]
    cpu_core_percents: Annotated[
        list[float],
        shown(
            "The same for each core",
            percent("CPU core", "mdi:cpu-64-bit", enabled=False),
        ),
    ]
    cpu_frequency_hertz: Annotated[
        int | None,
        shown(
            "Clock of the CPU now",
            clock("CPU frequency"),
        ),
    ]
    cpu_temperature_celsius: Annotated[
        float | None,
        shown(
            "Temperature of the CPU", Metric("CPU temperature", "°C", "temperature", precision=1)
        ),
    ]
    load_1_minute: Annotated[
        float, shown("Load average", Metric("Load (1 min)", precision=2, icon="mdi:gauge"))
    ]
    load_5_minutes: Annotated[
        float,
        shown("Load average", Metric("Load (5 min)", precision=2, icon="mdi:gauge", enabled=False)),
    ]
    load_15_minutes: Annotated[
        float,
        shown(
            "Load average", Metric("Load (15 min)", precision=2, icon="mdi:gauge", enabled=False)
        ),
    ]
    memory_total_bytes: Annotated[int, shown("Memory", size("Memory size", "MiB", enabled=False))]
    memory_available_bytes: Annotated[
        int,
        shown(
            "Memory that programs can still have", size("Memory available", "MiB", enabled=False)
        ),
    ]
    memory_used_bytes: Annotated[
        int, shown("Memory in use, caches apart", size("Memory used", "MiB"))
    ]
    memory_percent: Annotated[
        float, shown("Memory not available", percent("Memory usage", "mdi:memory"))
    ]
    swap_total_bytes: Annotated[int, shown("Swap", size("Swap size", "MiB", enabled=False))]
    swap_used_bytes: Annotated[int, shown("Swap in use", size("Swap used", "MiB", enabled=False))]
    swap_percent: Annotated[float, shown("Swap in use", percent("Swap usage", "mdi:memory"))]
    disks: Annotated[dict[str, Disk], Meta(description="By mount point, `/` first")]
    disk_read_bytes_per_second: Annotated[float | None, shown("All disks", rate("Disk reading"))]
    disk_written_bytes_per_second: Annotated[float | None, shown("All disks", rate("Disk writing"))]
    networks: Annotated[dict[str, Network], Meta(description="By interface name")]
    network_rx_bytes_per_second: Annotated[
        float | None, shown("All interfaces", rate("Network receiving"))
    ]
    network_tx_bytes_per_second: Annotated[
        float | None, shown("All interfaces", rate("Network sending"))
    ]
    uptime_seconds: Annotated[float, Meta(description="Since boot")]
    booted_at: Annotated[
        Time,
        shown(
            "When the host was started",
            Metric("Last boot", None, "timestamp", None, diagnostic=True),
        ),
    ]
    core_voltage_volts: Annotated[
        float | None,
        shown(
            "Raspberry Pi: voltage of the core",
            Metric("Core voltage", "V", "voltage", precision=3, diagnostic=True),
        ),
    ]
    arm_clock_hertz: Annotated[
        int | None,
        shown(
            "Raspberry Pi: measured clock of the CPU",
            clock("ARM clock", diagnostic=True),
        ),
    ]
    core_clock_hertz: Annotated[
        int | None,
        shown(
            "Raspberry Pi: measured clock of the GPU core",
            clock("Core clock", diagnostic=True),
        ),
    ]
    fan_rpm: Annotated[
        int | None,
        shown(
            "Speed of the fan", Metric("Fan", "rpm", precision=0, icon="mdi:fan", diagnostic=True)
        ),
    ]
    under_voltage_now: Annotated[
        bool | None, shown("Raspberry Pi: the supply is too weak now", flag("Under-voltage"))
    ]
    under_voltage_since_boot: Annotated[
        bool | None, shown("The same at any time since boot", flag("Under-voltage since boot"))
    ]
    throttled_now: Annotated[bool | None, shown("Raspberry Pi: slowed down now", flag("Throttled"))]
    throttled_since_boot: Annotated[
        bool | None, shown("The same at any time since boot", flag("Throttled since boot"))
    ]
    frequency_capped_now: Annotated[
        bool | None, shown("Raspberry Pi: the clock is held down now", flag("Frequency capped"))
    ]
    frequency_capped_since_boot: Annotated[
        bool | None, shown("The same at any time since boot", flag("Frequency capped since boot"))
    ]


class Container(Struct, frozen=True, kw_only=True):
    """A container on the host; a listed one that does not exist is stopped, the rest null."""

    name: Annotated[str, Meta(description="As shown; see `STATS_CONTAINERS`")]
    status: Annotated[
        ContainerStatus,
        Meta(
            description="warning: unhealthy, starting, restarting or paused; "
            "stopped: exited, created, dead or absent"
        ),
    ]
    health: Annotated[str | None, Meta(description="What its health check says, null without one")]
    image: Annotated[str | None, Meta(description="Name of its image")]
    since_at: Annotated[Time | None, Meta(description="When it was started or ended")]
    memory_bytes: Annotated[
        int | None,
        Meta(
            description="Memory in use, read each minute; null where the kernel does not count it"
        ),
    ] = None


class HostEvent(Struct, frozen=True, kw_only=True):
    """Something began or ended on the host."""

    event: Annotated[
        Literal["under_voltage", "throttled", "frequency_capped", "disk_full"],
        Meta(description="What"),
    ]
    active: Annotated[bool, Meta(description="True when it began, false when it ended")]
    at: Annotated[Time, Meta(description="When it was noticed")]
    detail: Annotated[str | None, Meta(description="The mount point of a full disk")] = None
