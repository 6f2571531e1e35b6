"""A network of a measure's own: nothing but loopback, and no firewall.

The firewall of a machine looks at each packet; where Docker has set one up that costs a tenth of
a small delivery, ours or a peer's, and hides in what they differ.
"""

import contextlib
import ctypes
import fcntl
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 1


@contextmanager
def own_network() -> Iterator[bool]:
    """Put this thread and what it starts into a new network; False where that is not allowed."""
    libc = ctypes.CDLL(None)
    with contextlib.ExitStack() as stack:
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        stack.callback(os.close, before)
        if libc.unshare(_CLONE_NEWNET) != 0:
            yield False
            return
        stack.callback(libc.setns, before, _CLONE_NEWNET)
        with socket.socket() as asking:
            fcntl.ioctl(asking, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", _IFF_UP))
        yield True
