"""The load of bench/http_stats.py where there is no `wrk`: sixteen connections that never rest.

    python -m bench.http_load PORT PATH SECONDS

Prints how many whole answers with status 200 came, and how many others.
"""

import asyncio
import sys
import time

_CONNECTIONS = 16


async def _ask(port: int, path: str, until: float, counts: list[int]) -> None:
    """Ask again and again, on a new connection where the server closes the old one."""
    question = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    while time.monotonic() < until:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            again = True
            while again and time.monotonic() < until:
                writer.write(question)
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
                await reader.readexactly(length)
                counts[b" 200 " not in head.split(b"\r\n")[0]] += 1
                again = b"connection: close" not in head and not head.startswith(b"http/1.0")
            writer.close()
        except (OSError, EOFError, ValueError):
            counts[1] += 1


async def _main(port: int, path: str, seconds: float) -> None:
    counts = [0, 0]
    until = time.monotonic() + seconds
    await asyncio.gather(*(_ask(port, path, until, counts) for _ in range(_CONNECTIONS)))
    print(*counts)


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
