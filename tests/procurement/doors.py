from tests.doors import Door

DOORS: list[Door] = []
