"""Which of the copies of its service a container is, for `MANTEL_INSTANCE=auto`.

Compose numbers the names of its containers (`mantel-ws-bridge-2`) and tells a container nothing
of it. The engine's DNS does: it knows the name that belongs to an address. The C library cannot
be asked, for it looks into /etc/hosts first, where our address has the container's id for a name.
"""

import re
import secrets
import socket
import struct
from pathlib import Path

MOST_COPIES = 9

_PTR, _INTERNET, _RECURSE = 12, 1, 0x0100
_TRIES, _ANSWER_SECONDS = 5, 1.0
_MOST_LABELS = 128  # of a name; a broken one may point to itself


def instance(resolver: tuple[str, int] | None = None, address: str = "") -> str:
    """Return the instance of this container, empty for the first, else 2 to 9.

    It is asked of the container's resolver and of its own address, unless others are given.
    ValueError says why it cannot be told.
    """
    try:
        where = resolver or (_nameserver(Path("/etc/resolv.conf").read_text("utf-8")), 53)
        own = address or socket.gethostbyname(socket.gethostname())
        name = _name(_ask(where, own))
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"the engine's DNS does not tell ({error})") from None
    found = re.search(r"[-_](\d+)$", name.split(".")[0])
    number = int(found[1]) if found else 0
    if not number:
        raise ValueError(f"{own} is called {name or 'nothing'}, which has no number")
    if number > MOST_COPIES:
        raise ValueError(f"this is copy {number} ({name}), and {MOST_COPIES} are the most")
    return "" if number == 1 else str(number)


def _nameserver(text: str) -> str:
    """Return the first nameserver of a resolv.conf, in Docker 127.0.0.11."""
    found = re.search(r"^\s*nameserver\s+(\S+)", text, re.MULTILINE)
    return found[1] if found else "127.0.0.11"


def _ask(resolver: tuple[str, int], address: str) -> bytes:
    """Return the answer to the question which name an IPv4 address has."""
    number = secrets.randbits(16)
    labels = [*reversed(address.split(".")), "in-addr", "arpa"]
    question = b"".join(bytes([len(label)]) + label.encode() for label in labels) + b"\0"
    query = struct.pack(">6H", number, _RECURSE, 1, 0, 0, 0) + question
    query += struct.pack(">2H", _PTR, _INTERNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(_ANSWER_SECONDS)
        asker.connect(resolver)
        for _ in range(_TRIES):
            try:
                asker.send(query)
                while (answer := asker.recv(4096))[:2] != query[:2]:
                    pass  # of an earlier question
            except (TimeoutError, ConnectionRefusedError):
                continue
            return answer
    raise TimeoutError(f"{resolver[0]} does not answer")


def _name(answer: bytes) -> str:
    """Return the name that an answer tells, empty when it tells none."""
    try:
        questions, records = struct.unpack_from(">2H", answer, 4)
        at = 12
        for _ in range(questions):
            at = _read(answer, at)[1] + 4
        for _ in range(records):
            at = _read(answer, at)[1]
            kind, _, _, size = struct.unpack_from(">2HIH", answer, at)
            at += 10
            if kind == _PTR:
                return _read(answer, at)[0]
            at += size
    except (struct.error, IndexError):
        pass  # cut short
    return ""


def _read(answer: bytes, at: int) -> tuple[str, int]:
    """Return the name that stands at a place, and where what follows it begins."""
    labels: list[str] = []
    after = 0
    for _ in range(_MOST_LABELS):
        size = answer[at]
        if size >= 0xC0:  # the rest stands elsewhere
            after = after or at + 2
            at = struct.unpack_from(">H", answer, at)[0] & 0x3FFF
            continue
        at += 1
        if not size:
            break
        labels.append(answer[at : at + size].decode("ascii", "replace"))
        at += size
    return ".".join(labels), after or at
