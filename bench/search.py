"""Look-ups among many documents: `python -m bench.search cluster 100000` fills up to that, measures
and prints one line of JSON; without a cluster it is `database`, of whichever kind is configured.

Two thousand documents are written as the index writes them; the others are copies with numbers and
days of their own, made by the database, and carried to the cluster as they are. Latencies are those
of `finding.find` over a mix of what people look for, in ms; after each, one row is read by its key,
which is what they are compared with.
"""

import json
import random
import sys
from datetime import timedelta
from decimal import Decimal
from itertools import cycle, islice, product
from statistics import median
from time import perf_counter

import django

django.setup()

from django.db import connection, transaction

from core import clock, searched
from core.searched import Entry, Kind
from search import carrying, cluster, finding, index
from search.cluster import Carried
from search.models import SearchDocument
from search.query import parse

ORIGINALS = 2_000
ROUNDS = 8
BATCH = 50  # copies of each original in one statement
CARRIED = 5_000  # documents in one bulk
PLACES = (
    "章贡区",
    "南康区",
    "信丰县",
    "大余县",
    "上犹县",
    "崇义县",
    "安远县",
    "龙南市",
    "定南县",
    "全南县",
)
THINGS = (
    "河道整治工程",
    "污水处理厂",
    "中学教学楼",
    "农村公路",
    "人民医院",
    "产业园",
    "体育馆",
    "水库除险加固",
)
SERVICES = (
    "环境影响报告书编制",
    "工程造价咨询",
    "施工监理",
    "地形图测绘",
    "水土保持方案",
    "岩土工程勘察",
    "财务审计",
    "安全评价",
)
ITEMS = ("eia", "cost", "supervision", "survey", "soil", "geotech", "audit", "safety")
REGIONS = (
    "360702",
    "360703",
    "360722",
    "360723",
    "360724",
    "360725",
    "360726",
    "360777",
    "360728",
    "360729",
)
ASKED = (
    ("two characters, in a tenth", "测绘", {}),
    ("two characters, in all", "服务", {}),
    ("one character", "桥", {}),
    ("several characters", "环境影响报告书", {}),
    ("several words", "章贡区 中学 造价", {}),
    ("phrase", "“水库除险加固”", {}),
    ("a whole number", "GXDD-2026-000777", {}),
    ("beginning of a number", "GXDD-2026-0007", {}),
    ("pinyin", "cehui", {}),
    ("initials", "hjyx", {}),
    ("mistyped", "GXDD-2026-00O777", {}),
    ("nothing there", "鲸鱼观测", {}),
    ("all, one kind", "", {"kind": ["order"]}),
    ("words and facets", "监理", {"kind": ["order"], "region": ["360702"], "amount": ["50k-200k"]}),
    ("newest first", "审计", {"sort": "new"}),
    ("by amount", "勘察", {"sort": "amount"}),
    ("without a word", "污水 -监理", {}),
)


def main(engine: str, size: int) -> None:
    start = perf_counter()
    if engine == "cluster":
        carry()
    else:
        fill(size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    filled = perf_counter() - start
    spent, by_key = measure(is_cluster=engine == "cluster")
    every = sorted(ms for each in spent.values() for ms in each)
    slowest = max(spent, key=lambda name: median(spent[name]))
    told = {
        "filled": filled,
        "p50": median(every),
        "p95": every[int(len(every) * 0.95)],
        "by_key": median(by_key),
        "slowest": slowest,
        "slowest_p50": median(spent[slowest]),
        "each": {name: median(each) for name, each in spent.items()},
    }
    print(json.dumps(told, ensure_ascii=False))


def measure(*, is_cluster: bool) -> tuple[dict[str, list[float]], list[float]]:
    """How long each look-up took, and one row by its key after each."""
    for _name, text, _facets in ASKED:  # dictionaries of readings are loaded once
        finding.find(parse(text), clock.now())
    random.seed(1)
    work = [one for one in ASKED for _ in range(ROUNDS)]
    random.shuffle(work)
    spent: dict[str, list[float]] = {name: [] for name, *_ in ASKED}
    by_key = []
    keys = list(SearchDocument.objects.order_by("pk").values_list("pk", flat=True)[: len(work)])
    for (name, text, facets), key in zip(work, keys, strict=True):
        sort = facets.get("sort", "best")
        asked = parse(
            text, {key: value for key, value in facets.items() if key != "sort"}, sort=sort
        )
        start = perf_counter()
        answer = finding.find(asked, clock.now())
        spent[name].append(1e3 * (perf_counter() - start))
        assert not (is_cluster and answer.found.is_stand_in), f"the database answered {name}"
        start = perf_counter()
        SearchDocument.objects.values_list("title").get(pk=key)
        by_key.append(1e3 * (perf_counter() - start))
    return spent, by_key


def carry() -> None:
    """All that the database has into a new index, which takes over."""
    originals = SearchDocument.objects.filter(code__regex=r"^bench-[0-9]+$")
    sources = {one.code: carrying.source(one) for one in originals}
    rows = SearchDocument.objects.filter(code__startswith="bench-").order_by("pk")
    name = cluster.begin()
    batch: list[Carried] = []
    for pk, code, key, place in rows.values_list("pk", "code", "key", "place").iterator():
        source = sources["-".join(code.split("-")[:2])]
        own = {"key": key, "place": place, "tokens": [*source["tokens"], f"!{key}"]}
        batch.append(Carried(pk, 1, {**source, **own}))
        if len(batch) == CARRIED:
            cluster.fill(batch)
            batch = []
    if batch:
        cluster.fill(batch)
    cluster.take_over(name)


def fill(size: int) -> None:
    """Originals by the index, then copies by the database, without the word index meanwhile."""
    if not SearchDocument.objects.filter(code="bench-0").exists():
        write_originals()
    have = SearchDocument.objects.filter(code__startswith="bench-").count() // ORIGINALS
    wanted = -(-size // ORIGINALS)
    if have >= wanted:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("DROP INDEX IF EXISTS searchdocument_words")
            cursor.execute("SET maintenance_work_mem = '512MB'")
        for first in range(have, wanted, BATCH):
            copy(cursor, first, min(first + BATCH, wanted))
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE INDEX searchdocument_words ON search_searchdocument USING gin (vector)"
            )


def write_originals() -> None:
    at = clock.now()
    every = list(product(range(len(PLACES)), range(len(THINGS)), range(len(SERVICES))))
    for number, (place, thing, service) in enumerate(islice(cycle(every), ORIGINALS)):
        entry = Entry(
            path=f"/orders/{number}/",
            title=f"{PLACES[place]}{THINGS[thing]}{SERVICES[service]}{number % 50}标",
            at=at - timedelta(minutes=number),
            number=f"GXDD-2026-{number:06}",
            summary=f"{PLACES[place]}人民政府 · 技术服务",
            text="按技术标准完成现场工作，提交成果并通过评审。"
            + ("含大桥。" if number % 97 == 0 else ""),
            region=REGIONS[place],
            items=(ITEMS[service],),
            method="draw" if number % 2 else "lowest",
            amount=Decimal(20_000 + number * 977 % 900_000),
            deadline=at + timedelta(days=number % 40 - 20),
            standing="open" if number % 3 else "done",
        )
        kind = ("order", "notice")[number % 4 == 0]
        made = Kind(kind, searched.kinds[kind].label, lambda *_, one=entry: one, list, {})
        with transaction.atomic():
            index.write(made, f"bench-{number}", at=at)
    # As it is told of what the cluster has, so that it is asked.
    SearchDocument.objects.filter(code__startswith="bench-").update(carried_at=at)


def copy(cursor, first: int, last: int) -> None:
    """Copies `first` to `last` of every original: other codes, numbers and days, the same words."""
    own = {
        "code": "code || '-' || n",
        "number": "number || '-' || n",
        "key": "key || n",
        "tokens": "tokens || ' !' || key || n",
        "place": f"place - CAST({ORIGINALS * 60_000_000} AS BIGINT) * n",
    }
    fields = [
        field.column for field in SearchDocument._meta.concrete_fields if field.column != "id"
    ]
    cursor.execute(
        f"INSERT INTO search_searchdocument ({', '.join(fields)})"
        " WITH RECURSIVE copies(n) AS"
        " (SELECT %s UNION ALL SELECT n + 1 FROM copies WHERE n + 1 < %s)"
        f" SELECT {', '.join(own.get(one, one) for one in fields)}"
        " FROM search_searchdocument CROSS JOIN copies WHERE code LIKE 'bench-%%'"
        " AND code NOT LIKE 'bench-%%-%%'",
        [max(first, 1), last],
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
