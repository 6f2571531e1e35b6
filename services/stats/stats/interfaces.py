"""Which network interfaces are the host's own, from the kernel's table. Pure."""

_NOT_THE_HOSTS = ("lo", "veth", "br-", "docker", "virbr", "cni", "flannel", "dummy", "ifb")


def interface_bytes(table: str) -> dict[str, tuple[int, int]]:
    """Return received and sent bytes since boot of each interface in /proc/net/dev.

    Loopback, and the bridges and ends of containers, whose bytes pass another interface too,
    are left out.
    """
    found = {}
    for line in table.splitlines():
        name, separator, numbers = line.partition(":")
        fields = numbers.split()
        if separator and len(fields) >= 16 and not name.strip().startswith(_NOT_THE_HOSTS):
            found[name.strip()] = (int(fields[0]), int(fields[8]))
    return found


def interface_counters(table: str) -> dict[str, dict[str, int]]:
    """Return all counters since boot of each interface in /proc/net/dev but loopback.

    By the names that psutil gives them.
    """
    found = {}
    for line in table.splitlines():
        name, separator, numbers = line.partition(":")
        fields = numbers.split()
        if not separator or len(fields) < 16 or name.strip() == "lo":
            continue
        received = dict(
            zip(("bytes_recv", "packets_recv", "errin", "dropin"), fields, strict=False)
        )
        sent = dict(
            zip(("bytes_sent", "packets_sent", "errout", "dropout"), fields[8:], strict=False)
        )
        found[name.strip()] = {key: int(value) for key, value in (received | sent).items()}
    return found
