"""What becomes of each kind of visitor at each door: rows for the sweep of `test_doors.py`.

Each package lists its doors in `tests/<package>/doors.py`:

    DOORS = [
        shown("notices:list"),
        Door("marketplace:order-edit", args=draft, right="owner", wrong=("agency", 404)),
        Door("marketplace:order-submit", "post", args=draft, right="owner", wrong=("agency", 404)),
    ]

Visitors are seats of the cast by name. Outcomes: "shown" (200), "done" (redirected), "login", or a
status. A door that lacks its row fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from tests.cast import Cast

Outcome = str | int


def nothing(cast: Cast) -> Any:
    return ()


@dataclass(frozen=True)
class Door:
    name: str
    method: str = "get"
    args: Callable[[Cast], Any] = nothing  # arguments of the URL; may first make the rows it needs
    data: Callable[[Cast], Mapping[str, Any]] = field(default=lambda cast: {})
    query: str = ""
    right: str | tuple[str, Outcome] | None = None
    wrong: str | tuple[str, Outcome] | None = None
    anonymous: Outcome = "login"
    stranger: Outcome = 403

    def expected(self) -> Iterator[tuple[str, Outcome]]:
        """Each kind of visitor with the declared outcome."""
        yield "anonymous", self.anonymous
        yield "stranger", self.stranger
        if self.wrong is not None:
            yield self.wrong if isinstance(self.wrong, tuple) else (self.wrong, 403)
        if self.right is not None:
            good = "shown" if self.method == "get" else "done"
            yield self.right if isinstance(self.right, tuple) else (self.right, good)

    def address(self, cast: Cast) -> str:
        return reverse(self.name, args=self.args(cast)) + self.query


def shown(
    name: str, *, args: Callable[[Cast], Any] = nothing, query: str = "", becomes: Outcome = "shown"
) -> Door:
    """A public page: the same outcome for everybody."""
    return Door(
        name,
        args=args,
        query=query,
        right=("owner", becomes),
        wrong=("agency", becomes),
        anonymous=becomes,
        stranger=becomes,
    )


def all_doors() -> list[Door]:
    """The rows of every package."""
    here = Path(__file__).parent
    modules = sorted(file.parent.name for file in here.glob("*/doors.py"))
    return [door for name in modules for door in import_module(f"tests.{name}.doors").DOORS]


def outcome(response: HttpResponse) -> Outcome:
    if response.status_code in (301, 302):
        leads_to_login = response.headers["Location"].startswith(reverse("account_login"))
        return "login" if leads_to_login else "done"
    return "shown" if response.status_code == 200 else response.status_code
