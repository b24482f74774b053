"""Four AWS accounts that were just read, each with a user and a role; charlie may see one of them, olga all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from findings.models import AccountRefresh, Finding
from findings.rule_names import ESCALATION_PATH
from findings.tallies import recount
from sync.mirror import sources
from sync.models import Facet, Revision, Run
from sync.schedule import regions_of
from tests.conftest import make_aws_account, make_operator
from tests.services.rows import make_role, make_user

NAMES = ("Acme Data", "Acme Shop", "Acme Lab")  # beside Acme


@dataclass(frozen=True)
class Estate:
    accounts: tuple[AwsAccount, ...]
    charlie: Operator  # viewer of the second one alone

    @property
    def seen(self) -> AwsAccount:
        return self.accounts[1]


def read(aws_account: AwsAccount, *, ago: timedelta = timedelta(minutes=5), **failing: dict[str, Any]) -> None:
    """As if all sources had been pulled, and findings looked for; `failing`: the error of those that failed, by name
    with _ for its dots."""
    at = timezone.now() - ago
    runs = []
    for source in sources.values():
        if source.serves(aws_account):
            error = failing.get(source.name.replace(".", "_"), {})
            state = Run.State.FAILED if error else Run.State.DONE
            about = {"aws_account": aws_account, "trigger": Run.Trigger.SCHEDULE, "started_at": at, "finished_at": at}
            runs += [
                Run(source=source.name, region=region, state=state, error=error, **about)
                for region in regions_of(aws_account, source)
            ]
    Run.objects.bulk_create(runs)
    AccountRefresh.objects.update_or_create(aws_account=aws_account, defaults={"looked_at": at})


def find(aws_account: AwsAccount, name: str, severity: str = "critical", **about: Any) -> Finding:
    now = timezone.now()
    said = {"rule": ESCALATION_PATH, "kind": "iam.user", "object_id": f"AIDA{name.upper()}", **about}
    at = {"state_since": now, "first_seen": now, "last_seen": now}
    found: Finding = Finding.objects.create(
        aws_account=aws_account,
        source="escalation",
        severity=severity,
        name=name,
        sentence=f"{name} can become an administrator.",
        fingerprint=f"{aws_account.pk}{name}{severity}",
        **said,
        **at,
    )
    recount(aws_account)
    return found


def drift_of(aws_account: AwsAccount, name: str) -> Revision:
    """Somebody renamed a user outside this console."""
    now = timezone.now()
    facet = Facet.objects.create(
        aws_account=aws_account,
        kind="iam.user",
        object_id=f"AIDA{name.upper()}",
        source="details",
        raw_hash="x",
        fingerprint="x",
        read_at=now,
    )
    revision: Revision = Revision.objects.create(
        facet=facet,
        number=1,
        fingerprint="x",
        content={"name": name},
        seen_at=now,
        origin=Revision.Origin.OUTSIDE,
        drift_in=aws_account,
    )
    return revision


@pytest.fixture
def estate(aws_account: AwsAccount) -> Estate:
    return make_estate(aws_account)


def make_estate(aws_account: AwsAccount) -> Estate:
    """With this AWS account as its first."""
    others = (make_aws_account(f"{number}" * 12, name) for number, name in enumerate(NAMES, start=2))
    accounts = (aws_account, *others)
    for number, each in enumerate(accounts):
        read(each)
        make_user(each, f"user-{number}")
        make_role(each, f"role-{number}")
    charlie = make_operator("charlie", None, None)
    Grant.objects.create(operator=charlie, aws_account=accounts[1], role=Role.VIEWER)
    return Estate(accounts, charlie)
