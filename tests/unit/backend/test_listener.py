from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from timeback_desktop.backend import serving
from timeback_desktop.backend.serving import Listener
from timeback_desktop.errors import EnvironmentFault


async def ill(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "lifespan.startup.failed", "message": "no book on the shelf"})


def test_an_app_that_refuses_to_start_does_not_end_the_process(
    expect_warning: Callable[[str], None],
) -> None:
    expect_warning("no book on the shelf")
    expect_warning("startup failed")
    with socket.create_server(("127.0.0.1", 0)) as bound:
        listener = Listener(ill, lifespan=True)
        with pytest.raises(EnvironmentFault, match="could not start"):
            asyncio.run(listener.serve(sockets=[bound]))
    assert not listener.ready.is_set()


def test_an_answer_does_not_wait_until_its_first_part_is_acknowledged() -> None:
    with (
        serving._bind(0) as bound,
        socket.create_connection(bound.getsockname()),
        bound.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
