"""A server that reads each request to its end and says yes: what the load generator can do.

Prints its port as one line of JSON, and serves until it is ended.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import cast

try:
    from uvloop import new_event_loop
except ImportError:  # none on Windows
    from asyncio import new_event_loop  # type: ignore[assignment]

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_YES = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"


class Yes(asyncio.Protocol):
    """One connection: counts the bytes of a body and answers."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self._transport = cast("asyncio.WriteTransport", transport)
        self._missing = 0

    def data_received(self, data: bytes) -> None:
        """Answer when a request is whole; requests never share a packet here."""
        if self._missing:
            self._missing -= len(data)
        else:
            end = data.index(b"\r\n\r\n") + 4
            found = _LENGTH.search(data, 0, end)
            self._missing = (int(found[1]) if found else 0) - (len(data) - end)
        if self._missing <= 0:
            self._missing = 0
            self._transport.write(_YES)


async def serve() -> None:
    """Listen on any free port of this machine."""
    server = await asyncio.get_running_loop().create_server(Yes, "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        sys.exit(runner.run(serve()))
