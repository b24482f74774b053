"""What the security tests share with those of signing in."""

from __future__ import annotations

from tests.accounts.conftest import clock, work_mails  # noqa: F401  fixtures
