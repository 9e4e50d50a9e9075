"""The virus scanner: clamd behind its socket (`CLAMD`: a path, or host:port), by INSTREAM.

Without one, files are marked as not scanned, which pages show.
"""

import socket
import struct
from typing import IO

from django.conf import settings

from core.gateways import GatewayUnavailable
from core.models import Scan

CHUNK = 1 << 16
PATIENCE = 30


def scan(stream: IO[bytes]) -> Scan:
    """What clamd says of a file."""
    if not settings.CLAMD:
        return Scan.UNSCANNED
    stream.seek(0)
    try:
        with _connected() as clamd:
            clamd.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                clamd.sendall(struct.pack("!L", len(chunk)) + chunk)
            clamd.sendall(struct.pack("!L", 0))
            answer = b""
            while part := clamd.recv(CHUNK):
                answer += part
    except OSError as fault:
        raise GatewayUnavailable(str(fault)) from fault
    if answer == b"stream: OK\0":
        return Scan.CLEAN
    if answer.endswith(b" FOUND\0"):
        return Scan.INFECTED
    raise GatewayUnavailable(answer.decode(errors="replace"))


def _connected() -> socket.socket:
    host, colon, port = settings.CLAMD.rpartition(":")
    if colon:
        return socket.create_connection((host, int(port)), timeout=PATIENCE)
    clamd = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    clamd.settimeout(PATIENCE)
    clamd.connect(settings.CLAMD)
    return clamd
