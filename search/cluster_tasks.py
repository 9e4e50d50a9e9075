"""What the clock starts where there is a cluster, and what is told of its health."""

import logging
from collections.abc import Iterator

from django.utils.translation import gettext as _

from core import clock
from core.gateways import GatewayRefused, GatewayUnavailable
from search import carrying, cluster
from search.models import SearchDocument

logger = logging.getLogger(__name__)


def carry() -> None:
    """Carry to the cluster what changed; all of it to one that has nothing."""
    try:
        if not cluster.is_ready():
            for done, of in carrying.rebuild():
                logger.info("search cluster: %s of %s", done, of)
        while carrying.carry(at=clock.now()):
            pass
    except GatewayUnavailable:
        logger.warning("the search cluster is away: what changed waits for it")
    except GatewayRefused:
        logger.exception("the search cluster refused")


def concerns() -> Iterator[str]:
    late = SearchDocument.objects.late(clock.now()).count()
    if late:
        text = _("search: %(count)s documents wait for the cluster, and the database answers")
        yield text % {"count": late}
    try:
        health = cluster.health()
    except GatewayUnavailable:
        yield _("search: the cluster does not answer, and the database does")
        return
    if not health.index:
        yield _("search: the cluster is being filled first, and the database answers")
    if health.status == "red":
        yield _("search: the cluster is red: see its own log")
