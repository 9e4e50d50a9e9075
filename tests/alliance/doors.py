"""Every door of the alliances; one list per subject, joined below."""

from tests.alliance import application_doors, council_doors, founding_doors, membership_doors

DOORS = [
    *application_doors.DOORS,
    *council_doors.DOORS,
    *founding_doors.DOORS,
    *membership_doors.DOORS,
]
