from core import clock
from core.models import Letter
from core.numbering import new_code
from tests.doors import Door, shown


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
    shown("site:robots"),
    shown("site:sitemap"),
    shown("site:sitemap-section", args=lambda cast: ["pages", 1]),
    shown("site:news-feed"),
    shown("site:social", args=lambda cast: ["home"]),
    shown("site:form-file", args=lambda cast: ["order"]),
    shown("site:picture", args=lambda cast: ["none.png"], becomes=404),
    Door("cms:desk", stranger="shown", right="owner", wrong=("operator", "shown")),
    Door("cms:drafts", right="owner", wrong=("operator", "shown")),
    Door("cms:done", right="owner", wrong=("operator", "shown")),
    Door("cms:inbox", stranger="shown", right="owner", wrong=("operator", "shown")),
    Door("cms:letter", args=letter, stranger="shown", wrong=("owner", 404)),
    Door("cms:inbox-read", "post", stranger="done", right="owner"),
]
