"""The whole site as one command: granian and the worker as children, which end with it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
from argparse import ArgumentParser
from time import monotonic, sleep
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PATIENCE = 60  # seconds until the home page must answer
GRACE = 10  # seconds a child may take to end


class Command(BaseCommand):
    help = "Serve the site on 127.0.0.1 with its worker; Ctrl-C or TERM ends everything it started."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")

    def handle(self, **options: Any) -> None:
        host, port = options["host"], options["port"]
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                raise CommandError(f"port {port} is taken: choose another, PORT=…") from None
        signal.signal(signal.SIGTERM, _interrupt)
        children: list[subprocess.Popen[bytes]] = []
        try:
            children.append(
                _child(
                    "-m",
                    "granian",
                    "--interface",
                    "wsgi",
                    "--workers",
                    "1",
                    "--blocking-threads",
                    "4",
                    "--no-ws",
                    "--host",
                    host,
                    "--port",
                    str(port),
                    "--log-level",
                    "warning",
                    "config.wsgi:application",
                )
            )
            _await(f"http://{host}:{port}/", children)
            children.append(_child("manage.py", "work"))  # after: two starts at once are slower
            self.stdout.write(f"Gongxin is ready at http://{host}:{port}/")
            self.stdout.flush()
            while all(child.poll() is None for child in children):
                sleep(0.2)
            raise CommandError("a part of the site ended by itself: its last lines are above")
        except KeyboardInterrupt:
            pass
        finally:
            _end(children)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own modules
        [sys.executable, *arguments],
        cwd=settings.ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
        start_new_session=True,  # Ctrl-C reaches us alone; we end them in order
        preexec_fn=_die_with_parent if sys.platform == "linux" else None,
    )


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(
        1, signal.SIGTERM
    )  # PR_SET_PDEATHSIG: a killed `serve` leaves nothing behind


def _await(address: str, children: list[subprocess.Popen[bytes]]) -> None:
    until = monotonic() + PATIENCE
    while monotonic() < until:
        if any(child.poll() is not None for child in children):
            raise CommandError("the site did not start: its last lines are above")
        try:
            with urlopen(address, timeout=PATIENCE):  # noqa: S310  # our own address
                return
        except (URLError, ConnectionError):
            sleep(0.1)
    raise CommandError(f"{address} did not answer within {PATIENCE} s")


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
