"""What a page may load and run: nothing inline, but for Wagtail's own pages of the staff."""

from typing import Any

from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings


class PolicyMiddleware(CSPMiddleware):
    def get_policy_parts(
        self, request: Any, response: Any, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if not report_only and request.path_info.startswith("/staff/"):
            parts.update = {**settings.STAFF_POLICY, **(parts.update or {})}
        return parts
