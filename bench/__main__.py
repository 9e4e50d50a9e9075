"""`make bench [part=pages|lists|search]`: public pages against A1 in the same run, at 1,000 and
100,000 orders; other long lists; look-ups of each search engine.

Starts a PostgreSQL, a Redis and for the search an Elasticsearch of its own, which end with it.
Quote the ratios: the machine's own speed varies.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import sleep
from urllib.error import URLError
from urllib.request import Request, urlopen

import psycopg

from bench import engines
from bench.load import Measured, one_by_one, run
from tests.programs import free_port

ROOT = Path(__file__).resolve().parent.parent
SECONDS, ROUNDS = 4, 3
HEADERS = {"Host": "localhost", "X-Forwarded-Proto": "https"}
SIZES = (1_000, 100_000)
# Other long lists: who fills one and prints its address, and how many rows it has.
LISTS = {"directory": ("bench.directory", 10_000), "notices": ("bench.notices", 100_000)}


PARTS = ("pages", "lists", "search")


def main() -> None:
    asked = argparse.ArgumentParser(prog="bench", description=__doc__)
    asked.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all, where none is named")
    asked.add_argument(
        "--patient", action="store_true", help="leave no size of the search out for want of time"
    )
    told = asked.parse_args()
    parts = told.parts or PARTS
    if unknown := set(parts) - set(PARTS):
        asked.error(f"there is no part {unknown.pop()!r}")
    for program in ("redis-server", "setpriv"):
        if not shutil.which(program):
            sys.exit(
                f"{program} is not installed: apt-get install postgresql redis-server (and wrk)"
            )
    if "pages" in parts or "lists" in parts:
        with services() as env:
            measure(env, parts)
    if "search" in parts:  # at last: it needs services of its own, and the most memory
        with services(*engines.services()) as env:
            engines.measure(env, patient=told.patient)


@contextmanager
def services(*more: str) -> Iterator[dict[str, str]]:
    """Fresh services in memory; the environment of a production that has them."""
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="gongxin-bench-", dir=base)
    os.chmod(folder, 0o755)  # whoever runs the services enters it
    try:
        command = [ROOT / ".ci/services", "start", folder, *more]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        settings = dict(word.split("=", 1) for word in said.split()[1:])
        yield {**os.environ, **settings, **production(folder)}
    finally:
        subprocess.run([ROOT / ".ci/services", "stop", folder], check=False)
        sleep(1)
        shutil.rmtree(folder, ignore_errors=True)


def production(folder: str) -> dict[str, str]:
    key = "1:" + "A" * 43 + "="
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PROFILE": "production",
        "REHEARSAL": "",
        "DATABASE": "bench",
        "VAR": folder,
        "SITE_URL": "https://localhost",
        "ALLOWED_HOSTS": "localhost",
        "SECRET_KEY": "b" * 64,
        "FIELD_KEYS": key,
        "SEAL_KEYS": key,
        "LOG_LEVEL": "ERROR",
    }


def measure(env: dict[str, str], parts: Sequence[str]) -> None:
    psql = ["psql", "-q", "-d", "postgres", "-c", "CREATE DATABASE bench"]
    subprocess.run(psql, env=env, check=True)
    for arguments in (
        ["migrate", "-v0"],
        ["load_reference", "-v0"],
        ["collectstatic", "--no-input", "-v0"],
    ):
        subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=env,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    print(f"{'page':<34}{'rows':>8}{'req/s':>9}{'p50 ms':>8}{'p99 ms':>8}{'CPU-ms':>8}{'× A1':>7}")
    for size in SIZES if "pages" in parts else ():
        number = filled(env, "bench.fill", size)
        pages = {"home": "/", "list": "/orders/", "detail": f"/orders/{number}/"}
        compare(env, size, pages)
        after_deeds(env, size, pages)
    for name, (module, size) in LISTS.items() if "lists" in parts else ():
        compare(env, size, {name: filled(env, module, size)})


def filled(env: dict[str, str], module: str, size: int) -> str:
    """Fill the database with `size` rows; the last word that the program prints."""
    command = [sys.executable, "-m", module, str(size)]
    said = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    analyze = ["psql", "-q", "-d", env["DATABASE"], "-c", "ANALYZE"]  # as autovacuum would have
    subprocess.run(analyze, env=env, check=True)
    return said.stdout.split()[-1]


def compare(env: dict[str, str], size: int, pages: dict[str, str]) -> None:
    """One line for each page, kept and made anew, and one for A1 in between."""
    with (
        served("bench.a1:application", env, blocking_threads=1) as a1,
        served("config.wsgi:application", env) as warm,
        served("config.wsgi:application", {**env, "PAGES_ROOM": "0"}) as cold,
    ):
        bare = []
        for name, path in pages.items():
            for label, server in (("kept", warm), ("made anew", cold)):
                ours = []
                for _ in range(ROUNDS):  # in turn: the machine's drift falls on both
                    bare.append(ask(a1, "/"))
                    ours.append(ask(server, path))
                row(f"{name}, {label}", size, ours, bare[-ROUNDS:])
        row("A1", size, bare, bare)


def after_deeds(env: dict[str, str], size: int, pages: dict[str, str]) -> None:
    """One line for each page as it is made after a deed on an order, when nothing that is kept
    serves any more: asked for one by one, so that no rate is comparable with A1's."""
    server = {name[2:].lower(): env[name] for name in ("PGHOST", "PGPORT", "PGUSER")}
    with (
        psycopg.connect(dbname=env["DATABASE"], **server, autocommit=True) as database,
        served("config.wsgi:application", env) as (port, pid),
    ):
        for name, path in pages.items():
            ours = one_by_one(
                port, path, server=pid, headers=HEADERS, before=lambda: deed(database)
            )
            row(f"{name}, after a deed", size, [ours], [])


def deed(database: psycopg.Connection) -> None:
    """The event of an order once more, as any deed on an order writes one."""
    database.execute(
        "INSERT INTO core_event (name, subject, subject_code, seat_code, at, public, content, salt,"
        " leaf) SELECT name, subject, subject_code, seat_code, at, public, content, salt, leaf"
        " FROM core_event WHERE subject = 'marketplace.serviceorder' ORDER BY id DESC LIMIT 1"
    )


def ask(server: tuple[int, int], path: str) -> Measured:
    port, pid = server
    return run(port, path, server=pid, headers=HEADERS, seconds=SECONDS)


def row(name: str, size: int, ours: list[Measured], bare: list[Measured]) -> None:
    def middle(runs: list[Measured], figure: str) -> float:
        return median(getattr(one, figure) for one in runs)

    ratios = [one.rate / other.rate for one, other in zip(ours, bare, strict=bool(bare))]
    figures = [middle(ours, figure) for figure in ("rate", "p50", "p99", "cpu")]
    print(
        f"{name:<34}{size:>8,}{figures[0]:>9.0f}{figures[1]:>8.2f}{figures[2]:>8.2f}"
        f"{figures[3]:>8.3f}{f'{median(ratios):.2f}' if ratios else '–':>7}",
        flush=True,
    )


@contextmanager
def served(
    application: str, env: dict[str, str], *, blocking_threads: int = 1
) -> Iterator[tuple[int, int]]:
    """A granian with 2 workers; its port and process id."""
    port = free_port()
    command = [
        "granian",
        "--interface",
        "wsgi",
        "--workers",
        "2",
        "--no-ws",
        "--log-level",
        "error",
    ]
    command += ["--blocking-threads", str(blocking_threads), "--port", str(port), application]
    server = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=env)
    home = Request(f"http://127.0.0.1:{port}/", headers=HEADERS)
    try:
        for _ in range(300):
            try:
                urlopen(home, timeout=30).close()
                break
            except (URLError, ConnectionError):
                assert server.poll() is None, f"{application} ended"
                sleep(0.1)
        for _ in range(16):  # connections miss neither worker, of which one may still be loading
            urlopen(home, timeout=60).close()
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
