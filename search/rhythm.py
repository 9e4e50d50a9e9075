"""When the next digest is due. Pure."""

from datetime import datetime, time, timedelta

from core.calendar import SHANGHAI

MORNING = time(7, 30)


def next_after(rhythm: str, at: datetime) -> datetime | None:
    """The next morning, or the next Monday's, after an instant; None for `never`."""
    if rhythm == "never":
        return None
    local = at.astimezone(SHANGHAI)
    morning = datetime.combine(local.date(), MORNING, SHANGHAI)
    if morning <= local:
        morning += timedelta(days=1)
    if rhythm == "weekly":
        morning += timedelta(days=-morning.weekday() % 7)
    return morning
