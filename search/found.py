"""What an engine answers. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SIZE = 20  # hits of a page
COUNTED = 1_000  # beyond this a page says "more than"
FARTHEST = 50  # pages: who has not found it by then adds a word


@dataclass(frozen=True)
class Found:
    """Documents of one page by primary key, in order; how many there are in all, and by facet.

    `is_exact` says whether all were counted: else `total` and the facets are lower bounds.
    """

    keys: Sequence[int]
    total: int
    is_exact: bool
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    is_stand_in: bool = False  # the database answered because the cluster could not
