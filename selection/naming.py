"""A witness as whoever names him writes him down: the owner, or a regulator. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Witnessing:
    """Only the name is published; the link goes to phone or address."""

    name: str
    phone: str
    email: str = ""
