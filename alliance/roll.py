"""The roll of members 成员名册: how a unit comes onto it, and its number there."""

from datetime import date

from accounts.models import Organisation
from alliance.models import Alliance, Member, UnitKind
from core.lifecycle import RuleBroken, part
from core.numbering import new_code, next_number


@part
def enrol(
    alliance: Alliance,
    organisation: Organisation,
    *,
    level: str,
    unit_kind: UnitKind | str,
    on: date,
    founder: bool = False,
) -> Member:
    """Write the unit onto the roll with the next number. Refused while it stands there already."""
    if alliance.members.current().filter(organisation=organisation).exists():
        raise RuleBroken("%(unit)s is a member already.", unit=organisation.name)
    place = next_number(f"member-{alliance.number}")
    return Member.objects.create(
        code=new_code(),
        alliance=alliance,
        organisation=organisation,
        number=f"{alliance.number}-{place:04}",
        level=level,
        unit_kind=unit_kind,
        is_founder=founder,
        joined_on=on,
    )
