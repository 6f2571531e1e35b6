"""What can be set of `stats`, beside what every service has."""

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from shared.settings import Settings as Base
from stats.containers import parse_wanted

_LENIENT: dict[str, Any] = {"lenient": True}


def _range(low: int, high: int, description: str) -> Meta:
    """Return what is known of a number that is clamped, as clients of the older system expect."""
    text = f"{description}, {low} to {high}"
    return Meta(ge=low, le=high, description=text, extra=_LENIENT)


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `stats`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "STATS_", "PISTAT_")

    stats_interval_seconds: Annotated[
        float, Meta(ge=0.5, le=3600, description="Seconds between two readings")
    ] = 2.0
    stats_containers: Annotated[
        tuple[str, ...],
        Meta(
            description="Containers to show, comma separated, in this order, "
            "each `container` or `shown name=container`; empty: all",
        ),
    ] = ()
    stats_containers_controlled: Annotated[
        tuple[str, ...],
        Meta(
            description="Containers that may be started, stopped and restarted by topic, "
            "comma separated; empty: none",
        ),
    ] = ()
    stats_mock: Annotated[bool, Meta(description="Invent all values; needs no hardware")] = False
    stats_host_root: Annotated[
        str,
        Meta(
            description="Where the host's file system is mounted, for a container that tells of "
            "its host and has the host's processes; empty: this is the host itself",
        ),
    ] = ""
    stats_sys: Annotated[str, Meta(description="Where the kernel's sysfs is mounted")] = "/sys"
    docker_host: Annotated[
        str,
        Meta(
            description="The Docker engine's address, unix:///path or tcp://host:port",
            extra={"default": "/var/run/docker.sock, while it is there"},
        ),
    ] = ""
    pistat_host: Annotated[str, Meta(description="Address that the HTTP API listens on")] = (
        "0.0.0.0"
    )
    pistat_port: Annotated[int, _range(1, 65535, "Port of the HTTP API")] = 8585
    pistat_cache_seconds: Annotated[
        int, _range(0, 3600, "Seconds for which an answer of /stats is kept")
    ] = 2
    pistat_debug: Annotated[
        bool, Meta(description="Log at DEBUG; there is no debugger", extra=_LENIENT)
    ] = False
    pistat_log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
        Meta(description="Least level that the HTTP API logs", extra=_LENIENT),
    ] = "INFO"
    pistat_rate_limit_enabled: Annotated[
        bool, Meta(description="Whether requests of one address are limited", extra=_LENIENT)
    ] = True
    pistat_rate_limit_requests: Annotated[
        int, _range(1, 1000, "Requests of one address within the window")
    ] = 60
    pistat_rate_limit_window: Annotated[int, _range(1, 3600, "Seconds of that window")] = 60
    pistat_compression: Annotated[
        bool, Meta(description="Compress answers for clients that take gzip", extra=_LENIENT)
    ] = True
    pistat_min_compress_size: Annotated[
        int, _range(0, 10000, "Bytes that an answer has at most to be sent as it is")
    ] = 500

    def problems(self) -> list[str]:
        """Name the entries of `STATS_CONTAINERS` that are not of its form."""
        problems = []
        for entry in self.stats_containers:
            try:
                parse_wanted(entry)
            except ValueError as error:
                problems.append(f"STATS_CONTAINERS={entry}: {error}")
        return problems
