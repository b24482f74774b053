from __future__ import annotations

import json
from typing import Any

import pytest

from accounts.models import Operator
from identities.models import IamGroup, IamRole, IamUser, InlinePolicy, Principal
from identities.operations import delete_inline, put_inline
from sync import changes, operations
from sync.models import Change
from tests.services.changing import carry_out, propose
from tests.services.statements import reports_policy
from tests.services.world import World

pytestmark = pytest.mark.django_db
READ, WRITE = reports_policy("s3:GetObject"), reports_policy("s3:PutObject")


@pytest.fixture(params=["user", "group", "role"])
def owner(request: pytest.FixtureRequest, world: World) -> Principal:
    made: IamUser | IamGroup | IamRole = getattr(world, request.param)()
    return made


def call(world: World, verb: str, owner: Principal, **parameters: str) -> Any:
    word = owner.kind.removeprefix("iam.")
    return getattr(world.iam, verb.format(word))(**{f"{word.title()}Name": owner.name, **parameters})


def live(world: World, owner: Principal) -> dict[str, Any]:
    """What AWS has: document by name."""
    names = call(world, "list_{}_policies", owner)["PolicyNames"]
    return {name: call(world, "get_{}_policy", owner, PolicyName=name)["PolicyDocument"] for name in names}


def put(world: World, owner: Principal, name: str, text: str) -> Principal:
    """As somebody outside the console would; the mirror knows it."""
    call(world, "put_{}_policy", owner, PolicyName=name, PolicyDocument=text)
    return world.again(owner)


def test_written_and_reversed(world: World, owner: Principal, erin: Operator) -> None:
    done = carry_out(propose(world.aws_account, erin, [put_inline(owner, "own", READ)]), erin)
    assert done.state == Change.State.APPLIED
    assert live(world, owner) == {"own": json.loads(READ)}
    assert InlinePolicy.objects.live().get().document.text == READ
    back = changes.propose_reverse(change=done, actor=erin, reason="")
    assert [step.kind.rpartition(".inline")[2] for step in back.steps.all()] == [".delete"]
    assert carry_out(back, erin).state == Change.State.APPLIED
    assert live(world, owner) == {}


def test_overwritten_and_reversed(world: World, owner: Principal, erin: Operator) -> None:
    owner = put(world, owner, "own", READ)
    done = carry_out(propose(world.aws_account, erin, [put_inline(owner, "own", WRITE)]), erin)
    assert live(world, owner) == {"own": json.loads(WRITE)}
    assert carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin).state == "applied"
    assert live(world, owner) == {"own": json.loads(READ)}


def test_deleted_and_reversed(world: World, owner: Principal, erin: Operator) -> None:
    owner = put(world, owner, "own", READ)
    done = carry_out(propose(world.aws_account, erin, [delete_inline(owner, "own")]), erin)
    assert (done.state, live(world, owner)) == (Change.State.APPLIED, {})
    assert not InlinePolicy.objects.live().exists()
    assert carry_out(changes.propose_reverse(change=done, actor=erin, reason=""), erin).state == "applied"
    assert live(world, owner) == {"own": json.loads(READ)}


def test_it_reads_as_a_sentence_and_as_a_command(world: World) -> None:
    spec = put_inline(world.role(), "own", "{}")
    operation = operations.registry[spec.kind]
    p = operation.parse(spec.params)
    assert operation.title(p) == "Write the inline policy own of the role reports-exporter"
    (sent,) = operation.calls(p)
    assert sent.command_line() == (
        "aws iam put-role-policy --role-name reports-exporter --policy-name own --policy-document '{}'"
    )
    assert sent.actions == ("iam:PutRolePolicy",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"Version": "2012-10-17"}', "The element Statement is missing"),
        (
            reports_policy(*(f"s3:Action{n:04}" for n in range(200))),
            r"would have [\d,]+ characters without white space; AWS allows 2,048",
        ),
        (" ", "The document is empty"),
    ],
)
def test_what_aws_would_refuse_is_refused(world: World, erin: Operator, text: str, sentence: str) -> None:
    with pytest.raises(changes.PlanError, match=sentence):
        propose(world.aws_account, erin, [put_inline(world.user(), "own", text)])


def test_all_inline_policies_share_one_limit(world: World, erin: Operator) -> None:
    user = put(world, world.user(), "first", reports_policy(*(f"s3:Action{n:03}" for n in range(80))))
    second = reports_policy(*(f"s3:Action{n:03}" for n in range(80)))
    with pytest.raises(changes.PlanError, match="AWS allows 2,048"):
        propose(world.aws_account, erin, [put_inline(user, "second", second)])
    assert propose(world.aws_account, erin, [delete_inline(user, "first"), put_inline(user, "second", second)]).pk


def test_what_changes_nothing_is_refused(world: World, erin: Operator) -> None:
    owner = put(world, world.user(), "own", READ)
    with pytest.raises(changes.PlanError, match="already says this"):
        propose(world.aws_account, erin, [put_inline(owner, "own", json.dumps(json.loads(READ)))])
    with pytest.raises(changes.PlanError, match="There is no inline policy other on the user"):
        propose(world.aws_account, erin, [delete_inline(owner, "other")])


def test_somebody_elses_edit_is_a_conflict(world: World, erin: Operator) -> None:
    owner = put(world, world.role(), "own", READ)
    change = propose(world.aws_account, erin, [put_inline(owner, "own", WRITE)])
    call(world, "put_{}_policy", owner, PolicyName="own", PolicyDocument=reports_policy("s3:ListBucket"))
    assert carry_out(change, erin).state == Change.State.CONFLICTED
    assert world.sent("PutRolePolicy")[1:] == []


def test_an_edit_of_another_inline_policy_is_none(world: World, erin: Operator) -> None:
    owner = put(world, world.role(), "own", READ)
    change = propose(world.aws_account, erin, [put_inline(owner, "own", WRITE)])
    call(world, "put_{}_policy", owner, PolicyName="other", PolicyDocument=READ)
    assert carry_out(change, erin).state == Change.State.APPLIED


def test_an_owner_who_is_gone_is_a_conflict(world: World, erin: Operator) -> None:
    owner = world.user()
    change = propose(world.aws_account, erin, [put_inline(owner, "own", READ)])
    world.iam.delete_user(UserName=owner.name)
    change = carry_out(change, erin)
    assert (change.state, "found no such user" in change.error["sentence"]) == (Change.State.CONFLICTED, True)
