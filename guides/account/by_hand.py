"""What people do in AWS's own console: where it is, what to click, and AWS's page about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import HttpRequest

from accounts.models import AwsAccount
from guides.models import TaskRun
from guides.runs.steps import TaskStep
from identities.account.selectors import settings_of, sign_in_address
from identities.models import IamAccount
from sync.models import Facet

CONSOLES: Mapping[str, str] = {
    AwsAccount.Partition.AWS: "console.aws.amazon.com",
    AwsAccount.Partition.CHINA: "console.amazonaws.cn",
    AwsAccount.Partition.GOV: "console.amazonaws-us-gov.com",
}
USER_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


@dataclass(frozen=True)
class AwsPage:
    title: str  # as AWS calls it
    url: str


@dataclass(frozen=True)
class ByHand:
    """`path`: of the page in AWS's console, "iam/home#/security_credentials"; "" where there is none to link.
    `clicks`: sentences, in their order."""

    clicks: Sequence[str]
    path: str = ""
    opens: str = ""  # what the link is called
    source: AwsPage | None = None

    def url(self, aws_account: AwsAccount) -> str:
        return f"https://{CONSOLES[aws_account.partition]}/{self.path}" if self.path else ""


class ByHandStep(TaskStep):
    """A step that people do at AWS. The mirror alone ticks it off."""

    template = "guides/account/by_hand.html"
    by_hand: ClassVar[ByHand]

    def context(self, run: TaskRun, request: HttpRequest) -> Mapping[str, Any]:
        return {"by_hand": self.by_hand, "url": self.by_hand.url(run.aws_account)}


def alias_of(aws_account: AwsAccount) -> str | None:
    """None where it isn't read."""
    settings = settings_of(aws_account)
    of_it = {"aws_account": aws_account, "kind": IamAccount.kind, "source": "alias"}
    read = settings is not None and Facet.objects.filter(coverage=Facet.Coverage.READ, **of_it).exists()
    return str(settings.alias) if read else None


def sign_in_page(aws_account: AwsAccount) -> str:
    """Where IAM users sign in."""
    return sign_in_address(aws_account, alias_of(aws_account) or "")
