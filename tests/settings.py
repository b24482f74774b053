"""The console's settings for the tests: a state folder of its own, and with TEST_STACK=servers real servers.

The servers are started here, since the settings need their addresses; processes that the tests start (Celery
workers, pytest-xdist's) find them in the environment.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

from tests.services.servers import start_postgres, start_redis

XDIST_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
STACK = os.environ.get("TEST_STACK", "embedded")

_state = tempfile.mkdtemp(prefix="iamconsole-test-")
atexit.register(shutil.rmtree, _state, ignore_errors=True)
os.environ["IAMCONSOLE_STATE"] = _state
os.mkdir(os.path.join(_state, "static"))  # WhiteNoise warns when there is none

if STACK == "servers":
    if "TEST_REDIS" not in os.environ:
        os.environ["DATABASE_URL"] = start_postgres()
        os.environ["TEST_REDIS"] = start_redis()
    os.environ["REDIS_URL"] = f"{os.environ['TEST_REDIS']}/{XDIST_WORKER.removeprefix('gw') or 15}"
else:
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)

# No test finds credentials of the machine it runs on, and so none reaches the real AWS.
for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
    os.environ.pop(name, None)
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.environ["AWS_CONFIG_FILE"] = os.devnull
os.environ["AWS_EC2_METADATA_DISABLED"] = "true"

os.environ["AWS_EMULATOR_URL"] = "http://127.0.0.1:1"  # the emulator fixture says where it really is
os.environ["AWS_RETRY_BASE_S"] = "0.001"
os.environ["AWS_READ_TIMEOUT"] = "10"
os.environ["CLAIM_TIMEOUT_S"] = "2"

from iamconsole.settings import *  # noqa: E402, F403
from iamconsole.settings import CACHES, MIDDLEWARE  # noqa: E402

# Every count is a new one: tests add rows and look again within a minute. tests/web/test_counts.py has the real one.
CACHES["counts"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Looks a static file up when it is asked for; else every new test client reads all of them first.
WHITENOISE_AUTOREFRESH = True
METRICS_FLUSH_S = 0.0  # no thread writes into the database of a test; a test flushes
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
ACCOUNT_RATE_LIMITS = False  # type: ignore[assignment]  # tests/accounts/test_limit_tries.py has the console’s own
# Django's test client makes sessions by their bare keys; tests/security/test_sessions.py has the console's own.
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware" if name == "accounts.middleware.SignedSessions" else name
    for name in MIDDLEWARE
]
