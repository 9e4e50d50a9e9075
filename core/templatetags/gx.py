"""What every template may say: money, instants, badges. Built in: no `{% load %}`.

Instants are Beijing time whatever the reader's machine says; Chinese dates carry no spaces inside.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import segno
from django.conf import settings
from django.forms import BaseForm, BaseFormSet
from django.template import Context, Library, Node, NodeList
from django.template.base import FilterExpression, Parser, Token
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_default_timezone, is_aware, localtime
from django.utils.translation import get_language, gettext, ngettext

from core import cache, clock, figures, meanings
from core.calendar import day_of

register = Library()
WEEKDAYS = "一二三四五六日"


def _chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _beijing(when: datetime) -> datetime:
    return localtime(when, get_default_timezone()) if is_aware(when) else when


@register.filter
def yuan(amount: Decimal | None) -> str:
    """¥1,234.50, with a true minus; nothing for None."""
    if amount is None:
        return ""
    return f"{'−' if amount < 0 else ''}¥{abs(amount):,.2f}"


@register.filter
def day(when: date | None) -> str:
    """2026年11月23日"""
    if when is None:
        return ""
    if isinstance(when, datetime):
        when = _beijing(when).date()
    return f"{when.year}年{when.month}月{when.day}日" if _chinese() else date_format(when, "j M Y")


@register.filter
def last_day(until: datetime | None) -> str:
    """The last day of a period, from its exclusive end: 2026年12月24日"""
    return day(until - datetime.resolution) if until else ""


@register.filter
def short_day(when: date | None) -> str:
    """11月23日, with the year where it is another one."""
    if when is None:
        return ""
    when = _beijing(when).date() if isinstance(when, datetime) else when
    if when.year != _beijing(clock.now()).year:
        return day(when)
    return f"{when.month}月{when.day}日" if _chinese() else date_format(when, "j M")


@register.filter
def instant(when: datetime | None) -> str:
    """2026年11月23日 周一 17:00"""
    if when is None:
        return ""
    when = _beijing(when)
    if _chinese():
        return f"{day(when.date())} 周{WEEKDAYS[when.weekday()]} {when:%H:%M}"
    return date_format(when, "D j M Y H:i")


@register.filter
def short_instant(when: datetime | None) -> str:
    """今天 17:00, or 11月25日 周三 17:00, with the year where it is another one."""
    if when is None:
        return ""
    when, today = _beijing(when), _beijing(clock.now())
    if when.date() == today.date():
        return f"{gettext('today')} {when:%H:%M}"
    if when.year != today.year:
        return instant(when)
    if _chinese():
        return f"{when.month}月{when.day}日 周{WEEKDAYS[when.weekday()]} {when:%H:%M}"
    return date_format(when, "D j M H:i")


@register.filter
def hour(when: datetime | None) -> str:
    """17:00"""
    return f"{_beijing(when):%H:%M}" if when else ""


@register.filter
def ledger(when: date | None) -> str:
    """2026-11-23 17:00, for ledgers; a date without the hour."""
    if when is None:
        return ""
    if isinstance(when, datetime):
        return f"{_beijing(when):%Y-%m-%d %H:%M}"
    return f"{when:%Y-%m-%d}"


@register.filter
def iso(when: date | None) -> str:
    """For `datetime=` and scripts."""
    if when is None:
        return ""
    if isinstance(when, datetime):
        return _beijing(when).isoformat(timespec="milliseconds")  # HTML knows nothing finer
    return when.isoformat()


@register.filter
def masked(text: str | None) -> str:
    """139****0721; l***@example.org; 王**."""
    text = text or ""
    if "@" in text:
        name, _, host = text.rpartition("@")
        return f"{name[:1]}***@{host}"
    if len(text) >= 7:
        return (
            f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}" if len(text) > 7 else text[:3] + "****"
        )
    return text[:1] + "*" * (len(text) - 1)


@register.filter
def remaining(until: datetime) -> str:
    """2 天 6 小时 48 分, as plain words; empty once it is over."""
    return "".join(f"{number} {unit} " for number, unit in _left(until)).strip()


def _left(until: datetime) -> list[tuple[int, str]]:
    left = until - clock.now()
    if left <= timedelta(0):
        return []
    minutes = int(left.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, ngettext("day", "days", days)),
        (hours, ngettext("hour", "hours", hours)),
        (minutes, ngettext("minute", "minutes", minutes)),
    ]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return parts


@register.filter
def due_meaning(until: datetime) -> str:
    """How pressing a deadline is: open, soon on its last day, ended afterwards."""
    now = clock.now()
    if until <= now:
        return meanings.Meaning.ENDED
    last_day = _beijing(until - timedelta(microseconds=1)).date() == _beijing(now).date()
    return meanings.Meaning.SOON if last_day else meanings.Meaning.OPEN


@register.inclusion_tag("components/deadline.html")
def deadline(until: datetime, rule: str = "") -> dict[str, Any]:
    """The countdown, the absolute instant, and the rule that makes it strict."""
    return {"until": until, "left": _left(until), "meaning": due_meaning(until), "rule": rule}


@register.simple_tag
def icon(name: str) -> SafeString:
    return format_html(
        '<svg class="gx-i" aria-hidden="true"><use href="{}#{}"/></svg>', asset("icons.svg"), name
    )


@register.simple_tag
@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a file of `static/`, looked up once."""
    return static(name)


@register.simple_tag
def badge(state: Any, label: str, icon_name: str = "") -> SafeString:
    """Icon, words and colour: `state` is a registered state or the name of a meaning."""
    meaning = meanings.meaning(state)
    return format_html(
        '<span class="gx-s gx-{}">{}{}</span>',
        meaning,
        icon(icon_name or meanings.ICONS[meaning]),
        label,
    )


@register.simple_tag
def state(row: Any) -> SafeString:
    """The badge of the state that a row is in."""
    return badge(meanings.of(row), row.get_state_display())


@register.simple_tag
def figure(name: str) -> Any:
    """The value of a legal figure today, for a sentence that promises it."""
    return figures.value(name, day_of(clock.now()))


@register.simple_tag
def copy(text: str) -> SafeString:
    """A button that copies; useless without a script, so it appears only with one."""
    return format_html(
        '<button class="gx-copy" type="button" data-copy="{}" aria-label="{}">{}</button>',
        text,
        gettext("Copy %(text)s") % {"text": text},
        icon("copy"),
    )


@register.simple_tag(name="hash")
def digest(value: str) -> SafeString:
    """A digest that can be read whole and copied."""
    return format_html('<code class="gx-hash">{}</code> {}', value, copy(value))


@register.simple_tag
def qr(address: str, label: str = "") -> SafeString:
    """The QR code of an address, of ours or a whole one, as inline SVG."""
    address = f"{settings.SITE_URL}{address}" if address.startswith("/") else address
    label = label or gettext("QR code of %(address)s") % {"address": address}
    return format_html(
        '<span class="gx-qr" role="img" aria-label="{}">{}</span>',
        label,
        mark_safe(_drawn(address)),  # noqa: S308 - drawn by segno: paths and numbers only
    )


@lru_cache(maxsize=1024)
def _drawn(address: str) -> str:
    code = segno.make(address, error="m", micro=False)
    return code.svg_inline(scale=3, border=2, dark="#000", light="#fff", omitsize=True)


@register.simple_tag(takes_context=True)
def corrections(context: Context) -> str:
    """What the title of a refused form begins with."""
    count = sum(count_errors(context.get(name)) for name in ("form", "formset"))
    if not count:
        return ""
    text = ngettext("%(count)s correction needed", "%(count)s corrections needed", count)
    return text % {"count": count} + gettext(": ")


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The query string of this page with changes; an empty value drops the key."""
    values = context["request"].GET.copy()
    for key, value in changes.items():
        if value in (None, ""):
            values.pop(key, None)
        else:
            values[key] = value
    return f"?{values.urlencode()}"


@register.filter
def columns(table: Any, row: Any = None) -> list[tuple[Any, ...]]:
    """Name and alignment of each column of a paper's table, with the cells of `row` if given."""
    named = zip(table.head, table.align, strict=True)
    if row is None:
        return list(named)
    return [(*column, cell) for column, cell in zip(named, row, strict=True)]


@register.filter
def pairs(row: Any) -> list[tuple[Any, Any]]:
    """Label and value, label and value: the cells of a paper's form, two by two."""
    return list(zip(row[::2], row[1::2], strict=True))


@register.filter
def count_errors(form: Any) -> int:
    """How many corrections a refused form or formset needs."""
    if isinstance(form, BaseFormSet):
        if not form.is_bound:
            return 0
        return sum(count_errors(each) for each in form.forms) + len(form.non_form_errors())
    if isinstance(form, BaseForm) and form.is_bound:
        return sum(len(errors) for errors in form.errors.values())
    return 0


@register.filter
def size(count: int | None) -> str:
    """1.2 MB"""
    if count is None:
        return ""
    if count < 1024:
        return f"{count} B"
    if count < 1024**2:
        return f"{count / 1024:.0f} KB"
    return f"{count / 1024**2:.1f} MB"


@register.simple_tag
def attributes(pairs: dict[str, Any] | None = None) -> SafeString:
    """HTML attributes from a mapping; None and False are left out."""
    shown = [(key, value) for key, value in (pairs or {}).items() if value not in (None, False)]
    return format_html_join("", ' {}="{}"', shown)


class Kept(Node):
    child_nodelists = ()  # no block of a template is within: who looks for blocks need not look

    def __init__(
        self,
        nodelist: NodeList,
        name: str,
        subjects: tuple[str, ...],
        until: FilterExpression | None,
    ) -> None:
        self.nodelist, self.name, self.subjects, self.until = nodelist, name, subjects, until

    def render(self, context: Context) -> SafeString:
        request = context.get("request")
        user = getattr(request, "user", None)
        if request is None or request.method != "GET" or user is None or user.is_authenticated:
            return self.nodelist.render(context)

        def draw(_at: datetime) -> cache.Drawn:
            html = self.nodelist.render(context)
            return {"": html}, self.until.resolve(context) if self.until else None

        found = cache.drawn(request, self.name, self.subjects, draw)
        if self.until:
            cache.finished(request, until=found.until)
        return found.html


@register.tag
def kept(parser: Parser, token: Token) -> Kept:
    """`{% kept "header" "wagtailcore.site" %}`: what every visitor is shown at this address, drawn
    once until a deed on rows of these models. Who is signed in has it drawn anew.

    `until front.until` at the end: when the clock changes it, and with it the page.
    """
    _tag, name, *words = token.split_contents()
    until = None
    if len(words) > 1 and words[-2] == "until":
        until = parser.compile_filter(words[-1])
        words = words[:-2]
    nodelist = parser.parse(("endkept",))
    parser.delete_first_token()
    return Kept(nodelist, name.strip('"'), tuple(word.strip('"') for word in words), until)
