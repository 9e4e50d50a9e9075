from tests.procurement import need_doors

DOORS = [*need_doors.DOORS]
