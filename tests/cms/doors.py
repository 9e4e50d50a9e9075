from core import clock
from core.models import Letter
from core.numbering import new_code
from tests.doors import Door


def letter(cast):
    """To the stranger."""
    made = Letter.objects.create(
        code=new_code(),
        user_code=cast.stranger.code,
        kind="test",
        subject="主题",
        body="正文",
        posted_at=clock.now(),
    )
    return [made.code]


DOORS = [
    Door("cms:desk", stranger="shown", right="owner", wrong=("operator", "shown")),
    Door("cms:drafts", right="owner", wrong=("operator", "shown")),
    Door("cms:done", right="owner", wrong=("operator", "shown")),
    Door("cms:inbox", stranger="shown", right="owner", wrong=("operator", "shown")),
    Door("cms:letter", args=letter, stranger="shown", wrong=("owner", 404)),
    Door("cms:inbox-read", "post", stranger="done", right="owner"),
]
