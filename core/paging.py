"""Long lists by keyset: a page begins after the last row of the one before, on an index.

    MENU = {"new": Order(_("newest first"), "-published_at", "-pk"), …}
    page = paging.page(ServiceOrder.objects.open_at(at), MENU, request.GET)

The menu is fixed, and each of its orders has an index and ends with a unique column. Its columns
are never null. Rows are counted to 1,000 and no further.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict  # noqa: TID251 - what a page is asked for, and no request
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SIZE = 20
COUNTED = 1_000

Row = TypeVar("Row", bound=Model)


class Order:
    """One way to sort: a label and its columns, "-" before those that fall."""

    def __init__(self, label: Any, *columns: str) -> None:
        self.label, self.columns = label, columns


@dataclass(frozen=True)
class Choice:
    """An entry of the menu as the page links it."""

    label: Any
    href: str
    current: bool


@dataclass(frozen=True)
class Page(Generic[Row]):
    """The rows to show; `next` and `previous` are query strings, empty at the ends."""

    rows: Sequence[Row]
    next: str
    previous: str
    count: int
    order: str
    choices: Sequence[Choice]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def counted(self) -> bool:
        """Whether `count` is all there is."""
        return self.count <= COUNTED

    @property
    def count_text(self) -> str:
        if not self.counted:
            return _("more than %(count)s entries") % {"count": localize(COUNTED)}
        text = ngettext("%(count)s entry", "%(count)s entries", self.count)
        return text % {"count": localize(self.count)}


def page(
    rows: QuerySet[Row],
    orders: Mapping[str, Order],
    asked: QueryDict,
    *,
    size: int = SIZE,
    count: int | None = None,
) -> Page[Row]:
    """The page that `asked` names: `order` from the menu (its first by default), `after` or
    `before` a row. What cannot be read is as if it had not been asked. Two queries; one where the
    `count` of all rows is known.
    """
    name = asked.get("order", "")
    name = name if name in orders else next(iter(orders))
    columns = orders[name].columns
    back = "after" not in asked and "before" in asked
    position = _position(rows.model, columns, asked.get("before" if back else "after", ""))
    back &= position is not None
    sort = [_turned(column) for column in columns] if back else list(columns)
    found = rows.order_by(*sort)
    if position is not None:
        found = found.filter(_beyond(sort, position))
    shown = list(found[: size + 1])
    more, shown = len(shown) > size, shown[:size]
    if back:
        shown.reverse()
    has_next = bool(shown) and (back or more)
    has_previous = bool(shown) and (more if back else position is not None)
    return Page(
        rows=shown,
        next=_link(asked, after=_cursor(shown[-1], columns)) if has_next else "",
        previous=_link(asked, before=_cursor(shown[0], columns)) if has_previous else "",
        count=rows.order_by()[: COUNTED + 1].count() if count is None else count,
        order=name,
        choices=[
            Choice(order.label, _link(asked, order=key), key == name)
            for key, order in orders.items()
        ],
    )


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _beyond(columns: Sequence[str], position: Sequence[Any]) -> Q:
    """Rows after the position: a > x, or a = x and b > y, …; first the bound that an index uses."""
    beyond, equal = Q(), Q()
    for column, value in zip(columns, position, strict=True):
        name = column.lstrip("-")
        test = "lt" if column.startswith("-") else "gt"
        beyond |= equal & Q(**{f"{name}__{test}": value})
        equal &= Q(**{name: value})
    first = columns[0].lstrip("-")
    bound = "lte" if columns[0].startswith("-") else "gte"
    return Q(**{f"{first}__{bound}": position[0]}) & beyond


def _cursor(row: Model, columns: Sequence[str]) -> str:
    values = [getattr(row, column.lstrip("-")) for column in columns]
    text = json.dumps(values, cls=_Exact, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


class _Exact(DjangoJSONEncoder):
    def default(self, o: Any) -> Any:
        # Django cuts instants to milliseconds, and a row would appear twice.
        return o.isoformat() if hasattr(o, "isoformat") else super().default(o)


def _position(model: type[Model], columns: Sequence[str], cursor: str) -> list[Any] | None:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(text)
        if not isinstance(values, list) or len(values) != len(columns) or None in values:
            return None
        return [_field(model, column).to_python(value) for column, value in zip(columns, values)]  # noqa: B905
    except (ValueError, TypeError, OverflowError, ValidationError):
        return None


def _field(model: type[Model], column: str) -> Any:
    name = column.lstrip("-")
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _link(asked: QueryDict, **changes: str) -> str:
    link = asked.copy()
    for stale in ("after", "before"):
        link.pop(stale, None)
    for key, value in changes.items():
        link[key] = value
    return f"?{link.urlencode()}"
