"""What calls on record give away: that somebody else uses the console's role to write, or the root user changes IAM."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.models import AwsAccount
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import ALL, FindingSource, Found, stamp_of, stamp_of_code
from identities.models import IamRole
from sync.models import TrailEvent

OUR_ROLE, ROOT = "activity.console_role", "activity.root_user"
SHOWN_FOR = timedelta(days=90)  # as long as CloudTrail has them
_MOST = 100


class ActivitySource(FindingSource):
    """Of the calls that explain changes outside this console: what other calls there were, nobody has asked.

    What events of a queue report counts once CloudTrail confirms it.
    """

    name = "activity"
    title = "Who did it"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            OUR_ROLE,
            "A change with the console’s role to write which this console did not make.",
            title="Somebody else used the console’s role",
            why="Only workers of this console have a reason to assume it. Others go round plans and approvals.",
            mend="Find out by CloudTrail who did it, end the sessions of the role, and set a new external id.",
            one="call with the console’s role that this console didn’t make",
            many="calls with the console’s role that this console didn’t make",
        ),
        Rule(
            ROOT,
            "A change made by the root user.",
            title="The root user changed something",
            why="No policy but an SCP limits the root user, and nobody can be told apart behind it.",
            mend="Ask who signed in as root and why. Do such work with a role; few tasks need the root user.",
            one="change made by the root user",
            many="changes made by the root user",
        ),
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        ids = [event.pk for event in _events(aws_account)]
        return {ALL: stamp_of(stamp_of_code("identities/activity"), ids)} if ids else {}

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        return {ALL: [_found(aws_account, event) for event in _events(aws_account)]} if ALL in scopes else {}


def _events(aws_account: AwsAccount) -> list[TrailEvent]:
    rows = TrailEvent.objects.filter(aws_account=aws_account, reported=False, at__gt=timezone.now() - SHOWN_FOR)
    telling = rows.filter(with_our_role=True) | rows.filter(doer=TrailEvent.Doer.ROOT)
    return list(telling.order_by("-at", "-pk")[:_MOST])


def _found(aws_account: AwsAccount, event: TrailEvent) -> Found:
    evidence = {"event": event.event_id, "call": event.name, "at": event.at.isoformat()}
    if event.with_our_role:
        return Found(
            OUR_ROLE,
            FindingSeverity.CRITICAL,
            IamRole.kind,
            event.unique_id or event.called,
            event.called,
            f"Somebody called {event.name} with the console’s role to write; no change of this console did.",
            (event.event_id,),
            evidence,
        )
    return Found(
        ROOT,
        FindingSeverity.HIGH,
        "iam.root",
        aws_account.account_id,
        "root user",
        f"The root user called {event.name}.",
        (event.event_id,),
        evidence,
    )
