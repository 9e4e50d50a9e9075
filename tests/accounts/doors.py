from tests.doors import Door

DOORS = [
    Door(
        "accounts:switch-seat",
        "post",
        data=lambda cast: {"seat": cast.owner.code},
        stranger=404,
        wrong=("agency", 404),
        right="owner",
    ),
]
