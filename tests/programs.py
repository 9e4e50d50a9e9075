"""Programs that some tests need: these skip without them, or fail where REQUIRE_SERVICES=1."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

REQUIRED = os.environ.get("REQUIRE_SERVICES") == "1"


def demand(*, program: str) -> str:
    """The program's path; without it the test is skipped, or fails where services are required."""
    path = shutil.which(program)
    if path is None:
        (pytest.fail if REQUIRED else pytest.skip)(f"{program} is not installed")
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class Redis:
    """A server of the test's own, which it may kill."""

    def __init__(self, folder: Path) -> None:
        self.program, self.folder, self.port = demand(program="redis-server"), folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [
                self.program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--dir",
                self.folder,
            ],
            stdout=subprocess.DEVNULL,
        )
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                assert self.process.poll() is None, "redis-server ended"
                sleep(0.02)
            else:
                return

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def redis(folder: Path) -> Iterator[Redis]:
    server = Redis(folder)
    try:
        yield server
    finally:
        server.kill()
