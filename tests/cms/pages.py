"""Pages and editors for tests: published as the house publishes, by a second person."""

from datetime import date
from functools import cache
from io import BytesIO

from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from PIL import Image

from accounts.models import Deed, Rank
from cms import editing
from cms.models import HomePage, NewsIndexPage, NewsPage, Picture, PolicyIndexPage, PolicyPage
from core import clock
from tests.factories import SeatFactory


def editor(cast, name, *deeds):
    """A seat of the operator with these deeds, in the groups that go with them."""
    seat = SeatFactory(
        user__email=f"{name}@example.com",
        user__name=name,
        organisation=cast.operator.organisation,
        rank=Rank.OPERATOR,
        deeds=sorted(deeds),
    )
    names = {Deed.EDIT_SITE: "网站编辑", Deed.APPROVE_SITE: "网站审核人员"}
    groups = ["运营人员", *(names[deed] for deed in deeds)]
    seat.user.groups.set(Group.objects.filter(name__in=groups))
    return seat


def writer(cast, name="writer"):
    return editor(cast, name, Deed.EDIT_SITE)


def chief(cast, name="chief"):
    return editor(cast, name, Deed.APPROVE_SITE)


def home():
    return HomePage.objects.get()


def article(title="一条新闻", **facts):
    facts = {"dated_on": date(2026, 11, 20), "source": "云江日报", "lead": "摘要。", **facts}
    return NewsPage(title=title, slug=facts.pop("slug", f"n-{abs(hash(title))}"), **facts)


def policy(title="一项政策", **facts):
    facts = {
        "number": "国办发〔2025〕22号",
        "issuer": "国务院办公厅",
        "issued_on": date(2025, 6, 22),
        "in_force_from": date(2025, 6, 22),
        "rung": "normative",
        "lead": "摘要。",
        **facts,
    }
    return PolicyPage(title=title, slug=facts.pop("slug", f"p-{abs(hash(title))}"), **facts)


def news_index():
    return NewsIndexPage.objects.child_of(home()).get()


def policy_index():
    return PolicyIndexPage.objects.get()


def published(parent, page, *, by, and_by):
    """Written by one, published by another."""
    written = editing.write(parent, page, by=by.user, at=clock.now())
    editing.hand_in(written, by=by.user, at=clock.now())
    return editing.accept(written, by=and_by.user, at=clock.now())


@cache
def png():
    stored = BytesIO()
    Image.new("RGB", (640, 400), "#0f5873").save(stored, "PNG")
    return stored.getvalue()


def picture(title="一张图", description="蓝色的底。"):
    file = ImageFile(BytesIO(png()), name="blue.png")
    return Picture.objects.create(title=title, description=description, file=file)
