"""What changes must not touch unless an owner says so: protected roles, and what keeps the console able to work."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamRole
from identities.operations import (
    attach,
    delete_boundary,
    delete_inline,
    delete_whole,
    detach,
    put_boundary,
    put_inline,
    revoke_sessions,
    update_trust,
)
from policies.operations import plan_update
from sync.aws.permission import console_role_policy, console_role_trust
from sync.aws.purpose import Tier
from sync.checks import PlanFinding
from sync.operations import StepSpec
from tests.services.changing import propose
from tests.services.rows import attach as attached
from tests.services.rows import make_document, make_policy, make_role
from tests.services.rows import put_inline as inline
from tests.services.statements import allowing, denying

pytestmark = pytest.mark.django_db
Found = Callable[..., list[PlanFinding]]
Said = Callable[..., str]

PROTECTED, LOCKED_OUT = "PROTECTED_ROLE", "_OUT"
CONSOLE = "arn:aws:iam::999900009999:role/console"
DENY = denying("iam:*")
TIERS: tuple[Tier, Tier] = ("read", "write")
ALLOW = allowing("*")


def trust(tier: Tier, principal: str = CONSOLE) -> str:
    return json.dumps(console_role_trust(tier, principal_arn=principal, external_id="from-the-console"))


@pytest.fixture
def roles(aws_account: AwsAccount) -> dict[str, IamRole]:
    """The console's two roles, with what they need as inline policies."""
    made: dict[str, IamRole] = {}
    for tier in TIERS:
        role = make_role(
            aws_account,
            f"console-{tier}",
            trust=make_document(trust(tier)),
            trusted=[{"type": "AWS", "value": CONSOLE}],
        )
        inline(role, "console", document=make_document(json.dumps(console_role_policy(tier))))
        made[tier] = role
    aws_account.connection = AwsAccount.Connection.ASSUME_ROLE
    aws_account.read_role_arn, aws_account.write_role_arn = made["read"].arn, made["write"].arn
    aws_account.external_id = "from-the-console"
    aws_account.save()
    return made


@pytest.fixture
def found(aws_account: AwsAccount, erin: Operator) -> Found:
    """The findings with one of the codes that a proposal of these steps has."""

    def of(code: str, *steps: StepSpec) -> list[PlanFinding]:
        change = propose(aws_account, erin, steps)
        return [finding for finding in map(PlanFinding.from_json, change.findings) if finding.code.endswith(code)]

    return of


@pytest.fixture
def said(found: Found) -> Callable[..., str]:
    return lambda code, *steps: " ".join(finding.message for finding in found(code, *steps))


# ---- Protected roles ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name, path, why",
    [
        ("OrganizationAccountAccessRole", "/", "management account gets in"),
        ("organizationaccountaccessrole", "/", "management account gets in"),
        ("AWSControlTowerExecution", "/", "AWS Control Tower"),
        ("aws-controltower-ForwardSnsNotificationRole", "/", "AWS Control Tower"),
        ("AWSControlTowerStackSetRole", "/service-role/", "AWS Control Tower"),
        ("stacksets-exec-0123456789abcdef", "/", "StackSets"),
        ("rescue-admin", "/", "listed as break-glass"),
        ("Rescue-Other", "/people/", "listed as break-glass"),
    ],
)
def test_touching_it_is_found(aws_account: AwsAccount, name: str, path: str, why: str, found: Found) -> None:
    aws_account.break_glass_roles = "unrelated\nrescue-*\n"
    role = make_role(aws_account, name, path=path)
    [finding] = found(PROTECTED, *[put_inline(role, "more", ALLOW)])
    assert (finding.severity, finding.step) == ("protected", 1)
    assert why in finding.message


def test_other_roles_are_not_protected(aws_account: AwsAccount, said: Said) -> None:
    role = make_role(aws_account, "reports-exporter")
    assert said(PROTECTED, put_inline(role, "more", ALLOW)) == ""


def test_the_consoles_own_roles_are(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    assert "console reads by it" in said(PROTECTED, put_inline(roles["read"], "more", ALLOW))
    assert "console writes by it" in said(PROTECTED, put_inline(roles["write"], "more", ALLOW))


@pytest.mark.parametrize("as_boundary", [False, True])
def test_so_is_a_policy_that_they_hold(
    aws_account: AwsAccount, roles: dict[str, IamRole], as_boundary: bool, found: Found
) -> None:
    policy = make_policy(aws_account, "console-more")
    if as_boundary:
        IamRole.objects.filter(pk=roles["write"].pk).update(boundary_arn=policy.arn)
    else:
        attached(roles["write"], policy)
    [finding] = found(PROTECTED, *plan_update(policy, ALLOW))
    assert finding.message == (
        "It changes console-more, a policy of the role console-write: this console writes by it."
    )


# ---- Able to read and write afterwards ---------------------------------------------------------------------------
def test_what_takes_nothing_is_fine(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    assert said(LOCKED_OUT, put_inline(roles["write"], "more", ALLOW)) == ""


@pytest.mark.parametrize("tier", ["read", "write"])
def test_taking_its_policy_locks_it_out(
    aws_account: AwsAccount, roles: dict[str, IamRole], tier: str, found: Found
) -> None:
    [finding] = found(LOCKED_OUT, *[delete_inline(roles[tier], "console")])
    assert (finding.code, finding.severity) == ("LOCKS_OUT", "protected")
    assert f"could no longer {tier} here: it would lack iam:Get" in finding.message


def test_deleting_its_role_locks_it_out(roles: dict[str, IamRole], said: Said) -> None:
    assert "could no longer write here: it would lack sts:AssumeRole" in said(LOCKED_OUT, *delete_whole(roles["write"]))


def test_ending_its_sessions_doesnt(roles: dict[str, IamRole], said: Said) -> None:
    assert said(LOCKED_OUT, revoke_sessions(roles["write"], timezone.now())) == ""


def test_a_deny_locks_it_out(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    assert "could no longer write" in said(LOCKED_OUT, put_inline(roles["write"], "no", DENY))


def test_a_boundary_locks_it_out(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    policy = make_policy(aws_account, "narrow")
    assert "could no longer write" in said(LOCKED_OUT, put_boundary(roles["write"], policy.arn))


def test_taking_off_a_boundary_doesnt(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    policy = make_policy(aws_account, "narrow")
    IamRole.objects.filter(pk=roles["write"].pk).update(boundary_arn=policy.arn)
    assert said(LOCKED_OUT, delete_boundary(roles["write"])) == ""


def test_the_plan_is_looked_at_as_a_whole(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    """What one step takes and another gives is not lost."""
    policy = make_policy(aws_account, "console-write-all")
    swap = [*plan_update(policy, ALLOW), attach(roles["write"], policy.arn), delete_inline(roles["write"], "console")]
    assert said(LOCKED_OUT, *swap) == ""


def test_a_new_version_of_its_policy_locks_it_out(
    aws_account: AwsAccount, roles: dict[str, IamRole], said: Said
) -> None:
    policy = make_policy(aws_account, "console-more")
    attached(roles["write"], policy)
    assert "could no longer write" in said(LOCKED_OUT, *plan_update(policy, DENY))
    assert said(LOCKED_OUT, detach(roles["write"], policy.arn)) == ""


def test_trusting_another_locks_it_out(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    step = update_trust(roles["write"], trust("write", "arn:aws:iam::999900009999:role/another"))
    assert "it would lack sts:AssumeRole, sts:SetSourceIdentity and sts:TagSession" in said(LOCKED_OUT, step)


def test_another_external_id_locks_it_out(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    text = trust("read").replace("from-the-console", "another")
    assert "could no longer read" in said(LOCKED_OUT, update_trust(roles["read"], text))


def test_where_the_trust_names_several_it_isnt_known_which_the_console_is(
    aws_account: AwsAccount, roles: dict[str, IamRole], found: Found
) -> None:
    several = json.loads(trust("read"))
    several["Statement"][0]["Principal"] = {"AWS": [CONSOLE, "arn:aws:iam::999900009999:user/ops"]}
    IamRole.objects.filter(pk=roles["read"].pk).update(
        trust=make_document(json.dumps(several)),
        trusted=[{"type": "AWS", "value": value} for value in several["Statement"][0]["Principal"]["AWS"]],
    )
    [finding] = found(LOCKED_OUT, update_trust(roles["read"], trust("read")))
    assert (finding.code, finding.severity) == ("MAY_LOCK_OUT", "warning")
    assert "isn’t known" in finding.message


def test_a_policy_that_the_mirror_lacks_is_said(aws_account: AwsAccount, roles: dict[str, IamRole], said: Said) -> None:
    step = put_boundary(roles["write"], "arn:aws:iam::aws:policy/PowerUserAccess")
    assert "isn’t known: the engine can’t tell what arn:aws:iam::aws:policy/PowerUserAccess says" in said(
        LOCKED_OUT, step
    )


def test_what_touches_none_of_its_roles_isnt_looked_at(
    aws_account: AwsAccount, roles: dict[str, IamRole], said: Said
) -> None:
    other = make_role(aws_account, "reports-exporter")
    assert said(LOCKED_OUT, put_inline(other, "no", DENY)) == ""
