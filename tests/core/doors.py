from core import clock, jobs
from tests.doors import Door, shown


def asked(cast):
    """A job of a kind that no worker of the test will do."""
    job = jobs.ask("core.test", title="导出", params={}, back="", by=cast.agency, at=clock.now())
    return [job.code]


DOORS = [
    shown("core:healthz"),
    shown("core:readyz"),
    shown("core:upload", args=lambda cast: ["NOSUCHCODE"], becomes=404),
    Door("core:jobs", right="agency", stranger="shown"),
    Door("core:job", args=asked, right="agency", wrong=("owner", 404), stranger=404),
    Door("core:job-cancel", "post", args=asked, right="agency", wrong=("owner", 404), stranger=404),
]
