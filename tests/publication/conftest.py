from datetime import datetime
from typing import Any

import pytest
from django.db import transaction

from core import clock
from core.audit import Actor
from core.paper import Heading, Paper, Paragraph, Table
from publication import kinds, notices
from publication.models import Notice


@pytest.fixture(autouse=True)
def order_notice(monkeypatch) -> kinds.Kind:
    """A kind of notice that only tests publish."""
    monkeypatch.setattr(kinds, "kinds", dict(kinds.kinds))
    monkeypatch.setattr(notices, "kinds", kinds.kinds)
    monkeypatch.setattr("publication.models.kinds", kinds.kinds)
    return kinds.register(
        "test-notice", label="测试公告", series="GXCS", required={"deadline": "报名截止时间"}
    )


def written(
    title: str = "云江市青屿区水质检测服务采购公告", words: str = "服务金额为壹万元整。"
) -> Paper:
    return Paper(
        title,
        (
            Heading("一、项目概况"),
            Paragraph(words),
            Table(
                ("序号", "名称", "金额"),
                (("1", "水质检测", "10,000.00"),),
                ("center", "left", "right"),
            ),
        ),
    )


@transaction.atomic(durable=True)
def publish(about: Any, *, by: Actor, at: datetime | None = None, **given: Any) -> Notice:
    """The rule of an upper package that publishes."""
    given = {
        "paper": written(),
        "facts": {"deadline": "2026-12-01"},
        "issuer": "青屿区水务局",
        **given,
    }
    given.setdefault("title", given["paper"].title)
    return notices.publish("test-notice", about=about, by=by, at=at or clock.now(), **given)


@transaction.atomic(durable=True)
def correct(notice: Notice, *, by: Actor, **given: Any) -> Notice:
    given = {
        "paper": written(words="服务金额为贰万元整。"),
        "facts": {"deadline": "2026-12-02"},
        "reason": "金额有误",
        **given,
    }
    return notices.correct(notice, title=given["paper"].title, by=by, at=clock.now(), **given)


@transaction.atomic(durable=True)
def withdraw(notice: Notice, *, by: Actor, reason: str = "项目取消", **given: Any) -> Notice:
    return notices.withdraw(notice, reason=reason, by=by, at=clock.now(), **given)


@pytest.fixture
def notice(cast) -> Notice:
    return publish(cast.owner.organisation, by=cast.owner)
