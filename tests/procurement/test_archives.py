import io
import json
import subprocess
import sys
import zipfile
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from django.core.files.storage import storages
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import tasks as contract_tasks
from core import clock
from core.audit import Clock
from core.models import Event, Letter
from procurement import (
    archive_pack,
    archives,
    arguments,
    comments,
    inquiries,
    inquiry_tasks,
    opening,
    verify_archive,
)
from procurement.inquiry_terms import retained_until
from procurement.models import Archive, ArchiveState
from tests.procurement import buying
from tests.witness import refused


@pytest.fixture
def ended(cast, later):
    """From an argued need to acceptance, its archive asked for by the clock."""
    row = buying.need(cast)
    argument = buying.argued(cast, row)
    buying.until(later, argument.opens_at)
    said = buying.comment(argument, cast.stranger)
    comments.reply(said, stance="adopted", text="采纳。", by=cast.owner, at=clock.now())
    buying.until(later, argument.closes_at)
    arguments.close(argument, conclusion="kept", result="维持。", by=cast.owner, at=clock.now())
    procedure = inquiries.begin(row, key="", by=cast.owner, at=clock.now())
    procedure = inquiries.submit(procedure, buying.terms(), by=cast.owner, at=clock.now())
    procedure = inquiries.publish(procedure, by=cast.approver, at=clock.now())
    for seat, price in ((cast.agency, "1500"), (cast.rival, "1400"), (buying.third(), "1600")):
        buying.quote(procedure, seat, price)
    buying.until(later, procedure.open_until)
    procedure = opening.close(procedure, by=cast.owner, at=clock.now())
    procedure = buying.examine(procedure, cast.owner)
    return buying.completed(procedure, cast, cast.rival)


def drawn(procedure) -> tuple[Archive, bytes]:
    contract_tasks.draw_papers()
    inquiry_tasks.draw_archives()
    archive = procedure.archives.get(state=ArchiveState.DRAWN)
    with storages["private"].open(archive_pack.name_of(archive)) as file:
        return archive, file.read()


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(folder)
    return folder


def test_the_archive_holds_everything_and_verifies_offline(ended, tmp_path):
    archive, content = drawn(ended)
    assert (archive.digest, archive.size) == (sha256(content).hexdigest(), len(content))
    assert archive.percent == 100
    folder = unpacked(content, tmp_path / "archive")
    paths = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert len(paths) == archive.files
    for wanted in (
        "目录.pdf",
        "manifest.json",
        "verify.py",
        "events.jsonl",
        "quotes/quotes.json",
        "selection/draw.json",
        "selection/lowest.py",
        "selection/draw.py",
        f"need/{ended.need.number}-v1.json",
    ):
        assert wanted in paths
    data = [json.loads((folder / path).read_bytes()) for path in paths if path.endswith(".json")]
    kinds = {one["kind"] for one in data if isinstance(one, dict) and "kind" in one}
    assert {
        "argument-notice",
        "argument-opinions",
        "argument-result",
        "inquiry-notice",
        "inquiry-opening",
        "inquiry-result",
        "inquiry-award-letter",
        "agreement-notice",
        "inquiry-acceptance",
    } <= kinds
    assert sum(path.endswith(".envelope") for path in paths) == 3
    assert sum("opinion-" in path and path.endswith(".pdf") for path in paths) == 3
    assert any(path.startswith("contract/deliverable-") for path in paths)
    found = subprocess.run(  # a stranger's own Python, without this site
        [sys.executable, "-I", folder / "verify.py", folder, archive.manifest_digest],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONUTF8": "1"},
    )
    assert found.returncode == 0, found.stdout + found.stderr
    assert "核验通过" in found.stdout
    assert archive.manifest_digest in found.stdout
    zipped = tmp_path / "archive.zip"
    zipped.write_bytes(content)
    assert verify_archive.main([str(zipped), archive.manifest_digest]) == 0


def test_a_changed_missing_or_added_file_is_found(ended, tmp_path):
    _archive, content = drawn(ended)
    folder = unpacked(content, tmp_path / "archive")
    assert verify_archive.differences(folder) == []
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or path.name == "manifest.json":
            continue
        before = path.read_bytes()
        changed = bytearray(before)
        changed[len(changed) // 2] ^= 1
        path.write_bytes(bytes(changed))
        assert verify_archive.differences(folder), path
        path.write_bytes(before)
    (folder / "more.txt").write_text("多出的文件")
    assert verify_archive.differences(folder) == ["清单以外的文件：more.txt"]
    (folder / "more.txt").unlink()
    (folder / "events.jsonl").unlink()
    assert verify_archive.differences(folder) == ["缺少文件：events.jsonl"]
    assert "不一致" in verify_archive.differences(folder, "0" * 64)[0]


def forged(folder: Path, path: str, content: bytes) -> list[str]:
    """A forger changes a file and the manifest with it: the papers' own digests still tell."""
    (folder / path).write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    for entry in manifest["files"]:
        if entry["path"] == path:
            entry.update(size=len(content), sha256=sha256(content).hexdigest())
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return verify_archive.differences(folder)


def test_a_forger_of_the_manifest_is_betrayed_by_what_papers_and_events_hold(ended, tmp_path):
    _archive, content = drawn(ended)
    folder = unpacked(content, tmp_path / "archive")
    notice = next(folder.glob("notices/*.json")).relative_to(folder).as_posix()
    held = (folder / notice).read_bytes()
    found = forged(folder, notice, held.replace("自助终端".encode(), "其他货物".encode(), 3))
    assert any("文书内容" in line for line in found)
    forged(folder, notice, held)
    held = (folder / "events.jsonl").read_bytes()
    lines = held.decode().splitlines()
    event = json.loads(lines[0])
    event["content"] = event["content"].replace("facts", "fakts")
    lines[0] = json.dumps(event, ensure_ascii=False)
    found = forged(folder, "events.jsonl", ("\n".join(lines) + "\n").encode())
    assert any("叶值" in line for line in found)
    forged(folder, "events.jsonl", held)
    held = (folder / "selection/draw.json").read_bytes()
    found = forged(folder, "selection/draw.json", held.replace(b"1400.00", b"1700.00"))
    assert any("选取结果" in line for line in found)
    forged(folder, "selection/draw.json", held)
    envelope = next(folder.glob("quotes/*.envelope")).relative_to(folder).as_posix()
    found = forged(folder, envelope, b"another")
    assert any("信封" in line for line in found)


def test_an_archive_is_asked_for_once_at_a_time_and_only_at_the_end(cast, ended):
    with refused("being drawn already"):
        archives.request(ended, by=cast.owner, at=clock.now())
    first, _content = drawn(ended)
    second = archives.request(ended, by=cast.owner, at=clock.now())
    assert (first.version, second.version) == (1, 2)
    with refused("load the page again"):
        archives.note_progress(first, done=1, total=2, by=Clock(), at=clock.now())
    going = buying.published(cast)
    with refused("still under way"):
        archives.request(going, by=cast.owner, at=clock.now())
    assert Event.objects.get(name="archive.drawn").public
    assert Letter.objects.filter(kind="procurement/archive-drawn").exists()


def test_a_failed_inquiry_has_its_archive_too(cast, later, tmp_path):
    procedure = buying.opened(cast, later, "1500", "1400")
    _archive, content = drawn(procedure)
    folder = unpacked(content, tmp_path / "archive")
    assert verify_archive.differences(folder) == []
    assert not (folder / "selection").exists()
    told = json.loads((folder / "quotes/quotes.json").read_bytes())
    assert [one["content"] for one in told] == [None, None]


@settings(max_examples=100)
@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2200, 1, 1)), st.integers(15, 60))
def test_retention_ends_on_the_same_day_years_later(day, years):
    until = retained_until(day, years)
    assert until.year == day.year + years
    assert (until.month, until.day) in {(day.month, day.day), (2, 28)}
