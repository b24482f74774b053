"""Three AWS accounts of one organization, in the emulated AWS and in the mirror, and changes across them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from emulator.process import Emulator
from identities.models import IamRole
from identities.operations import attach, tag
from sync import changes, spanning
from sync.models import Change, SpanningChange
from sync.operations import StepSpec
from sync.spanning.state import SpanSituation
from tests.conftest import make_aws_account
from tests.services.organization_rows import make_membership
from tests.services.organizations import ACCOUNT_ID, MadeOrganization, connect_member, inside
from tests.services.rows import make_role
from tests.services.statements import allowing, document_text, trust
from tests.services.world import World

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NAMES = ("Acme Data", "Acme Shop")  # beside Acme


@dataclass(frozen=True)
class Three:
    """`roles`: one called ci in each AWS account, in the order of `accounts`; `worlds`: what AWS has there."""

    accounts: Sequence[AwsAccount]
    roles: Sequence[IamRole]
    worlds: Sequence[World] = ()

    def steps(self, number: int) -> list[StepSpec]:
        return [attach(self.roles[number], READ_ONLY)]

    def steps_of(self, number: int, policy: str) -> list[StepSpec]:
        """`policy`: the name of one of AWS."""
        return [attach(self.roles[number], f"arn:aws:iam::aws:policy/{policy}")]

    def span(self, actor: Operator, *, waves: Sequence[int] = (1, 2, 3), **more: Any) -> SpanningChange:
        """Attaches a policy to all of them."""
        plans = [
            spanning.AccountPlan(each, "Let ci read", self.steps(number), wave)
            for number, (each, wave) in enumerate(zip(self.accounts, waves, strict=True))
        ]
        return spanning.propose_across(actor=actor, reason="Ticket 7", plans=plans, **more)

    def attached(self) -> list[bool]:
        """Of each, whether AWS has it."""
        return [READ_ONLY in world.attached(role) for world, role in zip(self.worlds, self.roles, strict=True)]

    def set_approvals(self, *numbers: int) -> None:
        for each, number in zip(self.accounts, numbers, strict=True):
            each.approvals_required = number
            each.save()


def grant(operator: Operator, role: Role, aws_accounts: Sequence[AwsAccount]) -> Operator:
    Grant.objects.filter(operator=operator).delete()
    for each in aws_accounts:
        Grant.objects.create(operator=operator, aws_account=each, role=role)
    return Operator.objects.get(pk=operator.pk)


def in_aws(emulator: Emulator, first: AwsAccount) -> Three:
    organization = MadeOrganization(emulator)
    worlds = [World(emulator, first)]
    for name in NAMES:
        account_id = organization.account(name)
        each = connect_member(account_id, name)
        world = World(emulator, each)
        world.iam = emulator.client("iam", **inside(emulator, account_id))
        _let_write(world)
        worlds.append(world)
    accounts = [world.aws_account for world in worlds]
    for each in accounts:
        make_membership(each)
    return Three(accounts, [world.role("ci") for world in worlds], worlds)


def _let_write(world: World) -> None:
    """By a role of the console's own."""
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}
    trusts = document_text(trust(principal), trust(principal, ["sts:SetSourceIdentity", "sts:TagSession"]))
    made = world.iam.create_role(RoleName="console-write", AssumeRolePolicyDocument=trusts)["Role"]
    world.iam.put_role_policy(RoleName="console-write", PolicyName="console", PolicyDocument=allowing(["iam:*"]))
    world.aws_account.write_role_arn, world.aws_account.writes_enabled = made["Arn"], True
    world.aws_account.save()


def in_mirror(first: AwsAccount) -> Three:
    """The same without AWS."""
    others = [make_aws_account(f"{number}" * 12, name) for number, name in enumerate(NAMES, start=2)]
    accounts = [first, *others]
    for each in accounts:
        make_membership(each)
    return Three(accounts, [make_role(each, "ci") for each in accounts])


def at(span: SpanningChange) -> SpanSituation:
    return SpanSituation(SpanningChange.objects.get(pk=span.pk))


def states(span: SpanningChange) -> list[str]:
    """Of its changes, in the order of the AWS accounts as they were planned."""
    rows = sorted(at(span).changes, key=lambda each: each.aws_account_id)
    return [str(each.state) for each in rows]


def released(span: SpanningChange, actor: Operator) -> SpanningChange:
    return spanning.release(span=span, actor=actor, digest=at(span).digest)


def worked(span: SpanningChange) -> SpanningChange:
    """Does what workers would, until nothing is left to do."""
    for _ in range(10):
        spanning.advance(span.pk)
        waiting = list(Change.objects.filter(span=span, state__in=Change.CLAIMABLE).values_list("pk", flat=True))
        if not waiting:
            return SpanningChange.objects.get(pk=span.pk)
        for pk in waiting:
            changes.work(pk)
    raise AssertionError(f"It comes to no end: {states(span)}")


def tagged(three: Three, number: int, key: str) -> StepSpec:
    return tag(three.roles[number], key, "x")
