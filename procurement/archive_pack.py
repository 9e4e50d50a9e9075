"""What an archive holds, and how it is packed: papers, data, envelopes, events, and who checks it.

    need/ argument/ notices/ quotes/ selection/ contract/ events.jsonl
    目录.pdf       the table of contents, with the SHA-256 of each file
    manifest.json  path, title, size and SHA-256 of every other file
    verify.py      checks all of it, offline

Reads rows and stored files and draws PDFs, so it runs outside any rule.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import Q
from django.utils.translation import override

from contracts import agreement_pdf
from contracts.models import Agreement, Deliverable
from core import pdf, uploads
from core.audit import canonical
from core.models import Event, Upload
from core.paper import Fields, Heading, Paper, Paragraph, Table
from core.phrases import day, second
from procurement import argument_papers, opening
from procurement.models import Archive, Argument, Opinion, Procedure
from procurement.verify_archive import FORMAT, MANIFEST
from publication import notice_pdf
from publication.models import Notice
from publication.notice_pdf import verify_url
from selection.methods import draw, lowest

HERE = Path(__file__).parent
CONTENTS = "目录.pdf"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the ZIP says nothing of when it was packed
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Document:
    """A file of the archive: where it lies, what it is, and how its bytes are made."""

    path: str
    title: str
    load: Callable[[], bytes]


@dataclass(frozen=True)
class Packed:
    """A finished archive."""

    content: bytes
    files: int
    digest: str
    manifest_digest: str


def pack(archive: Archive, *, progress: Progress) -> Packed:
    """The ZIP of a procedure; `progress(done, total)` is told after each file."""
    procedure = archive.procedure
    with override("zh-hans"):
        planned = list(plan(procedure))
        entries: list[dict[str, Any]] = []
        out = BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for done, document in enumerate(planned, 1):
                _add(packed, entries, document.path, document.title, document.load())
                progress(done, len(planned))
            contents = _contents(archive, entries)
            _add(packed, entries, CONTENTS, "目录", contents)
            program = (HERE / "verify_archive.py").read_bytes()
            _add(packed, entries, "verify.py", "核验程序", program)
            manifest = canonical(
                {
                    "format": FORMAT,
                    "procedure": procedure.number,
                    "title": procedure.title,
                    "version": archive.version,
                    "retain_until": procedure.retain_until,
                    "files": sorted(entries, key=lambda one: str(one["path"])),
                }
            ).encode()
            packed.writestr(zipfile.ZipInfo(MANIFEST, EPOCH), manifest)
    content = out.getvalue()
    return Packed(
        content,
        len(entries) + 1,
        sha256(content).hexdigest(),
        sha256(manifest).hexdigest(),
    )


def store(archive: Archive, content: bytes) -> None:
    """Keep the bytes, in the stead of what a broken attempt may have left."""
    storage, name = storages["private"], name_of(archive)
    if storage.exists(name):
        storage.delete(name)
    storage.save(name, ContentFile(content))


def name_of(archive: Archive) -> str:
    """Where a drawn archive is stored, and what it is called when it is fetched."""
    return f"archives/{archive.procedure.number}-v{archive.version}.zip"


def plan(procedure: Procedure) -> Iterator[Document]:
    """Every document of the archive, in the order of its table of contents."""
    yield from _need(procedure)
    for argument in procedure.need.arguments.exclude(number=None).order_by("pk"):
        yield from _argument(argument)
    yield from _notices(procedure, "notices")
    yield from _quotes(procedure)
    yield from _selection(procedure)
    agreements = list(Agreement.objects.about(procedure).order_by("pk"))
    for agreement in agreements:
        yield from _contract(agreement)
    yield Document("events.jsonl", "全部操作事件", partial(_events, procedure, agreements))


# ── what it holds ────────────────────────────────────────────────────────────────────────────────


def _need(procedure: Procedure) -> Iterator[Document]:
    need = procedure.need
    for version in need.versions.order_by("version"):
        held = {
            "need": need.number,
            "version": version.version,
            "document": version.document,
            "facts": version.facts,
            "answers": version.answers,
            "content_digest": version.digest,
            "notice": version.notice,
            "published_at": version.published_at,
        }
        path = f"need/{need.number}-v{version.version}.json"
        yield Document(path, f"采购需求第 {version.version} 版", partial(_json, held))
    yield from _notices(need, "need")
    yield from _files(need, "need/files", "采购需求附件")


def _argument(argument: Argument) -> Iterator[Document]:
    folder = f"argument/{argument.number}"
    yield from _notices(argument, folder)
    written = Opinion.objects.filter(expert__argument=argument).select_related("expert")
    for place, opinion in enumerate(written.order_by("expert__pk"), 1):
        title = f"专家意见表：{opinion.expert.name}"
        path = f"{folder}/opinion-{place}"
        yield Document(f"{path}.pdf", title, partial(opinion_pdf, opinion))
        held = {"expert": opinion.expert.name, "digest": opinion.digest, "paper": opinion.paper}
        yield Document(f"{path}.json", title, partial(_json, held))
        yield from _files(opinion, f"{path}-scan", "专家签字的纸质意见扫描件")
    comments = [
        {
            "name": one.name,
            "topic": one.topic,
            "text": one.text,
            "received_at": one.received_at,
            "came_on": one.came_on,
            "stance": one.reply.stance if hasattr(one, "reply") else None,
            "reply": one.reply.text if hasattr(one, "reply") else None,
        }
        for one in argument.comments.select_related("reply")
    ]
    yield Document(f"{folder}/comments.json", "征求到的意见及答复", partial(_json, comments))
    for place, one in enumerate(argument.comments.exclude(came_on=None), 1):
        yield from _files(one, f"{folder}/comment-{place}-scan", "书面意见扫描件")


def opinion_pdf(opinion: Opinion) -> bytes:
    """The official form of an expert's opinion, with its signature."""
    argument = opinion.expert.argument
    number = f"{argument.number or '论证准备中'}"
    frame = pdf.Frame(
        number=number,
        digest=opinion.digest,
        verify_url=verify_url(argument.number) if argument.number else "",
        kind="需求论证专家意见表",
        issuer=argument.owner.name,
    )
    return pdf.draw(argument_papers.signed_opinion(opinion), frame)


def _notices(row: Any, folder: str) -> Iterator[Document]:
    for notice in Notice.objects.about(row).select_related("file", "follows"):
        path = f"{folder}/{notice.number}"
        yield Document(f"{path}.pdf", notice.title, partial(notice_pdf.read, notice))
        held = {
            "number": notice.number,
            "kind": notice.kind,
            "title": notice.title,
            "issuer": notice.issuer,
            "published_at": notice.published_at,
            "follows": notice.follows.number if notice.follows else None,
            "relation": notice.relation,
            "facts": notice.facts,
            "paper": notice.paper,
            "digest": notice.digest,
        }
        yield Document(f"{path}.json", f"{notice.title}（数据）", partial(_json, held))


def _quotes(procedure: Procedure) -> Iterator[Document]:
    standing = list(procedure.quotes.standing().select_related("supplier", "envelope"))
    held = []
    for quote in standing:
        file = f"{quote.supplier.uscc}.envelope"
        yield Document(
            f"quotes/{file}",
            f"密封信封：{quote.supplier.name}",
            partial(bytes, quote.envelope.ciphertext),
        )
        held.append(
            {
                "supplier": quote.supplier.uscc,
                "name": quote.supplier.name,
                "received_at": quote.received_at,
                "envelope": quote.envelope.digest,
                "file": file,
                "content": quote.envelope.content,
                "is_valid": quote.is_valid,
                "reason": quote.reason,
                "place": quote.place,
            }
        )
    yield Document("quotes/quotes.json", "报价及审查结果", partial(_json, held))


def _selection(procedure: Procedure) -> Iterator[Document]:
    if procedure.proof is None:
        return
    yield Document("selection/draw.json", "选取的全部数据", partial(opening.bundle, procedure))
    for module, title in ((lowest, "选取程序：最低价"), (draw, "选取程序：抽取")):
        source = Path(module.__file__ or "")
        yield Document(f"selection/{source.name}", title, source.read_bytes)


def _contract(agreement: Agreement) -> Iterator[Document]:
    parties = [
        {
            "side": one.side,
            "name": one.organisation.name,
            "uscc": one.organisation.uscc,
            "signed_at": one.signed_at,
            "signer": one.signer,
            "typed": one.typed,
        }
        for one in agreement.parties.select_related("organisation")
    ]
    held = {
        "number": agreement.number,
        "title": agreement.title,
        "amount": agreement.amount,
        "state": agreement.state,
        "parties": parties,
        "paper": agreement.paper,
        "digest": agreement.digest,
    }
    path = f"contract/{agreement.number}"
    yield Document(f"{path}.json", agreement.title, partial(_json, held))
    for row in agreement.papers.order_by("pk"):
        title = "验收单" if row.deliverable_id else agreement.title
        yield Document(f"contract/{row.number}.pdf", title, partial(agreement_pdf.read, row))
        if row.deliverable_id:
            data = {"number": row.number, "paper": row.paper, "digest": row.digest}
            yield Document(f"contract/{row.number}.json", f"{title}（数据）", partial(_json, data))
    handed = Deliverable.objects.filter(milestone__agreement=agreement).order_by("pk")
    for place, deliverable in enumerate(handed, 1):
        yield from _files(deliverable, f"contract/deliverable-{place}", "交付的成果文件")


def _files(row: Any, path: str, title: str) -> Iterator[Document]:
    held = Upload.objects.filter(subject=row._meta.label_lower, subject_code=row.code)
    for place, upload in enumerate(held.order_by("pk"), 1):
        ending = PurePosixPath(upload.name).suffix.lower()
        yield Document(f"{path}-{place}{ending}", f"{title}：{upload.name}", partial(_read, upload))


def _events(procedure: Procedure, agreements: Sequence[Agreement]) -> bytes:
    codes = [procedure.code, procedure.need.code]
    codes += procedure.need.arguments.values_list("code", flat=True)
    codes += procedure.quotes.values_list("code", flat=True)
    codes += [agreement.code for agreement in agreements]
    about = Q(subject_code__in=codes)
    return "".join(
        canonical(
            {
                "name": event.name,
                "at": event.at,
                "subject": event.subject,
                "content": event.content or None,
                "salt": bytes(event.salt).hex() if event.salt else "",
                "leaf": bytes(event.leaf).hex(),
            }
        )
        + "\n"
        for event in Event.objects.filter(about).order_by("pk")
    ).encode()


# ── how it is packed ─────────────────────────────────────────────────────────────────────────────


def _add(
    packed: zipfile.ZipFile, entries: list[dict[str, Any]], path: str, title: str, content: bytes
) -> None:
    info = zipfile.ZipInfo(path, EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    packed.writestr(info, content)
    digest = sha256(content).hexdigest()
    entries.append({"path": path, "title": title, "size": len(content), "sha256": digest})


def _contents(archive: Archive, entries: Sequence[dict[str, Any]]) -> bytes:
    procedure = archive.procedure
    ended = procedure.ended_at
    paper = Paper(
        "采购档案目录",
        (
            Fields(
                (
                    ("采购项目", procedure.title),
                    ("采购编号", procedure.number or ""),
                    ("采购需求编号", procedure.need.number or ""),
                    ("采购人", procedure.owner_shown),
                    ("采购结果", procedure.get_state_display()),
                    ("采购结束时间", second(ended) if ended else ""),
                    (
                        "保存期限",
                        _kept_until(procedure),
                    ),
                    ("档案版本", f"第 {archive.version} 版"),
                )
            ),
            Heading("一、文件"),
            Table(
                ("序号", "文件", "内容", "字节", "SHA-256"),
                tuple(
                    (str(place), one["path"], one["title"], f"{one['size']:,}", one["sha256"])
                    for place, one in enumerate(entries, 1)
                ),
                ("center", "left", "left", "right", "left"),
            ),
            Heading("二、核验"),
            Paragraph(
                "不需要网络，也不需要本平台：在安装 Python 3 的计算机上运行 python verify.py，"
                "即可核验每个文件的摘要、每份文书的内容摘要、每条操作事件、每个密封信封和选取结果。"
                "再将程序输出的清单摘要与平台公开页面公布的摘要比对，即可确认档案整体未被替换。"
            ),
        ),
        subtitle=procedure.number or "",
    )
    frame = pdf.Frame(
        number=f"{procedure.number}-v{archive.version}",
        digest=paper.digest(),
        verify_url=verify_url(procedure.number or ""),
        kind="采购档案",
        issuer=procedure.owner_shown,
    )
    return pdf.draw(paper, frame)


def _kept_until(procedure: Procedure) -> str:
    until, figure = procedure.retain_until, procedure.figures["archive.years"]
    last = day(until) if until else ""
    return f"至 {last}（{figure['value']} {figure['unit']}，{figure['source']}）"


def _json(value: Any) -> bytes:
    return (json.dumps(json.loads(canonical(value)), ensure_ascii=False, indent=1) + "\n").encode()


def _read(upload: Upload) -> bytes:
    with uploads.content(upload) as stream:
        return stream.read()
