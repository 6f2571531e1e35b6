"""What can be set of `stats`, beside what every service has."""

from typing import Annotated, ClassVar

from msgspec import Meta

from shared.settings import Settings as Base
from stats.containers import parse_wanted


class Settings(Base, frozen=True, kw_only=True):
    """Settings of `stats`."""

    prefixes: ClassVar[tuple[str, ...]] = (*Base.prefixes, "STATS_")

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

    def problems(self) -> list[str]:
        """Name the entries of `STATS_CONTAINERS` that are not of its form."""
        problems = []
        for entry in self.stats_containers:
            try:
                parse_wanted(entry)
            except ValueError as error:
                problems.append(f"STATS_CONTAINERS={entry}: {error}")
        return problems
