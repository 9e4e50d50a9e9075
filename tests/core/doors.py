from core import clock
from core.models import Letter
from core.numbering import new_code
from tests.doors import Door, shown


def letter(cast):
    """A letter to the owner."""
    posted = Letter.objects.create(
        code=new_code(),
        user_code=cast.owner.user.code,
        kind="core/test",
        subject="请核对",
        body="请核对。",
        posted_at=clock.now(),
    )
    return (posted.code,)


DOORS = [
    shown("core:healthz"),
    shown("core:readyz"),
    Door("letters:inbox", right="owner", stranger="shown"),
    Door("letters:letter", args=letter, right="owner", stranger=404, wrong=("agency", 404)),
    Door("letters:read-all", "post", right="owner", stranger="done"),
]
