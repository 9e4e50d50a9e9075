"""The site map: one include per package; third parties' includes declare their access here.

Pages are Chinese at their plain address and have English labels below /en/; legal text stays
Chinese. What is no page for people, or Wagtail's own, has one address only.
"""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from core.views import declare_include, public

# One login: Wagtail's own pages for signing in and for forgotten passwords lead to it.
to_login = public(RedirectView.as_view(pattern_name="account_login", query_string=True))
to_reset = public(RedirectView.as_view(url="/accounts/password/reset/"))

BEFORE_SIGN_IN = (
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_authenticate",
    "mfa_login_webauthn",
)

DEMO = [path("", include("demo.urls"))] if settings.DEMO else []

handler500 = "core.views.server_error"
urlpatterns = [
    path("", include("core.urls")),
    path("staff/login/", to_login),
    re_path("^staff/password_reset/", to_reset),
    path("_util/login/", to_login),
    declare_include(
        path("staff/", include(wagtailadmin_urls)),
        "staff: Wagtail's permissions",
        wagtailadmin_sprite="public",
        wagtailadmin_login="public",
    ),
    path("", include("cms.site_urls")),
    declare_include(path("documents/", include(wagtaildocs_urls)), "public"),
    *DEMO,
    *i18n_patterns(
        path("", include("marketplace.urls")),  # asked for most: the first that is tried
        declare_include(
            path("accounts/", include("allauth.urls")),
            "signed in",
            **dict.fromkeys(BEFORE_SIGN_IN, "public"),
        ),
        path("desk/", include("accounts.urls")),
        path("desk/", include("contracts.urls")),
        path("", include("credit.urls")),
        path("", include("alliance.urls")),
        path("", include("procurement.urls")),
        path("", include("cms.urls")),
        path("", include("publication.urls")),
        path("", include("search.urls")),
        # Wagtail takes every address that is left: each package's include goes above this line.
        declare_include(path("", include(wagtail_urls)), "public"),
        prefix_default_language=False,
    ),
]
