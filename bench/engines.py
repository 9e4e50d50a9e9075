"""The search's engines side by side: each among 100,000 and 1,000,000 documents, as far as that
takes no more than some minutes, in ms and in times of one row read by its key in the same run.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SIZES = (100_000, 1_000_000)
SECONDS = 360  # of this part; a size that would take longer is left out
ENGINES = ("PostgreSQL", "Elasticsearch", "SQLite")


def services() -> tuple[str, ...]:
    """What is started beside PostgreSQL: the cluster, where it is installed."""
    there = subprocess.run([ROOT / ".ci/services", "has-search", "/"], check=False)
    return ("search",) if there.returncode == 0 else ()


def measure(env: dict[str, str], *, patient: bool) -> None:
    begun = monotonic()
    engines = dict(_engines(env))
    print(
        f"{'look-ups':<16}{'documents':>10}{'p50 ms':>8}{'p95 ms':>8}"
        f"{'p50 × row':>11}{'p95 × row':>11}  slowest kind, p50 ms",
        flush=True,
    )
    needed: dict[str, float] = {}
    for size in SIZES:
        for name in ENGINES:
            if name not in engines:
                continue
            wait = needed.get(name, 0) * 10
            if wait > SECONDS - (monotonic() - begun) and not patient:
                row(name, size, f"left out: it would take about {wait:.0f} s; ask with --patient")
                continue
            start = monotonic()
            told = look(engines[name], name, size)
            needed[name] = monotonic() - start
            by_key = told["by_key"]
            row(
                name,
                size,
                f"{told['p50']:>8.1f}{told['p95']:>8.1f}"
                f"{told['p50'] / by_key:>11.0f}{told['p95'] / by_key:>11.0f}"
                f"  {told['slowest']}, {told['slowest_p50']:.0f}",
            )
    for name in ENGINES:
        if name not in engines:
            print(f"{name} is left out: its archive or a Java is not installed (.ci/services)")


def look(env: dict[str, str], name: str, size: int) -> dict[str, Any]:
    """Fill the engine, and measure it."""
    engine = "cluster" if name == "Elasticsearch" else "database"
    command = [sys.executable, "-m", "bench.search", engine, str(size)]
    said = subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True)
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def row(name: str, size: int, text: str) -> None:
    print(f"{name:<16}{size:>10,}{'' if text.startswith(' ') else '  '}{text}", flush=True)


def _engines(env: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The environment of each engine that is there, with the tables of the search."""
    postgresql = {**env, "DATABASE": "search"}
    subprocess.run(
        ["psql", "-q", "-d", "postgres", "-c", "CREATE DATABASE search"], env=env, check=True
    )
    embedded = {name: value for name, value in env.items() if not name.startswith("PG")}
    sqlite = {
        **embedded,
        "PROFILE": "embedded",
        "DATABASE": str(Path(env["VAR"]) / "search.sqlite3"),
    }
    for one in (postgresql, sqlite):
        migrate = [sys.executable, "manage.py", "migrate", "search", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=one, check=True)
    yield "PostgreSQL", postgresql
    yield "SQLite", sqlite
    if address := env.get("TEST_SEARCH_URL"):
        cluster = {"ELASTICSEARCH_URL": address, "ELASTICSEARCH_REPLICAS": "0"}
        yield "Elasticsearch", {**postgresql, **cluster}
