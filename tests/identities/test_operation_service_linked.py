"""Service-linked roles: AWS names them, and deletes them on its own time."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from accounts.models import Operator
from identities.models import IamRole
from identities.operations import create_linked, delete_linked
from sync import changes
from sync.models import Change, Revision
from sync.operations import BadParams, StepSpec, registry
from tests.services.changing import carry_out, propose, worked
from tests.services.pulling import pulled
from tests.services.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def linked(world: World) -> IamRole:
    made = world.iam.create_service_linked_role(AWSServiceName="elasticbeanstalk.amazonaws.com")["Role"]
    return world.mirrored(IamRole, made["RoleName"], made["Arn"])


def let_through(world: World, alice: Operator, steps: Sequence[StepSpec]) -> Change:
    """An AWS service works by it, so an owner has to."""
    change = propose(world.aws_account, alice, steps)
    changes.override(change=change, actor=alice, reason="Nothing uses it")
    return carry_out(change, alice)


def test_it_is_deleted(world: World, alice: Operator, linked: IamRole) -> None:
    change = let_through(world, alice, delete_linked(linked))
    assert change.state == Change.State.APPLIED, change.error
    assert not IamRole.objects.live().filter(pk=linked.pk).exists()


def test_the_change_waits_for_aws(world: World, alice: Operator, linked: IamRole) -> None:
    change = let_through(world, alice, delete_linked(linked)[1:])
    assert change.state == Change.State.SCHEDULED
    assert change.steps.get().error["sentence"] == f"AWS is still deleting {linked.name}."
    world.iam.delete_service_linked_role(RoleName=linked.name)
    changes.look_again(change=change, actor=alice)
    assert worked(change).state == Change.State.APPLIED
    assert not IamRole.objects.live().filter(pk=linked.pk).exists()


def test_another_role_is_not_deleted_so(world: World, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="isn’t linked to a service"):
        propose(world.aws_account, erin, delete_linked(world.role()))


# ---- Making them ---------------------------------------------------------------------------------------------
BEANSTALK = "elasticbeanstalk.amazonaws.com"
BEANSTALK_ROLE = "AWSServiceRoleForElasticBeanstalk"


def news() -> int:
    return Revision.objects.filter(origin=Revision.Origin.OUTSIDE).count()


def test_one_is_made_and_its_name_told(world: World, erin: Operator) -> None:
    pulled(world.aws_account, source="iam.details")
    change = carry_out(
        propose(world.aws_account, erin, [create_linked(world.aws_account, BEANSTALK, "", "Runs apps")]), erin
    )
    assert change.state == Change.State.APPLIED, change.error
    role = IamRole.objects.live().get(path__startswith=IamRole.SERVICE_LINKED)
    assert (role.name, role.description, role.is_service_linked) == (BEANSTALK_ROLE, "Runs apps", True)
    assert change.steps.get().result == {"id": role.aws_id, "name": BEANSTALK_ROLE}
    known = news()
    pulled(world.aws_account, source="iam.details")
    assert news() == known


def test_its_reverse_asks_aws_to_delete_it_and_waits(world: World, alice: Operator) -> None:
    policy_role = world.role()
    steps = [create_linked(world.aws_account, BEANSTALK), create_linked(world.aws_account, "lex.amazonaws.com")]
    change = carry_out(propose(world.aws_account, alice, steps), alice)
    reverse = changes.propose_reverse(change=change, actor=alice, reason="")
    described = [(step.kind, step.params.get("task")) for step in reverse.steps.all()]
    assert described == [
        ("iam.slr.delete", None),
        ("iam.slr.await_deletion", "made by step 1"),
        ("iam.slr.delete", None),
        ("iam.slr.await_deletion", "made by step 3"),
    ]
    changes.override(change=reverse, actor=alice, reason="Nothing uses them")
    assert carry_out(reverse, alice).state == Change.State.APPLIED
    assert list(IamRole.objects.live()) == [policy_role]


def test_a_second_one_takes_a_suffix(world: World, erin: Operator, linked: IamRole) -> None:
    with pytest.raises(
        changes.PlanError, match=f"has the role {linked.name} already: another one needs another suffix"
    ):
        propose(world.aws_account, erin, [create_linked(world.aws_account, BEANSTALK)])
    steps = [create_linked(world.aws_account, BEANSTALK, "blue")]
    change = carry_out(propose(world.aws_account, erin, steps), erin)
    assert change.state == Change.State.APPLIED, change.error
    assert IamRole.objects.live().filter(name=f"{linked.name}_blue").exists()
    with pytest.raises(changes.PlanError, match=f"has the role {linked.name}_blue already"):
        propose(world.aws_account, erin, steps)
    # Whether that one's "_blue" is a suffix can't be known where it is alone.
    world.iam.delete_service_linked_role(RoleName=linked.name)
    pulled(world.aws_account, source="iam.details")
    (finding,) = propose(world.aws_account, erin, [create_linked(world.aws_account, BEANSTALK)]).findings
    assert (finding["code"], finding["severity"]) == ("MAY_HAVE_LINKED_ROLE", "warning")


def test_one_change_makes_it_once(world: World, erin: Operator) -> None:
    with pytest.raises(changes.PlanError, match="makes one service-linked role of"):
        propose(world.aws_account, erin, [create_linked(world.aws_account, BEANSTALK)] * 2)


def test_one_that_its_service_made_meanwhile_is_a_conflict(world: World, erin: Operator) -> None:
    change = propose(world.aws_account, erin, [create_linked(world.aws_account, BEANSTALK)])
    world.iam.create_service_linked_role(AWSServiceName=BEANSTALK)
    world.emulator.forget_calls()
    change = carry_out(change, erin)
    assert (change.state, world.sent("CreateServiceLinkedRole")) == (Change.State.CONFLICTED, [])
    assert change.error["sentence"].endswith(f"expected no such role, found {BEANSTALK_ROLE}.")
    with pytest.raises(changes.PlanError, match="another one needs another suffix"):
        changes.replan(change=change, actor=erin)  # the mirror has it by now


def test_aws_refuses_a_second_one_with_a_sentence(world: World, erin: Operator) -> None:
    world.iam.create_service_linked_role(AWSServiceName=BEANSTALK)
    with pytest.raises(world.iam.exceptions.InvalidInputException, match="please try a different suffix"):
        world.iam.create_service_linked_role(AWSServiceName=BEANSTALK)
    with pytest.raises(world.iam.exceptions.InvalidInputException, match="is not valid"):
        world.iam.create_service_linked_role(AWSServiceName="beanstalk")


@pytest.mark.parametrize(
    ("service", "suffix", "description", "sentence"),
    [
        ("a/b", "", "", "The name of a service is like"),
        (BEANSTALK, "a b", "", "A suffix has 1 to 64"),
        (BEANSTALK, "", "naïve → wrong", "of Latin-1 only"),
    ],
)
def test_what_aws_would_not_take(world: World, service: str, suffix: str, description: str, sentence: str) -> None:
    spec = create_linked(world.aws_account, service, suffix, description)
    with pytest.raises(BadParams, match=sentence):
        registry[spec.kind].parse(spec.params)
