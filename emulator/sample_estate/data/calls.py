"""How what CloudTrail has of Acme's last weeks is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DELAY_S, RATE = 180, 2  # as late as CloudTrail often is, and as many questions a second as it takes
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
CLI = "aws-cli/2.31.8 md/awscrt#0.28.2 ua/2.1 os/macos#25.1.0 md/arch#arm64 lang/python#3.13.9"
BOTO3 = "Boto3/1.40.69 md/Botocore#1.40.69 ua/2.1 os/linux#6.12.0 md/arch#x86_64 lang/python#3.12.12"
OFFICE = "203.0.113.24"


@dataclass(frozen=True)
class By:
    """Who calls: a user, or a role in a session of that name; nobody of both is the root user.

    `role` without what Identity Center puts at the end of its roles' names: that is found. `begun_by`: the user who
    began the session, or the AWS account from which somebody did.
    """

    user: str = ""
    role: str = ""
    session: str = ""
    source_identity: str = ""
    address: str = OFFICE
    agent: str = BROWSER
    begun_by: str = "ci-builder"


@dataclass(frozen=True)
class PastCall:
    at: str  # UTC, on the days before `HISTORY_ENDS`
    by: By
    name: str
    asked: Mapping[str, Any]
    resources: tuple[tuple[str, str], ...] = ()
    error: str = ""
    reads: bool = False
    source: str = "iam.amazonaws.com"
    region: str = "us-east-1"
    answered: Mapping[str, Any] = field(default_factory=dict)


HISTORY_ENDS = "2026-11-25"
