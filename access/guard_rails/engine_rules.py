"""Guard rails that the engine decides: privilege escalation paths, and a document of the operators' own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from access.guard_rails.own_document import RailEffort, against_document, unread_policies
from access.guard_rails.parameters import OwnDocument
from access.guard_rails.rules import OWN, Parameters, RailRule
from access.guard_rails.state import RailState
from access.guard_rails.violations import Violation
from access.plans import check, escalation_check
from access.plans.reading import PlannedHoldings
from accounts.models import AwsAccount
from sync.checks import Measurement

_WHILE_TYPING = RailEffort(pairs=8, steps=8_000)
_GRAVE: Mapping[str, bool] = {  # codes of findings on plans, and whether they are sure
    "OPENS_ESCALATION_PATH": True,
    "MAY_OPEN_ESCALATION_PATH": False,
    "ADDS_ESCALATION_PATH": True,
    "MAKES_ADMINISTRATOR": True,
}
_SAYS: Mapping[str, str] = {
    "OPENS_ESCALATION_PATH": "a new privilege escalation path",
    "MAY_OPEN_ESCALATION_PATH": "a new privilege escalation path",
    "ADDS_ESCALATION_PATH": "another privilege escalation path",
    "MAKES_ADMINISTRATOR": "becomes an administrator",
}


class NoNewEscalationPath(RailRule):
    """By what the checks of plans measured: who was an administrator, or could become one, isn't told again."""

    name = "no_new_escalation"
    title = "No new privilege escalation path"
    explains = "A user or role that becomes an administrator, or could become one, and couldn’t in this way before."
    mend = "What access changes, below, says step by step how: take one of the permissions out."
    has_rows = False  # they are rows of the search's own
    is_quick = False

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        yield from ()

    def measured(self, measured: Mapping[str, Measurement], before: RailState, after: RailState) -> Iterator[Violation]:
        """What a policy gives whose text nobody knows, no search finds out."""
        yield from unread_policies(before, after)
        names = [name for name in (escalation_check.NAME, check.NAME) if name in measured]
        for finding in (each for name in names for each in measured[name].findings if each.code in _GRAVE):
            for arn in finding.about or ():
                owner = after.holdings.owners.get(arn)
                aws_id = owner.aws_id if owner else ""
                yield Violation(arn, aws_id, _SAYS[finding.code], (finding.code,), _GRAVE[finding.code])


def measure_again(aws_account: AwsAccount, planned: PlannedHoldings) -> Mapping[str, Measurement]:
    """What the rule above goes by, where no check has measured it."""
    paths = escalation_check.measured(aws_account, planned)
    access = check.measured(aws_account, planned)
    return {check.NAME: access} | ({escalation_check.NAME: paths} if paths else {})


class OwnDocumentRule(RailRule):
    name = OWN
    title = "Your own, in a policy document"
    explains = "What the document denies, as a service control policy would, and a user or role would be allowed to do."
    mend = "Take that out of what the plan gives."
    parameters = (
        OwnDocument(
            "document",
            "What no plan may let anybody do",
            "Statements that deny, as in a service control policy. Say by aws:PrincipalArn whom they don’t hold for.",
        ),
    )

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        yield from against_document(parameters["document"], None, state)

    def worsened(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        yield from against_document(parameters["document"], before, after)

    def worsened_while_typing(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        yield from against_document(parameters["document"], before, after, _WHILE_TYPING)
