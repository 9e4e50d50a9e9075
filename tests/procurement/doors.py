from tests.procurement import argument_doors, inquiry_doors, need_doors, notice_doors

DOORS = [*need_doors.DOORS, *argument_doors.DOORS, *inquiry_doors.DOORS, *notice_doors.DOORS]
