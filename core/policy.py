"""What a page may load and run: nothing inline, but for Wagtail's own pages of the staff."""

from functools import cached_property
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from csp.utils import build_policy
from django.conf import settings


class PolicyMiddleware(CSPMiddleware):
    def process_response(self, request: Any, response: Any) -> Any:
        """Most pages have the same policy: it is built once."""
        if request.path_info.startswith("/staff/") or _asks_otherwise(request, response):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self._usual)
        return response

    @cached_property
    def _usual(self) -> str:
        return build_policy()

    def get_policy_parts(
        self, request: Any, response: Any, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith("/staff/"):
            parts.update = {**settings.STAFF_POLICY, **(parts.update or {})}
        return parts


def _asks_otherwise(request: Any, response: Any) -> bool:
    """Whether a view used the library's decorators, or a nonce."""
    return hasattr(request, "_csp_nonce") or any(name.startswith("_csp") for name in vars(response))
