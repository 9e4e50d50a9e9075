"""Every door of the alliances; one list per subject, joined below."""

from tests.alliance import founding_doors

DOORS = [*founding_doors.DOORS]
