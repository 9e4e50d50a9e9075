"""Papers of applications: the official forms of one as PDF, and of many in a ZIP.

The ZIP is long work (`core.jobs`): a form a time, then a list of what is in it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import override

from alliance import applications, forms_pdf, industries, official, roll_sheet
from alliance.models import SECRETARIAT, Alliance, Application, ApplicationVersion, Officer
from core import clock
from core.jobs import Made, Progress
from core.lifecycle import RuleBroken
from core.models import Job

KIND = "alliance.application-papers"
HEAD = (
    "申请编号", "单位名称", "统一社会信用代码", "单位类型", "地区", "状态", "申请等级", "拟定等级",
    "产业领域", "提交时间", "版本", "审核人", "联系人", "联系电话",
)  # fmt: skip


def draw(
    application: Application,
    version: ApplicationVersion | None,
    *,
    draft: Mapping[str, official.Values],
) -> bytes:
    """The official forms as a version has them, or else as they were typed so far."""
    if version is None:
        values, note = draft, "草稿，尚未提交。"
    else:
        values = version.content["forms"]
        when = f"{localtime(version.submitted_at):%Y年%m月%d日 %H:%M}"
        note = f"与 {when} 在线提交的第 {version.version} 版内容一致。"
    digest = applications.printed_digest(application, values)
    foot = forms_pdf.Foot(digest, settings.SITE_URL + application.get_absolute_url(), note)
    words = applications.words(application.alliance)
    office = {"number": application.number or ""}
    sheets = [
        forms_pdf.Sheet(form, values.get(form.key, {}), words, office)
        for form in applications.forms_of(application)
    ]
    return forms_pdf.draw(*sheets, foot=foot)


def workbook(alliance: Alliance, rows: Iterable[Application]) -> bytes:
    """What the secretariat's list shows, as a sheet."""
    levels = dict(applications.askable(alliance, clock.now()))
    fields = dict(industries.choices())
    with override("zh-hans"):
        lines = [_line(one, levels, fields) for one in rows]
    return roll_sheet.sheet("入盟申请", HEAD, lines)


def _line(
    row: Application, levels: Mapping[str, str], fields: Mapping[str, str]
) -> tuple[str, ...]:
    unit = row.organisation
    return (
        row.number or "",
        unit.name,
        unit.uscc or "",
        str(row.get_unit_kind_display()),
        str(unit.region or ""),
        str(row.get_state_display()),
        levels.get(row.level_asked, row.level_asked),
        levels.get(row.level, row.level),
        fields.get(row.industry, row.industry),
        f"{localtime(row.submitted_at):%Y-%m-%d %H:%M}" if row.submitted_at else "",
        str(row.version),
        str(row.checker.user) if row.checker else "",
        unit.contact_name,
        unit.contact_phone,
    )


def collect(job: Job, progress: Progress) -> Made:
    """The forms of all applications that the job names, as they were handed in last."""
    alliance = Alliance.objects.get(code=job.params["alliance"])
    codes = job.params["applications"]
    rows = Application.objects.in_secretariat_of(alliance).filter(code__in=codes)
    rows = rows.select_related("organisation__region", "alliance", "checker__user")
    found = sorted(rows, key=lambda one: str(one.number))
    if not found:
        raise RuleBroken("None of these applications is with the secretariat.")
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as pack:
        for place, row in enumerate(found, start=1):
            pdf = draw(row, row.versions.first(), draft={})
            pack.writestr(f"{_safe(f'{row.number} {row.organisation.name}')}.pdf", pdf)
            progress(place, len(found))
        pack.writestr("入盟申请一览.xlsx", workbook(alliance, found))
    name = f"{alliance.number}-applications-{localtime(clock.now()):%Y%m%d-%H%M}.zip"
    return Made(name, "application/zip", kept.getvalue())


def is_readable(job: Job, request: Any) -> bool:
    """Whoever asked, while he sits in the secretariat."""
    if request.seat is None:
        return False
    posts = Officer.objects.held_at(clock.now()).of(request.seat, *SECRETARIAT)
    return posts.filter(alliance__code=job.params["alliance"]).exists()


def _safe(name: str) -> str:
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name)[:150]
