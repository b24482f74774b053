"""Which privilege escalation paths a plan opens and closes; and that what it would leave is what it leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from access.escalation.account import EscalationAccount, account_of
from access.escalation.paths import escalations
from access.index import Index
from access.plans.escalation_check import NAME, EscalationCheck, WhoCanEscalate
from access.plans.holdings import PrincipalHoldings
from access.plans.planned_account import account_with
from access.surroundings import Surroundings
from accounts.models import AwsAccount, Operator
from identities import operations as ops
from identities.models import InlinePolicy
from policies.holdings import InstanceProfileFact
from policies.models import PolicyVersion
from policies.operations import plan_update
from sync import checks
from sync.changes.plan import plan
from sync.checks import Measurement
from sync.operations import StepSpec
from tests.access.mirrored import ID, administrator, arn, managed, role, user
from tests.services import pages
from tests.services.changing import propose
from tests.services.pages import get
from tests.services.rows import attach, join, make_document, make_group, put_inline
from tests.services.statements import LAMBDA, allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db

ATTACH = allow("iam:AttachUserPolicy")
DEPLOY = [allow("iam:PassRole"), allow(["lambda:CreateFunction", "lambda:InvokeFunction"])]


def measured(aws_account: AwsAccount, *steps: StepSpec) -> Measurement | None:
    return checks.measure(aws_account, plan(aws_account, steps).steps).get(NAME)


def said(aws_account: AwsAccount, *steps: StepSpec) -> list[tuple[str, str]]:
    found = measured(aws_account, *steps)
    return [(each.severity, each.message) for each in found.findings] if found else []


def named(aws_account: AwsAccount, part: str, *steps: StepSpec) -> list[str]:
    found = measured(aws_account, *steps)
    return [path["who"][0].rpartition("/")[2] for path in found.kept[part]["paths"]] if found else []


# ---- Opened ----------------------------------------------------------------------------------------------------
def test_who_may_attach_policies_to_herself(aws_account: AwsAccount) -> None:
    dana, power = user(aws_account, "dana"), managed(aws_account, "power", [ATTACH])
    assert said(aws_account, ops.attach(dana, power.arn)) == [
        (
            "security_warning",
            "dana could become an administrator of this AWS account: dana attaches AdministratorAccess to itself.",
        )
    ]


def test_who_may_pass_a_powerful_role_to_a_function(aws_account: AwsAccount) -> None:
    administrator(role(aws_account, "deployer", trusts=LAMBDA))
    dana, deploy = user(aws_account, "dana"), managed(aws_account, "ci-deploy", DEPLOY)
    ((severity, words),) = said(aws_account, ops.attach(dana, deploy.arn))
    assert severity == "security_warning"
    assert words.startswith("dana could become an administrator of this AWS account: dana ")
    assert words.endswith("dana makes a function that runs as the role deployer, and has it run.")


def test_members_of_the_group_that_gets_it(aws_account: AwsAccount) -> None:
    group, power = make_group(aws_account), managed(aws_account, "power", [ATTACH])
    for name in ("dana", "lee"):
        join(user(aws_account, name), group)
    ((_, words),) = said(aws_account, ops.attach(group, power.arn))
    assert words.startswith("dana and lee could become administrators of this AWS account: dana attaches")


def test_a_user_who_is_made_with_it(aws_account: AwsAccount) -> None:
    power = managed(aws_account, "power", [ATTACH])
    made = ops.create_user(aws_account, "kim")
    steps = [made, ops.attach(user(aws_account, "dana"), power.arn)]
    assert named(aws_account, "opened", *steps) == ["dana"]
    likeness = user(aws_account, "lee", ATTACH)
    assert named(aws_account, "opened", *ops.clone_user(likeness, "ada", "/")) == ["ada"]


def test_a_boundary_that_goes(aws_account: AwsAccount) -> None:
    bounds = managed(aws_account, "bounds", [allow("s3:*")])
    dana = user(aws_account, "dana", ATTACH, boundary_arn=bounds.arn)
    assert named(aws_account, "opened", ops.delete_boundary(dana)) == ["dana"]


def test_a_role_that_trusts_more(aws_account: AwsAccount) -> None:
    admin = administrator(role(aws_account, "admin", trusts=LAMBDA))
    dana = user(aws_account, "dana", allow("sts:AssumeRole"))
    ((_, words),) = said(aws_account, ops.update_trust(admin, trusting({"AWS": dana.arn})))
    assert words.endswith("dana assumes the role admin.")


def test_an_older_version_that_can_be_put_in_force_again(aws_account: AwsAccount) -> None:
    policy = managed(aws_account, "team", [allow("*")])
    dana = user(aws_account, "dana", allow("iam:SetDefaultPolicyVersion"))
    attach(dana, policy)
    narrower = plan_update(policy, document_text(allow("s3:*")))
    assert "dana" not in named(aws_account, "opened", *narrower)  # who was an administrator gains nothing
    lee = user(aws_account, "lee", allow("iam:SetDefaultPolicyVersion"))
    attach(lee, managed(aws_account, "other", [allow("s3:*")]))
    assert named(aws_account, "opened", *narrower) == []


def test_what_depends_on_a_key_is_said_as_perhaps(aws_account: AwsAccount) -> None:
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    power = managed(aws_account, "power", [allow("iam:AttachUserPolicy", Condition=condition)])
    dana = user(aws_account, "dana")
    found = said(aws_account, ops.attach(dana, power.arn))
    assert [severity for severity, _ in found] in (["warning"], [])
    sure = allow("iam:AttachUserPolicy", Condition={"Bool": {"aws:ViaAWSService": "false"}})
    lee = user(aws_account, "lee")
    found = said(aws_account, ops.put_inline(lee, "own", document_text(sure)))
    assert found[0][1].startswith(("lee may be able to become", "lee could become"))


# ---- Neither ---------------------------------------------------------------------------------------------------
def test_who_could_before_has_no_first_path(aws_account: AwsAccount) -> None:
    dana, put = user(aws_account, "dana", ATTACH), managed(aws_account, "put", [allow("iam:PutUserPolicy")])
    assert named(aws_account, "opened", ops.attach(dana, put.arn)) == []


def test_a_new_administrator_is_the_other_checks_finding(aws_account: AwsAccount) -> None:
    dana = user(aws_account, "dana")
    assert measured(aws_account, ops.attach(dana, arn("policy/AdministratorAccess", account="aws"))) is None


def test_what_no_technique_uses_is_not_searched(aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search takes seconds in a large AWS account."""
    reading = managed(aws_account, "ReadOnly", [allow("s3:Get*")], arn="arn:aws:iam::aws:policy/ReadOnly", is_aws=True)

    def refuse(account: object) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr("access.plans.escalation_check.escalations", refuse)
    dana = user(aws_account, "dana", allow("sqs:*"))
    assert measured(aws_account, ops.attach(dana, reading.arn)) is None
    assert measured(aws_account, ops.put_inline(dana, "own", document_text(allow("s3:*")))) is None


def test_roles_that_may_be_in_an_instance_profile_stay_so(aws_account: AwsAccount) -> None:
    """Where none is mirrored nobody knows which are: one that gets a role says nothing of the others."""
    account = EscalationAccount(Index([], Surroundings(ID)))
    nothing = PrincipalHoldings({}, {})
    change = InstanceProfileFact(arn("instance-profile/web"), arn("role/web"), now=True)
    assert account_with(account, nothing, nothing, [change]).profiled is None
    known = replace(account, profiled=frozenset({arn("role/old")}))
    assert account_with(known, nothing, nothing, [change]).profiled == frozenset({arn("role/old"), arn("role/web")})
    gone = replace(change, now=False)
    assert account_with(known, nothing, nothing, [gone]).profiled == frozenset({arn("role/old")})


# ---- Closed, and worse -----------------------------------------------------------------------------------------
def test_who_no_longer_can(aws_account: AwsAccount) -> None:
    power = managed(aws_account, "power", [ATTACH])
    dana = user(aws_account, "dana")
    attach(dana, power)
    assert named(aws_account, "closed", ops.detach(dana, power.arn)) == ["dana"]
    assert said(aws_account, ops.detach(dana, power.arn)) == []
    assert named(aws_account, "closed", ops.put_inline(dana, "no", document_text(deny("iam:*")))) == ["dana"]


def test_more_people_than_the_plan_showed_is_worse(aws_account: AwsAccount) -> None:
    group, power = make_group(aws_account), managed(aws_account, "power", [ATTACH])
    join(user(aws_account, "dana"), group)
    step = ops.attach(group, power.arn)
    before = measured(aws_account, step)
    assert before
    check = EscalationCheck()
    assert check.worsened(before.kept, before.kept) == ""
    join(user(aws_account, "lee"), group)
    after = measured(aws_account, step)
    assert after
    assert check.worsened(before.kept, after.kept) == (
        "1 principal could become an administrator in a way that the plan did not show."
    )
    assert check.worsened(None, before.kept) != ""


# ---- What a plan would leave is what it leaves -----------------------------------------------------------------
Act = tuple[Callable[[], Sequence[StepSpec]], Callable[[], object]]  # a plan, and the same in the mirror


def _attaching(owner: Any, policy: Any) -> Act:
    return lambda: [ops.attach(owner, policy.arn)], lambda: attach(owner, policy)


def _joining(member: Any, group: Any) -> Act:
    return lambda: [ops.add_member(member, group)], lambda: join(member, group)


def _writing(owner: Any, *statements: dict[str, Any]) -> Act:
    text = document_text(*statements)
    return lambda: [ops.put_inline(owner, "new", text)], lambda: put_inline(owner, "new", document=make_document(text))


def _deleting(owner: Any) -> Act:
    return lambda: [ops.delete_inline(owner, "own")], lambda: InlinePolicy.objects.filter(name="own").delete()


def _updating(policy: Any, *statements: dict[str, Any]) -> Act:
    text = document_text(*statements)

    def write() -> None:
        PolicyVersion.objects.create(policy=policy, version_id="v2", number=2, document=make_document(text))
        policy.default_version = "v2"
        policy.save()

    return lambda: plan_update(policy, text), write


def _bounding(owner: Any, policy: Any) -> Act:
    def write() -> None:
        owner.boundary_arn = policy.arn
        owner.save()

    return lambda: [ops.put_boundary(owner, policy.arn)], write


ACTS: Mapping[str, Callable[[SimpleNamespace], Act]] = {
    "attached to a user": lambda it: _attaching(it.lee, it.power),
    "attached to a group": lambda it: _attaching(it.group, it.power),
    "harmless, but can be rewritten": lambda it: _attaching(it.kim, it.harmless),
    "in a group that she can change": lambda it: _joining(it.ada, it.group),
    "joined": lambda it: _joining(it.dana, it.group),
    "written for a group": lambda it: _writing(it.group, allow("iam:*")),
    "denied": lambda it: _writing(it.dana, deny("iam:*")),
    "harmless": lambda it: _writing(it.dana, allow("s3:*")),
    "deleted": lambda it: _deleting(it.dana),
    "less in force": lambda it: _updating(it.power, allow("s3:*")),
    "more in force": lambda it: _updating(it.harmless, allow("iam:PassRole")),
    "bounded": lambda it: _bounding(it.dana, it.harmless),
}


@pytest.fixture
def it(aws_account: AwsAccount) -> SimpleNamespace:
    administrator(role(aws_account, "deployer", trusts=LAMBDA))
    group = make_group(aws_account)
    power, harmless = managed(aws_account, "power", DEPLOY), managed(aws_account, "harmless", [allow("s3:*")])
    dana, lee, max = user(aws_account, "dana", ATTACH), user(aws_account, "lee"), user(aws_account, "max")
    kim = user(aws_account, "kim", allow("iam:CreatePolicyVersion", harmless.arn))
    ada = user(aws_account, "ada", allow("iam:PutGroupPolicy", group.arn))
    join(lee, group)
    attach(max, power)
    return SimpleNamespace(group=group, power=power, harmless=harmless, dana=dana, lee=lee, kim=kim, ada=ada)


@pytest.mark.parametrize("act", ACTS)
def test_what_a_plan_would_leave_is_what_it_leaves(aws_account: AwsAccount, it: SimpleNamespace, act: str) -> None:
    steps, write = ACTS[act](it)
    before = WhoCanEscalate.of(escalations(account_of(aws_account)))
    opened, closed = (set(named(aws_account, part, *steps())) for part in ("opened", "closed"))
    write()
    after = WhoCanEscalate.of(escalations(account_of(aws_account)))
    assert opened == _named(after) - _named(before)
    assert closed == _named(before) - _named(after)


def _named(found: WhoCanEscalate) -> set[str]:
    return {arn.rpartition("/")[2] for arn in found.paths}


# ---- The page --------------------------------------------------------------------------------------------------
def test_the_plan_says_so_first(
    aws_account: AwsAccount, erin: Operator, bob: Operator, client_of: Callable[..., Client]
) -> None:
    dana, power = user(aws_account, "dana"), managed(aws_account, "power", [ATTACH])
    change = propose(aws_account, erin, [ops.attach(dana, power.arn)])
    client = client_of(bob)
    text = pages.text_of(get(client, "change_access", pk=change.pk))
    assert "dana New privilege escalation path Could become an administrator:" in text
    assert text.index("attaches AdministratorAccess to itself") < text.index("Gains iam:AttachUserPolicy")
    assert "dana could become an administrator of this AWS account" in pages.text_of(
        get(client, "change", pk=change.pk)
    )


# ---- Another path for who had one ------------------------------------------------------------------------------
def test_another_technique_is_told_lower_than_a_first_path(aws_account: AwsAccount) -> None:
    dana, power = user(aws_account, "dana", ATTACH), managed(aws_account, "power", [allow("iam:PutUserPolicy")])
    assert said(aws_account, ops.attach(dana, power.arn)) == [
        (
            "suggestion",
            "dana could become an administrator of this AWS account before, too, and gets another way: "
            "dana gives itself an inline policy that allows everything.",
        )
    ]
    assert named(aws_account, "added", ops.attach(dana, power.arn)) == ["dana"]


def test_another_target_of_the_same_technique(aws_account: AwsAccount) -> None:
    for name in ("deployer", "runner"):
        administrator(role(aws_account, name, trusts=LAMBDA))

    def passes(*names: str) -> list[dict[str, Any]]:
        on = [arn(f"role/{name}") for name in names]
        return [allow("iam:PassRole", on), allow(["lambda:CreateFunction", "lambda:InvokeFunction"])]

    dana = user(aws_account, "dana", *passes("runner"))
    both = ops.put_inline(dana, "own", document_text(*passes("deployer", "runner")))
    ((severity, words),) = said(aws_account, both)
    assert (severity, "the role deployer" in words) == ("suggestion", True)
    assert said(aws_account, ops.put_inline(dana, "own", document_text(*passes("runner"), allow("sqs:*")))) == []


def test_what_was_there_is_no_other_path(aws_account: AwsAccount) -> None:
    """Nor is a longer one that shows when the shortest is taken."""
    dana = user(aws_account, "dana", ATTACH, allow("iam:CreateAccessKey"))
    administrator(user(aws_account, "root-like"))
    wide = managed(aws_account, "wide", [ATTACH])
    assert said(aws_account, ops.attach(dana, wide.arn)) == []
    assert said(aws_account, ops.put_inline(dana, "own", document_text(allow("iam:CreateAccessKey")))) == []
