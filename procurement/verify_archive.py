"""Check a procurement archive of Gongxin without the site, without a network: Python alone.

    python verify.py                      the folder in which this file lies
    python verify.py archive.zip          a ZIP, unpacked or not
    python verify.py archive.zip DIGEST   and whether its manifest is the published one

What it checks: every file against manifest.json (none changed, missing or added), every paper
against its content digest, every event against its leaf, every envelope against the opening record,
and the selection against its own facts. Exit status 0 when nothing differs. Messages are Chinese.
"""

from __future__ import annotations

import json
import runpy
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
FORMAT = "gongxin-archive/1"


def differences(folder: Path, published: str = "") -> list[str]:
    """What differs in an unpacked archive, in Chinese; none is well."""
    return list(_differences(folder, published))


def _differences(folder: Path, published: str) -> Iterator[str]:
    try:
        raw = (folder / MANIFEST).read_bytes()
        manifest = json.loads(raw)
        listed = {one["path"]: one for one in manifest["files"]}
    except (OSError, ValueError, LookupError, TypeError):
        yield "缺少 manifest.json，或者其内容无法读取"
        return
    if manifest.get("format") != FORMAT:
        yield f"manifest.json 的格式不是 {FORMAT}"
    digest = sha256(raw).hexdigest()
    if published and digest != published.lower():
        yield f"manifest.json 的摘要是 {digest}，与公布的 {published} 不一致"
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    } - {MANIFEST}
    yield from (f"缺少文件：{path}" for path in sorted(set(listed) - found))
    yield from (f"清单以外的文件：{path}" for path in sorted(found - set(listed)))
    changed = [path for path in sorted(found & set(listed)) if _is_changed(folder, listed[path])]
    yield from (f"文件已改动：{path}" for path in changed)
    if not changed and not set(listed) - found:
        yield from _contents(folder)


def _is_changed(folder: Path, entry: dict[str, Any]) -> bool:
    content = (folder / entry["path"]).read_bytes()
    return bool(len(content) != entry["size"] or sha256(content).hexdigest() != entry["sha256"])


def _contents(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.json")):
        held = json.loads(path.read_bytes())
        if isinstance(held, dict) and "paper" in held and _digest(held["paper"]) != held["digest"]:
            yield f"文书内容与其摘要不一致：{path.relative_to(folder).as_posix()}"
    yield from _events(folder / "events.jsonl")
    yield from _envelopes(folder)
    yield from _selection(folder / "selection")


def _digest(paper: Any) -> str:
    text = json.dumps(paper, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _events(path: Path) -> Iterator[str]:
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        event = json.loads(line)
        if event["content"] is None:
            continue  # erased at the person's request: the leaf stays
        leaf = sha256(bytes.fromhex(event["salt"]) + event["content"].encode()).hexdigest()
        if leaf != event["leaf"]:
            yield f"第 {number} 条事件与其叶值不一致：{event['name']}"


def _envelopes(folder: Path) -> Iterator[str]:
    path = folder / "quotes" / "quotes.json"
    if not path.exists():
        return
    for quote in json.loads(path.read_bytes()):
        envelope = folder / "quotes" / quote["file"]
        if not envelope.exists() or sha256(envelope.read_bytes()).hexdigest() != quote["envelope"]:
            yield f"信封与开启记录的摘要不一致：{quote['supplier']}"


def _selection(folder: Path) -> Iterator[str]:
    """Run the selection's own program, which lies beside its facts and was just checked."""
    bundle = folder / "draw.json"
    if not bundle.exists():
        return
    sys.path.insert(0, str(folder))
    try:
        verify = runpy.run_path(str(folder / "lowest.py"))["verify"]
        yield from (f"选取结果：{one}" for one in verify(bundle.read_bytes()))
    finally:
        sys.path.remove(str(folder))


def main(arguments: list[str]) -> int:
    place = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    published = arguments[1] if len(arguments) > 1 else ""
    sys.dont_write_bytecode = True
    if place.is_file():
        with tempfile.TemporaryDirectory() as unpacked, zipfile.ZipFile(place) as archive:
            archive.extractall(unpacked)
            found, digest = differences(Path(unpacked), published), _manifest(Path(unpacked))
    else:
        found, digest = differences(place, published), _manifest(place)
    verdict = "核验未通过" if found else "核验通过：全部文件、文书、事件、信封和选取结果一致"
    told = [*(f"✗ {line}" for line in found), f"manifest.json 的 SHA-256：{digest}", verdict]
    sys.stdout.write("\n".join(told) + "\n")
    return 1 if found else 0


def _manifest(folder: Path) -> str:
    path = folder / MANIFEST
    return sha256(path.read_bytes()).hexdigest() if path.exists() else "——"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
