"""Settings. All that differs between installations comes from the environment: see docs/settings.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.urls import reverse_lazy

from iamconsole.env import (
    BASE_DIR,
    LEVELS,
    env,
    keys_in,
    log_format,
    make_private,
    secret,
    state_dir,
    texts_by_name,
    with_password,
)
from iamconsole.retention import keep_days
from iamconsole.web.waiting import postgres_options

PRODUCTION = env.bool("IAMCONSOLE_PRODUCTION", default=False)
DEBUG = env.bool("IAMCONSOLE_DEBUG", default=False)
DEMO = env.bool("IAMCONSOLE_DEMO", default=False)
STATE_DIR = make_private(state_dir())

# ---- Secrets -------------------------------------------------------------------------------------------------
SECRET_KEY = secret("SECRET_KEY", production=PRODUCTION)
SECRET_KEY_FALLBACKS = keys_in(env.str("SECRET_KEY_FALLBACKS", default=""))
AUDIT_KEY = secret("AUDIT_KEY", production=PRODUCTION)
AUDIT_KEY_FALLBACKS = keys_in(env.str("AUDIT_KEY_FALLBACKS", default=""))
# The last sealed head of the audit trail, outside the database: accounts/audit/fence.py.
AUDIT_HEAD_FILE = Path(env.str("AUDIT_HEAD_FILE", default=str(STATE_DIR / "audit-head")))
# Newest first: the first one seals, all of them open.
SEAL_KEYS = keys_in(secret("SEAL_KEYS", production=PRODUCTION))

# ---- Where it answers ----------------------------------------------------------------------------------------
LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else LOOPBACK_HOSTS)
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
# How many proxies of ours stand in front; each adds one entry to X-Forwarded-For.
TRUSTED_PROXIES = env.whole("TRUSTED_PROXIES", 0, least=0)
ROOT_URLCONF = "iamconsole.urls"
WSGI_APPLICATION = "iamconsole.wsgi.application"
SITE_ID = 1

# ---- Apps ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "iamconsole.web",
    "monitoring",
    "accounts",
    "notifications",
    "sync",
    "findings",
    "policies",
    "identities",
    "resources",
    "directory",
    "infrastructure",
    "access",
    "cognito",
    "estate",
    "contain",
    "access_requests",
    "reviews",
    "configuration",
    "unused",
    "guides",
    "api",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "template_partials",
    "iamconsole.admin.ConsoleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "monitoring.middleware.Observed",
    "csp.middleware.CSPMiddleware",
    "iamconsole.web.middleware.NoNul",
    "iamconsole.web.middleware.UnseenCharactersMiddleware",
    "iamconsole.web.once.OncePerPage",
    "accounts.middleware.NothingKept",
    "accounts.tokens.middleware.NoCookies",
    "accounts.audit.trail.CausedByRequest",
    "accounts.middleware.SignedSessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.StepUpAsked",
    "accounts.middleware.SessionsSeen",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.tokens.middleware.TokenRequired",
    "accounts.middleware.SignInRequired",
    "accounts.middleware.MfaRequired",
    "accounts.middleware.DeclaredAccess",
    "accounts.middleware.UnsealFailureMiddleware",
    "iamconsole.web.middleware.MethodNotAllowed",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "iamconsole.web.shell.csp_nonce",
                "iamconsole.web.shell.shell_context",
            ],
        },
    }
]

# ---- Database: SQLite as it comes, PostgreSQL by DATABASE_URL ------------------------------------------------
DATABASES: dict[str, Any] = {"default": env.database("DATABASE_URL", default=f"sqlite:///{STATE_DIR}/console.sqlite3")}
if password := env.str("POSTGRES_PASSWORD", default=""):
    DATABASES["default"]["PASSWORD"] = password
# Seconds: to wait for what another process holds, for one statement, and for a transaction that does nothing.
DATABASE_LOCK_S = env.number("DATABASE_LOCK_S", 20.0)
DATABASE_STATEMENT_S = env.number("DATABASE_STATEMENT_S", 110.0)
DATABASE_IDLE_S = env.number("DATABASE_IDLE_S", 60.0)
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Immediate transactions wait for their turn at the start, so that none fails half-way with "locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_LOCK_S,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=4000;"
        # What a transaction of a pull touches: of 2 MB, as they come, it wrote and read most pages several times.
        " PRAGMA cache_size=-16384;"
        f" PRAGMA mmap_size={env.whole('SQLITE_MAP_MB', 0, least=0) * 2**20};",
    }
    PULL_BATCH, PULL_BREATH_S = 200, 0.1
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"] = {
        **postgres_options(lock_s=DATABASE_LOCK_S, statement_s=DATABASE_STATEMENT_S, idle_s=DATABASE_IDLE_S),
        **DATABASES["default"].get("OPTIONS", {}),
    }
    PULL_BATCH, PULL_BREATH_S = 1000, 0.0
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# ---- Broker and cache: files and the database as they come, Redis by REDIS_URL -------------------------------
REDIS_URL = with_password(env.redis("REDIS_URL"), env.str("REDIS_PASSWORD", default=""))
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "iamconsole.web.cache.RedisOrMemory",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "serializer": "iamconsole.web.cache.JsonSerializer",
            "socket_connect_timeout": 1,
            "socket_timeout": 2,
        },
    }
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "console_cache"},
    "counts": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 5000}},
    # How often tokens of the API asked, where there is no Redis: there is one web process then.
    "requests": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "requests"},
}
QUEUE_DIR = STATE_DIR / "queue"
# Where the number of steps begun stands outside the database, so that one that was set back is noticed (sync/counter/).
COUNTER_DIR = env.str("COUNTER_DIR", default="" if REDIS_URL else str(STATE_DIR / "steps-begun"))
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost"
CELERY_BROKER_TRANSPORT = None if REDIS_URL else "iamconsole.file_queue:Transport"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = (
    {"socket_connect_timeout": 2, "socket_timeout": 30, "retry_on_timeout": True, "max_retries": 1, "interval_start": 0}
    if REDIS_URL
    else {
        "data_folder_in": str(QUEUE_DIR),
        "data_folder_out": str(QUEUE_DIR),
        "control_folder": str(QUEUE_DIR / "control"),
        "polling_interval": 0.2,
    }
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The database is the queue; a message only wakes a worker, so nobody waits long for a broker that is down.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "changes"
# Nobody waits for a mail, and a mail server may take its time.
CELERY_TASK_ROUTES = {
    "sync.tasks.pull": {"queue": "pulls"},
    "sync.tasks.ask_trail": {"queue": "pulls"},
    "accounts.tasks.*": {"queue": "pulls"},
    "findings.tasks.*": {"queue": "pulls"},
    "estate.tasks.*": {"queue": "pulls"},
}
CELERY_TASK_SOFT_TIME_LIMIT, CELERY_TASK_TIME_LIMIT = 120, 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # iamconsole/heartbeats.py says which workers are alive
# Without an expiry: a worker would judge it by its own clock, and drop them all. Too many are one (sync/ticks.py).
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "sync.tasks.tick", "schedule": 60.0},
    "events": {"task": "sync.tasks.take_events", "schedule": 15.0},
    "housekeeping": {"task": "accounts.tasks.housekeeping", "schedule": 3600.0},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "beat-schedule")

# ---- AWS -----------------------------------------------------------------------------------------------------
# "" = every call goes to AWS. Set, AWS accounts marked "emulated" talk to this address instead.
AWS_EMULATOR_URL = env.address("AWS_EMULATOR_URL")
AWS_CONNECT_TIMEOUT = env.number("AWS_CONNECT_TIMEOUT", 5.0)
AWS_READ_TIMEOUT = env.number("AWS_READ_TIMEOUT", 30.0)
AWS_CALLS_PER_SECOND = env.number("AWS_CALLS_PER_SECOND", 5.0)
AWS_RETRY_BASE_S = env.number("AWS_RETRY_BASE_S", 1.0, zero=True)
AWS_PACE_EMULATED = env.bool("AWS_PACE_EMULATED", default=False)
# Of Cognito's quotas: the part that the console takes, the same for some AWS accounts, and what AWS raised.
AWS_QUOTA_SHARE = env.number("AWS_QUOTA_SHARE", 0.2, most=1)
AWS_COGNITO_QUOTAS = env.numbers("AWS_COGNITO_QUOTAS")

# ---- Pulls and changes (seconds) -----------------------------------------------------------------------------
PULL_PAGE_ITEMS = env.whole(
    "PULL_PAGE_ITEMS", 1000, most=1000
)  # objects that AWS is asked for at once; it takes 1 to 1000
IMPORT_DIR = Path(env.str("IMPORT_DIR", default=str(STATE_DIR / "imports")))  # where files wait for a worker
IMPORT_MAX_MB = env.whole("IMPORT_MAX_MB", 64)  # of a file uploaded to the import page, unpacked
WORKER_SLICE_S = 45  # a worker hands its work on to the queue after this long: a pull saves its cursor first
CLAIM_TIMEOUT_S = env.number("CLAIM_TIMEOUT_S", 90.0)  # a claim without a heartbeat for this long is dead
FAILPOINT = env.str("FAILPOINT", default="")  # where a worker is killed, for tests: sync/changes/failpoints.py
WRITE_SETTLE_S = 60  # an answer asked for before our own write + this never overwrites it
VERIFY_DEADLINE_S = env.number("VERIFY_DEADLINE_S", 20.0, zero=True)  # how long to read until our write shows
CHANGE_EXPIRES_DAYS = 7
SECRET_SHOWN_S = 15 * 60  # how long what AWS says once, such as the secret of an access key, can be seen
# Principals of which each process keeps the policies, to answer questions about access at once.
ACCESS_INDEX_PRINCIPALS = env.whole("ACCESS_INDEX_PRINCIPALS", 100_000)
# What each takes away, and what is usual: iamconsole/retention.py.
KEEP_HISTORY_DAYS = keep_days("KEEP_HISTORY_DAYS")
KEEP_EQUAL_STATES_DAYS = keep_days("KEEP_EQUAL_STATES_DAYS")
KEEP_GONE_DAYS = keep_days("KEEP_GONE_DAYS")
KEEP_IDLE_RUNS_DAYS = keep_days("KEEP_IDLE_RUNS_DAYS")
KEEP_RUNS_DAYS = keep_days("KEEP_RUNS_DAYS")
KEEP_LOGS_DAYS = keep_days("KEEP_LOGS_DAYS")
KEEP_LINES_DAYS = keep_days("KEEP_LINES_DAYS")
KEEP_DOERS_DAYS = keep_days("KEEP_DOERS_DAYS")
KEEP_MESSAGES_DAYS = keep_days("KEEP_MESSAGES_DAYS")
KEEP_DRAFTS_DAYS = keep_days("KEEP_DRAFTS_DAYS")
KEEP_QUESTIONS_DAYS = keep_days("KEEP_QUESTIONS_DAYS")
KEEP_SEARCHES_DAYS = keep_days("KEEP_SEARCHES_DAYS")

# ---- Sign-in: django-allauth ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Operator"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend", "accounts.access.GrantBackend"]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("home")
LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_ADAPTER = "accounts.adapters.ConsoleAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to whomever a stranger names
ACCOUNT_MAX_EMAIL_ADDRESSES = 1  # owners change it: a second address would be a second way in
FORGOTTEN_TIMEOUT, INVITATION_TIMEOUT = 3600, 3 * 24 * 3600  # of a link to set a password, seconds
PASSWORD_RESET_TIMEOUT = max(FORGOTTEN_TIMEOUT, INVITATION_TIMEOUT)  # accounts/services/password_links.py says which
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.services.password_links.LinkTokens"  # noqa: S105  a class
ACCOUNT_FORMS = {"reset_password": "accounts.forms.ResetForm"}
ACCOUNT_RATE_LIMITS = {
    # Wrong passwords: from one network address, and of one e-mail address from there (accounts/adapters.py).
    "login_failed": "10/m/ip,5/5m/key",
    # Of one e-mail address from anywhere; where its owner signed in from lately, this doesn't count.
    "login_failed_everywhere": "50/h/key",
    # Tokens of the API that nobody made, from one network address (accounts/tokens/authentication.py).
    "api_refused": "30/m/ip",
    # Requests for access, of one operator (access_requests/services.py).
    "access_requested": "10/h/key",
    # Keys of which AWS is asked whose they are, by one operator (identities/key_accounts.py, contain/key_owners.py).
    "access_key_asked": "30/h/key",
}
ACCOUNT_SESSION_REMEMBER = False
MFA_ADAPTER = "accounts.adapters.ConsoleMfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # a passkey alone signs in: it must be two factors in one
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_TOTP_ISSUER = "IAM Console"
# When a session was last seen: a write, which on SQLite would wait for a pull that writes.
USERSESSIONS_TRACK_ACTIVITY = not DATABASES["default"]["ENGINE"].endswith("sqlite3")
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES
# An identity provider that speaks OpenID Connect (docs/sign-in.md); none without an issuer.
OIDC_ISSUER = env.address("OIDC_ISSUER")
OIDC_CLIENT_ID = env.str("OIDC_CLIENT_ID", default="")
OIDC_CLIENT_SECRET = env.str("OIDC_CLIENT_SECRET", default="")
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")  # what pages and the audit trail call it
OIDC_SCOPES = env.list("OIDC_SCOPES", default=["openid", "profile", "email"])
OIDC_GRANTS_CLAIM = env.str("OIDC_GRANTS_CLAIM", default="groups")  # its values become groups of operators
OIDC_TRUSTED_MFA = env.list("OIDC_TRUSTED_MFA", default=[])  # values of `amr` or `acr` that mean two factors
OIDC_SIGN_OUT = env.bool("OIDC_SIGN_OUT", default=True)  # whether signing out here offers to sign out there
OIDC_SIGN_OUT_RETURNS = env.bool("OIDC_SIGN_OUT_RETURNS", default=False)  # its client knows our way back from that
OIDC_TRUST_EMAIL = env.bool("OIDC_TRUST_EMAIL", default=False)  # where it doesn't say whether addresses are verified
# Or one that speaks SAML 2.0, by the file of its metadata.
SAML_METADATA = env.str("SAML_METADATA", default="")
SAML_ENTITY_ID = env.str("SAML_ENTITY_ID", default="")  # of this console; "": the address of its own metadata
SAML_NAME = env.str("SAML_NAME", default="single sign-on")
SAML_EMAIL_ATTRIBUTE = env.str("SAML_EMAIL_ATTRIBUTE", default="email")
SAML_GROUPS_ATTRIBUTE = env.str("SAML_GROUPS_ATTRIBUTE", default="groups")  # its values become groups of operators
SAML_TRUSTED_MFA = env.list("SAML_TRUSTED_MFA", default=[])  # values of AuthnContextClassRef that mean two factors
API_TOKEN_DAYS = env.whole("API_TOKEN_DAYS", 90)  # how long a token of the API may be good at most
API_TOKENS_EACH = 20  # in force, of one operator
API_REQUESTS_PER_MINUTE = env.whole("API_REQUESTS_PER_MINUTE", 300)  # of one token
STEP_UP_S = 600  # how fresh a sign-in must be for what is risky
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
EMAIL_CONFIG = env.mail("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="iam-console@localhost")
EMAIL_TIMEOUT = 10  # seconds; workers send them, and have other things to do
# Of the template with the role by which AWS accounts are connected, in S3: guides/account/stack.py.
CONNECTION_TEMPLATE_URL = env.address("CONNECTION_TEMPLATE_URL")
# Where operators open the console. Its path, where a proxy serves it below one, is put before each address of ours.
CONSOLE_URL, FORCE_SCRIPT_NAME = env.origin_and_path("CONSOLE_URL")
# Where notification routes of an imported file lead, by the name that the file says: configuration/sections/.
ROUTE_ADDRESSES = texts_by_name("ROUTE_ADDRESSES")
# Origins that webhooks may go to although they are private, or have no TLS: iamconsole/outgoing/addresses.py.
OUTGOING_ALLOWED = [each.lower() for each in env.origins("OUTGOING_ALLOWED")]

# ---- Watching it ---------------------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")  # "" = none is asked for
METRICS_ALLOWED = env.networks("METRICS_ALLOWED")  # from where /metrics may be asked
METRICS_FLUSH_S = 10.0  # how often a process adds what it counted to the database; 0 = it doesn't
# A worker that does its tasks itself notes nothing meanwhile, and a task may take CELERY_TASK_TIME_LIMIT.
WORKER_GONE_S = env.number("WORKER_GONE_S", 180.0)
TRACES = env.bool("TRACES", default=False)  # the rest is in OpenTelemetry's own variables: docs/monitoring.md

# ---- Browser security ----------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600  # from the sign-in on, whatever is done meanwhile: accounts/sessions.py
SESSION_ENGINE = "accounts.sessions"
CSRF_COOKIE_HTTPONLY = True
FILE_UPLOAD_HANDLERS = ["iamconsole.web.uploads.NoFiles"]
CSRF_FAILURE_VIEW = "iamconsole.views.csrf_failure"
if PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
    SECURE_HSTS_SECONDS = env.whole("SECURE_HSTS_SECONDS", 31536000, least=0)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
elif set(ALLOWED_HOSTS) <= set(LOOPBACK_HOSTS):
    # As it comes, it is opened by http from this machine alone: HSTS, the redirect to https and secure cookies, which
    # these checks ask for, would close it. One with another name is told of them, and in production none is left out.
    SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W010", "security.W016"]

# ---- Static files --------------------------------------------------------------------------------------------
STATIC_URL = f"{FORCE_SCRIPT_NAME or ''}/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(STATE_DIR / "static")))
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]
# In production hashed names that may be cached for ever; as it comes, straight from where they were built.
STATIC_STORAGE = "whitenoise.storage.CompressedManifestStaticFilesStorage"
if not PRODUCTION:
    STATIC_STORAGE = "django.contrib.staticfiles.storage.StaticFilesStorage"
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_STORAGE},
}

# ---- Words, times, logs --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.zone("TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = True
AUDIT_STREAM = env.bool("AUDIT_STREAM", default=PRODUCTION)  # sealed audit entries go to the log, for a SIEM
LOG_FORMAT = log_format()
LOG_LEVEL = env.choice("LOG_LEVEL", LEVELS, default="INFO" if PRODUCTION else "WARNING")
DEFAULT_EXCEPTION_REPORTER_FILTER = "iamconsole.crash_reports.NoValues"
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "iamconsole.logs.JsonFormatter"} if LOG_FORMAT == "json" else {"format": "%(message)s"},
        "json": {"()": "iamconsole.logs.JsonFormatter"},
    },
    "filters": {
        "expected": {"()": "iamconsole.logs.WithoutExpected"},
        "cause": {"()": "iamconsole.log_context.WithCause"},
    },
    "handlers": {
        "stream": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["expected", "cause"]},
        "entries": {"class": "logging.StreamHandler", "formatter": "json"},
    },
    "root": {"handlers": ["stream"], "level": LOG_LEVEL},
    "loggers": {
        # The heads of the sealed audit trail: `verify_audit --expect` checks the trail against them.
        "iamconsole.audit": {"level": "INFO"},
        # The sealed entries themselves: docs/audit.md.
        "iamconsole.audit.entries": {
            "level": "INFO" if AUDIT_STREAM else "WARNING",
            "handlers": ["entries"],
            "propagate": False,
        },
    },
}
