"""Every setting, from the environment, failing loudly.

Two profiles. `embedded`, the default, needs no service and keeps its files, keys included, in var/.
`production` invents nothing: what it lacks is named at the start.
"""

from base64 import b64decode, b64encode
from datetime import timedelta
from os import environ
from pathlib import Path
from secrets import token_bytes
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(environ.get("VAR", ROOT / "var"))

PROFILE = environ.get("PROFILE", "embedded")
if PROFILE not in ("embedded", "production"):
    raise ImproperlyConfigured(f"PROFILE is embedded or production, not {PROFILE!r}")
PRODUCTION = PROFILE == "production"
DEBUG = False

# Only a rehearsal (tests, the demo builder) may shift the clock; production is none.
REHEARSAL = environ.get("REHEARSAL") == "1"
DEMO = environ.get("DEMO") == "1"
CLOCK_OFFSET = timedelta(seconds=int(environ.get("CLOCK_OFFSET", "0")))
if CLOCK_OFFSET and not REHEARSAL:
    raise ImproperlyConfigured("CLOCK_OFFSET is for rehearsals: unset it, or set REHEARSAL=1")
if PRODUCTION and (REHEARSAL or DEMO):
    raise ImproperlyConfigured("REHEARSAL and DEMO are not for production: unset them")


def required(name: str) -> str:
    """A setting that production must be given."""
    try:
        return environ[name]
    except KeyError:
        raise ImproperlyConfigured(f"production needs {name}: see .env.example") from None


def key(name: str) -> str:
    """A secret of 32 bytes in base64: given in production, made once and kept in var/ elsewhere."""
    if PRODUCTION:
        return required(name)
    if REHEARSAL and not DEMO and name not in environ:
        return b64encode(name.encode().ljust(32)[:32]).decode()
    if name in environ:
        return environ[name]
    file = VAR / f"{name.lower()}.key"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(b64encode(token_bytes(32)).decode())
    return file.read_text()


def keyring(name: str) -> dict[int, bytes]:
    """Key versions, `1:BASE64,2:BASE64`: the highest encrypts, all decrypt."""
    versions = key(name) if ":" in environ.get(name, "") else f"1:{key(name)}"
    pairs = (version.split(":", 1) for version in versions.split(","))
    return {int(number): b64decode(text) for number, text in pairs}


SECRET_KEY = key("SECRET_KEY")
FIELD_KEYS = keyring("FIELD_KEYS")  # core.fields: ID numbers
SEAL_KEYS = keyring("SEAL_KEYS")  # selection.sealing: envelopes and the secrets of draws

SITE_URL = required("SITE_URL") if PRODUCTION else environ.get("SITE_URL", "http://127.0.0.1:8000")
# Of Open Contracting processes: `ocds-` and six characters that the Partnership registers.
OCID_PREFIX = environ.get("OCID_PREFIX", "ocds-gongxn")
ALLOWED_HOSTS = environ.get("ALLOWED_HOSTS", "127.0.0.1,localhost,testserver").split(",")
if PRODUCTION:
    ALLOWED_HOSTS = required("ALLOWED_HOSTS").split(",")
    CSRF_TRUSTED_ORIGINS = [SITE_URL]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True

INSTALLED_APPS = [
    *(["demo"] if DEMO else []),
    "search",
    "cms",
    "marketplace",
    "alliance",
    "procurement",
    "credit",
    "contracts",
    "selection",
    "publication",
    "accounts",
    "core",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.typed_table_block",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_filters",
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "core.cache.serve_finished",
    "core.views.name_request",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.sessions.end_idle_session",
    "accounts.access.name_actor",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.sessions.guard_staff",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.policy.PolicyMiddleware",
    "cms.redirects.Redirects",
]
ROOT_URLCONF = "config.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cms.context_processors.frame",
            ],
            "builtins": ["django.templatetags.i18n", "core.templatetags.gx"],
        },
    }
]
FORM_RENDERER = "core.rendering.FormRenderer"

POSTGRESQL: dict[str, Any] = {  # libpq itself reads PGHOST, PGPORT, PGUSER and PGPASSWORD
    "ENGINE": "django.db.backends.postgresql",
    "NAME": environ.get("DATABASE", "gongxin"),
    "CONN_MAX_AGE": None,  # one for each thread, which is what a pool would come to
}
SQLITE: dict[str, Any] = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": environ.get("DATABASE", str(VAR / "gongxin.sqlite3")),
    "CONN_MAX_AGE": None,
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    },
    "TEST": {"NAME": str(VAR / "test.sqlite3")},  # a file: tests copy it
}
if PRODUCTION:
    required("PGHOST")
if "PGHOST" not in environ:
    (VAR / "collected").mkdir(parents=True, exist_ok=True)
DATABASES = {"default": POSTGRESQL if "PGHOST" in environ else SQLITE}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = required("REDIS_URL") if PRODUCTION else environ.get("REDIS_URL", "")
# Who wakes a worker once news is committed; else the worker's own looks at the outbox suffice.
OUTBOX_KICK = "config.celery.kick" if REDIS_URL else ""
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# core.cache, in each process: bytes of finished pages, letters of sections
PAGES_ROOM = int(environ.get("PAGES_ROOM", 64 * 2**20))
SECTIONS_ROOM = int(environ.get("SECTIONS_ROOM", 16 * 2**20))

# The second engine of the search; without it the database finds. Nodes are parted by commas.
ELASTICSEARCH_URL = environ.get("ELASTICSEARCH_URL", "")
ELASTICSEARCH_PREFIX = environ.get("ELASTICSEARCH_PREFIX", "gongxin")  # of our indices and aliases
ELASTICSEARCH_LOGIN = environ.get("ELASTICSEARCH_LOGIN", "")  # user:password
ELASTICSEARCH_CA = environ.get("ELASTICSEARCH_CA", "")  # a file
ELASTICSEARCH_SHARDS = int(environ.get("ELASTICSEARCH_SHARDS", "1"))
ELASTICSEARCH_REPLICAS = int(environ.get("ELASTICSEARCH_REPLICAS", "1" if PRODUCTION else "0"))

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"add_email": "accounts.account_forms.AddEmailForm"}
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupForm"
ACCOUNT_CHANGE_EMAIL = True  # one address a person, changed once the new one is verified
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ALLAUTH_TRUSTED_PROXY_COUNT = int(environ.get("PROXIES", "1" if PRODUCTION else "0"))
MFA_FORMS = {"add_webauthn": "accounts.account_forms.AddWebAuthnForm"}
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "公信"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
WAGTAILADMIN_LOGIN_URL = reverse_lazy("account_login")
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "accounts.passwords.VarietyValidator"},
]
SESSION_COOKIE_AGE = 60 * 60 * 12
SESSION_IDLE = timedelta(minutes=30)
ACCOUNT_SESSION_REMEMBER = False
# Who acts for the operator or the regulator, or edits the site, shows a second factor.
STAFF_NEEDS_MFA = environ.get("STAFF_NEEDS_MFA", "0" if REHEARSAL or DEMO else "1") == "1"
if not STAFF_NEEDS_MFA and not (REHEARSAL or DEMO):
    raise ImproperlyConfigured("STAFF_NEEDS_MFA=0 is for rehearsals and demos: unset it")
# Who signs contracts or publishes orders shows a second factor; bids take the password again.
SIGNING_NEEDS_MFA = environ.get("SIGNING_NEEDS_MFA", "0" if REHEARSAL or DEMO else "1") == "1"
if not SIGNING_NEEDS_MFA and not (REHEARSAL or DEMO):
    raise ImproperlyConfigured("SIGNING_NEEDS_MFA=0 is for rehearsals and demos: unset it")
# accounts.stepup: how long a proof of identity serves deeds that bind. NIST SP 800-63B 4.3.3: anew
# after 15 minutes without activity.
STEP_UP_WITHIN = timedelta(minutes=15)
SESSION_COOKIE_HTTPONLY = True

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
WAGTAIL_CONTENT_LANGUAGES = [("zh-hans", "简体中文")]
LOCALE_PATHS = [ROOT / "config" / "locale"]  # what Wagtail and other libraries leave in English
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "collected"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or whitenoise warns
STATICFILES_DIRS = [ROOT / "static"]  # made by `npm run build` from assets/
WHITENOISE_USE_FINDERS = not PRODUCTION
PAPER_FONTS = ROOT / "static" / "fonts"  # core.pdf: NotoSansSC-Regular.ttf, NotoSansSC-Bold.ttf
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR / "media"
PRIVATE_ROOT = VAR / "private"  # core.uploads: never below MEDIA_ROOT
UPLOAD_CEILING = 100_000_000  # bytes; each purpose sets its own limit below it
FILE_UPLOAD_HANDLERS = [
    "core.uploads.Ceiling",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
CLAMD = environ.get("CLAMD", "")  # the virus scanner's socket: a path, or host:port
# Where the proxy serves PRIVATE_ROOT internally, so that downloads leave by it.
X_ACCEL = environ.get("X_ACCEL", "")
STORAGES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

EMAIL_BACKEND = environ.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.smtp.EmailBackend"
    if "EMAIL_HOST" in environ
    else "django.core.mail.backends.filebased.EmailBackend",
)
EMAIL_FILE_PATH = str(VAR / "mail")
EMAIL_HOST = environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = 20
EMAIL_USE_TLS = environ.get("EMAIL_USE_TLS") == "1"
DEFAULT_FROM_EMAIL = environ.get("DEFAULT_FROM_EMAIL", "公信 <noreply@gongxin.invalid>")

WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAIL_FRONTEND_LOGIN_URL = reverse_lazy("account_login")
WAGTAIL_SITE_NAME = "公信"
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILADMIN_PERMITTED_LANGUAGES = [("zh-hans", "简体中文")]  # nothing else is asked for an account
WAGTAIL_USER_TIME_ZONES = ["Asia/Shanghai"]
WAGTAILIMAGES_IMAGE_MODEL = "cms.Picture"
WAGTAILDOCS_DOCUMENT_MODEL = "cms.Paper"
WAGTAILDOCS_SERVE_METHOD = "serve_view"
# Nobody publishes what he wrote.
WAGTAIL_FINISH_WORKFLOW_ACTION = "cms.second_person.publish_approved"
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}

X_FRAME_OPTIONS = "SAMEORIGIN"  # Wagtail shows its previews in a frame of our own
SILENCED_SYSTEM_CHECKS = ["security.W019"]  # which wants DENY
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [SELF],
        "form-action": [SELF],
    },
}
STAFF_POLICY = {  # what Wagtail's own pages need beside it: core.policy
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": ["blob:"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(request)s %(message)s"}
    },
    "filters": {"request": {"()": "core.tracing.RequestFilter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request"]}
    },
    "root": {"handlers": ["console"], "level": environ.get("LOG_LEVEL", "INFO")},
    "loggers": {
        name: {"level": "WARNING"} for name in ("django_tasks", "wagtail", "pikepdf", "httpx")
    },
}
