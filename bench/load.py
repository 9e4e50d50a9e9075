"""A bounded load on one address of this machine: by wrk where it is installed, else by threads."""

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from os import sysconf
from pathlib import Path
from time import monotonic

CONNECTIONS, ONE_BY_ONE = 8, 50
TICKS = sysconf("SC_CLK_TCK")
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True)
class Measured:
    """Of one run: requests per second, latencies in ms, CPU-ms of the server for each request."""

    rate: float
    p50: float
    p99: float
    cpu: float


def run(port: int, path: str, *, server: int, headers: Mapping[str, str], seconds: int) -> Measured:
    """Ask 127.0.0.1 for `path` over 8 connections for `seconds`; `server` is its process's id."""
    before = _cpu(server)
    measure = _by_wrk if shutil.which("wrk") else _by_threads
    count, elapsed, p50, p99 = measure(port, path, headers, seconds)
    return Measured(count / elapsed, p50, p99, 1e3 * (_cpu(server) - before) / max(count, 1))


def one_by_one(
    port: int, path: str, *, server: int, headers: Mapping[str, str], before: Callable[[], None]
) -> Measured:
    """Ask `ONE_BY_ONE` times over one connection, each time after `before`."""
    connection, spent, cpu = HTTPConnection("127.0.0.1", port, timeout=60), [], _cpu(server)
    for _ in range(ONE_BY_ONE):
        before()
        start = monotonic()
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        answer.read()
        spent.append(1e3 * (monotonic() - start))
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
    connection.close()
    spent.sort()
    cpu = 1e3 * (_cpu(server) - cpu) / ONE_BY_ONE
    return Measured(1e3 * ONE_BY_ONE / sum(spent), spent[ONE_BY_ONE // 2], spent[-1], cpu)


def _by_wrk(port, path, headers, seconds):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise SystemExit(f"{path} did not answer well:\n{said}")
    latency = dict(re.findall(r"^\s+(50|99)%\s+([\d.]+[a-z]+)", said, re.M))
    count, elapsed = re.search(r"(\d+) requests in ([\d.]+)s", said).groups()
    return int(count), float(elapsed), _ms(latency["50"]), _ms(latency["99"])


def _ms(text):
    value, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()
    return float(value) * UNITS[unit]


def _by_threads(port, path, headers, seconds):
    until = monotonic() + seconds

    def ask(_):
        connection, spent = HTTPConnection("127.0.0.1", port, timeout=30), []
        while (start := monotonic()) < until:
            connection.request("GET", path, headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            spent.append(1e3 * (monotonic() - start))
        connection.close()
        return spent

    start = monotonic()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        spent = sorted(ms for some in pool.map(ask, range(CONNECTIONS)) for ms in some)
    elapsed = monotonic() - start
    return len(spent), elapsed, spent[len(spent) // 2], spent[int(len(spent) * 0.99)]


def _cpu(pid: int) -> float:
    """CPU seconds of a process and everything below it."""
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        fields = rest.split()
        if int(fields[1]) == pid or int(name.split()[0]) == pid:
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total
