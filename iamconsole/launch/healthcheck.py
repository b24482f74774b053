"""`python -m iamconsole.launch.healthcheck web|changes|pulls|beat|emulator`: exit status 0 when that part works.

For container health checks: each asks the process itself (web, emulator) or looks at its latest trace (workers, beat).
"""

from __future__ import annotations

import socket
import sys
import urllib.request
from datetime import datetime, timedelta

import django

from iamconsole.env import env
from iamconsole.startup import read_settings

LATE = timedelta(minutes=3)


def web() -> bool:
    host = env.list("ALLOWED_HOSTS", default=["localhost"])[0]
    return _answers(f"http://127.0.0.1:{env.int('PORT', default=8000)}/health/", host)


def emulator() -> bool:
    return _answers(f"{env.str('AWS_EMULATOR_URL')}/_emulator/health", "localhost")


def worker(name: str) -> bool:
    from iamconsole import heartbeats

    django.setup()
    return heartbeats.is_alive(name, f"{name}@{socket.gethostname()}")


def beat() -> bool:
    """The tick of the last minutes was sent, and a worker did it."""
    from django.core.cache import cache
    from django.utils import timezone

    django.setup()
    latest = cache.get("beat-tick")
    return latest is not None and timezone.now() - datetime.fromisoformat(latest) < LATE


def _answers(url: str, host: str) -> bool:
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=4) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except OSError:
        return False


def main(part: str) -> int:
    read_settings()
    checks = {"web": web, "emulator": emulator, "beat": beat}
    return 0 if (checks[part]() if part in checks else worker(part)) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
