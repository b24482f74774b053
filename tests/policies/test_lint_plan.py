"""What lint finds in the documents of a plan stands above its steps, by the type of each document."""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount, Operator
from identities import operations
from policies.operations import plan_update
from policies.plan_checks import LintPlanCheck
from sync.operations import PlannedStep, registry
from tests.services.changing import propose
from tests.services.rows import make_policy, make_role, make_user
from tests.services.statements import reports_policy, trusting


def found(change: Any) -> list[tuple[str, str, int]]:
    return [(each["code"], each["severity"], each["step"]) for each in change.findings]


def test_of_a_managed_policy(aws_account: AwsAccount, erin: Operator) -> None:
    change = propose(aws_account, erin, plan_update(make_policy(aws_account), reports_policy("s3:GetObjekt")))
    assert found(change) == [("INVALID_ACTION", "warning", 1)]
    assert change.findings[0]["line"] > 0


def test_of_an_inline_policy(aws_account: AwsAccount, erin: Operator) -> None:
    step = operations.put_inline(
        make_user(aws_account), "own", reports_policy("iam:PassRole").replace("arn:aws:s3:::acme-reports/*", "*")
    )
    assert "PASS_ROLE_WITH_STAR_IN_RESOURCE" in [code for code, _, _ in found(propose(aws_account, erin, [step]))]


def test_a_trust_policy_is_judged_as_one(aws_account: AwsAccount, erin: Operator) -> None:
    trust = trusting({"Service": "states.amazonaws.com"})
    change = propose(aws_account, erin, [operations.update_trust(make_role(aws_account), trust)])
    assert [code for code, _, _ in found(change)] == ["RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL"]


def test_the_trust_policy_of_a_new_role_is_judged_as_one(aws_account: AwsAccount, erin: Operator) -> None:
    trust = trusting({"Service": "states.amazonaws.com"})
    change = propose(aws_account, erin, [operations.create_role(aws_account, "new", trust)])
    assert "RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL" in [code for code, _, _ in found(change)]
    assert "MISSING_RESOURCE" not in [code for code, _, _ in found(change)]


def test_what_is_no_policy_is_not_judged(aws_account: AwsAccount) -> None:
    spec = operations.create_saml(aws_account, "okta", "<EntityDescriptor/>".ljust(1_000))
    operation = registry[spec.kind]
    step = PlannedStep(1, operation, operation.parse(spec.params), "", None)
    assert LintPlanCheck().measure(aws_account, [step], []) is None


def test_the_same_text_is_judged_once(aws_account: AwsAccount, erin: Operator) -> None:
    people = [make_user(aws_account, name) for name in ("dana", "lee")]
    steps = [operations.put_inline(each, "own", reports_policy("s3:GetObjekt")) for each in people]
    assert found(propose(aws_account, erin, steps)) == [("INVALID_ACTION", "warning", 1)]


def test_many_findings_are_counted(aws_account: AwsAccount, erin: Operator) -> None:
    text = reports_policy(*(f"s3:Made{number}Up" for number in range(25)))
    change = propose(aws_account, erin, plan_update(make_policy(aws_account), text))
    assert (len(change.findings), change.findings[-1]["message"]) == (21, "5 more findings.")
