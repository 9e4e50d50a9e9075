"""The secretariat 秘书处 of an alliance, as somebody to be written to."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from alliance.models import SECRETARIAT, Alliance, Officer
from core.letters import Recipient


@dataclass(frozen=True)
class Secretariat:
    """Whoever sits in an alliance's secretariat, to be written to."""

    alliance: Alliance

    def letter_recipients(self, at: datetime) -> Iterable[Recipient]:
        held = Officer.objects.held_at(at).filter(alliance=self.alliance, post__in=SECRETARIAT)
        seats = {post.seat_id: post.seat for post in held.select_related("seat__organisation")}
        for seat in seats.values():
            yield from seat.letter_recipients(at)
