"""Changes by programs: proposed, read, tried out, and applied once a person has approved them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction

from accounts.access import may
from accounts.models import ApiToken, AuditEntry, AwsAccount, Operator
from accounts.roles import APPLY, PROPOSE, Role
from api.interface import interface
from api.models import AnsweredRequest
from identities.models import IamRole
from policies.models import ManagedPolicy, PolicyVersion
from sync import changes as service
from sync.changes import transitions
from sync.changes.approvers import ChangeSituation
from sync.changes.events import OperatorEvent
from sync.changes.rules import why_not
from sync.models import Change
from tests.api.test_tokens import acting
from tests.cognito.rows import make_identity_pool, make_person, make_pool
from tests.conftest import make_operator
from tests.services.changing import worked
from tests.services.statements import allowing
from tests.services.tokens import Program, make_token, program_of
from tests.services.world import World

HERE = "/aws-accounts/123456789012/changes"


def step(world: World) -> dict[str, Any]:
    policy = ManagedPolicy.objects.filter(name="reports-write").first() or world.policy()
    role = IamRole.objects.filter(name="reports-exporter").first() or world.role()
    return {"kind": "iam.role.attach", "params": {"arn": role.arn, "policy_arn": policy.arn}}


def proposed(program: Program, world: World, **headers: str) -> Any:
    return program.send(HERE, {"reason": "CI", "steps": [step(world)]}, **headers)


# ---- Proposing -----------------------------------------------------------------------------------------------------
def test_steps_become_a_change_that_its_owner_proposed(world: World, alice: Operator) -> None:
    answer = proposed(program_of(alice), world)
    assert answer.status_code == 201, answer.content
    change = Change.objects.get()
    said = answer.json()
    assert (said["id"], said["state"], said["digest"]) == (change.pk, "proposed", change.digest)
    assert change.requested_by == alice
    assert said["steps"][0]["title"].startswith("Attach")
    assert said["access"]["measured"] is True
    assert "by the token CI (iamc_" in change.lines.latest("pk").line
    assert AuditEntry.objects.get(verb="change.proposed").data["by_token"].startswith("CI (iamc_")
    assert said == program_of(alice).ask(f"{HERE}/{change.pk}").json()


def test_an_edit_of_a_document_becomes_one_as_in_its_editor(world: World, alice: Operator) -> None:
    policy = world.policy()
    there = json.loads(PolicyVersion.objects.get(policy=policy).document.text)
    wanted = json.loads(allowing("s3:ListBucket"))
    edit = {"kind": "policies", "id": policy.aws_id, "action": "edit", "document": wanted, "replaces": there}
    answer = program_of(alice).send(HERE, {"edit": edit})
    assert answer.status_code == 201, answer.content
    assert "s3:ListBucket" in "".join(line["text"] for line in answer.json()["steps"][-1]["diff"])
    stale = program_of(alice).send(HERE, {"edit": {**edit, "replaces": wanted}})
    assert stale.status_code == 409
    broken = program_of(alice).send(HERE, {"edit": {**edit, "document": "{"}})
    assert broken.status_code == 422
    assert broken.json()["errors"][0]["field"] == "document"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"steps": []},
        {"steps": [{"kind": "x.y", "params": {}}]},
        {"steps": [{"kind": "iam.role.attach", "params": {}}]},
        {"steps": [{"kind": "iam.role.attach", "params": {"arn": 1, "policy_arn": []}}]},
        {"steps": [{"kind": "iam.user.tag", "params": {}, "is_optional": True}]},
        {"edit": {"kind": "unicorns", "id": "x", "document": "{}"}},
        {"edit": {"kind": "users", "id": "x", "document": "{}"}, "until": "2030-01-01T00:00:00Z"},
        {"steps": [{"kind": "x", "params": {}}], "until": "2030-01-01T00:00:00"},
        {"reason": "x" * 2001, "steps": [{"kind": "x", "params": {}}]},
        {"approve": True, "steps": [{"kind": "x", "params": {}}]},
    ],
)
def test_what_cant_be_planned_is_said(alices_program: Program, body: Any) -> None:
    answer = alices_program.send(HERE, body)
    assert answer.status_code == 422
    assert len(answer.json()["detail"]) > 10
    assert Change.objects.count() == 0


def test_who_may_only_read_proposes_nothing(world: World, bob: Operator, alice: Operator) -> None:
    assert proposed(program_of(bob), world).status_code == 403
    assert proposed(program_of(alice, "see_iam"), world).status_code == 403


def test_a_step_on_people_takes_more_than_a_token_has(alices_program: Program) -> None:
    sub = {"pool_id": "eu-west-1_Shop", "sub": "00000000-0000-0000-0000-000000000000"}
    answer = alices_program.send(HERE, {"steps": [{"kind": "cognito.user.disable", "params": sub}]})
    assert answer.status_code == 422


def test_a_refusal_names_what_it_is_about(alices_program: Program, aws_account: AwsAccount) -> None:
    """The sentence of the operation says the id of the pool."""
    pool = make_pool(aws_account, "customers", pool_id="us-east-1_customers")
    make_identity_pool(pool, roles=None)  # so anybody may get access by it: that takes who may propose
    whom = {"pool_arn": pool.arn, "sub": make_person(pool).aws_id, "username": "jane", "group": "vip"}
    answer = alices_program.send(HERE, {"steps": [{"kind": "cognito.user.group.add", "params": whom}]})
    assert "The mirror has no group vip in customers: pull" in answer.json()["detail"]


# ---- Once ----------------------------------------------------------------------------------------------------------
def test_the_same_key_does_it_once(world: World, alice: Operator) -> None:
    program = program_of(alice)
    first, again = (proposed(program, world, Idempotency_Key="k1") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content) == (201, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert Change.objects.count() == 1
    other = program.send(HERE, {"reason": "another", "steps": [step(world)]}, Idempotency_Key="k1")
    assert other.status_code == 422
    assert "key" in other.json()["detail"]
    assert proposed(program_of(alice), world, Idempotency_Key="k1").status_code == 201  # a key is its token's


def test_a_key_sent_again_says_how_the_change_is_now_to_who_may_know(world: World, alice: Operator) -> None:
    token, secret = make_token(alice)
    first = proposed(Program(secret), world, Idempotency_Key="k")
    service.cancel(change=Change.objects.get(), actor=alice)
    again = proposed(Program(secret), world, Idempotency_Key="k")
    assert (again.status_code, again.json()["state"]) == (201, "cancelled")
    assert "Attach" not in AnsweredRequest.objects.get().answer
    ApiToken.objects.filter(pk=token.pk).update(scopes=[PROPOSE])
    refused = proposed(Program(secret), world, Idempotency_Key="k")
    assert (refused.status_code, first.json()["title"] in refused.content.decode()) == (403, False)


def test_a_refusal_is_tried_again(world: World, alice: Operator) -> None:
    program = program_of(alice)
    body = {"steps": [{"kind": "x.y", "params": {}}]}
    assert program.send(HERE, body, Idempotency_Key="k").status_code == 422
    assert proposed(program, world, Idempotency_Key="k").status_code == 201


@pytest.mark.parametrize("key", ["a b", "x" * 201, "é"])
def test_a_key_that_cant_be_kept_is_refused(world: World, alice: Operator, key: str) -> None:
    assert proposed(program_of(alice), world, Idempotency_Key=key).status_code == 400


# ---- Applying ------------------------------------------------------------------------------------------------------
@pytest.fixture
def change(world: World, alice: Operator) -> Change:
    proposed(program_of(alice), world)
    return Change.objects.get()


def apply(program: Program, change: Change, **headers: str) -> Any:
    return program.send(f"{HERE}/{change.pk}/apply", {"digest": change.digest}, **headers)


def test_nothing_is_applied_that_nobody_else_approved(
    change: Change, alice: Operator, erin: Operator, anton: Operator
) -> None:
    assert change.approvals_required == 0  # a person might
    for program in (program_of(alice), program_of(erin)):
        refused = apply(program, change)
        assert refused.status_code == 409
        assert "nobody has approved" in refused.json()["detail"]
    said = program_of(erin).ask(f"{HERE}/{change.pk}").json()
    assert any("approved" in each for each in said["against"])


def test_what_somebody_else_approved_is_applied(world: World, alice: Operator, anton: Operator) -> None:
    AwsAccount.objects.update(approvals_required=1)
    proposed(program_of(alice), world)
    change = Change.objects.get()
    service.approve(change=change, actor=anton)
    answer = apply(program_of(alice), change, Idempotency_Key="a1")
    assert answer.status_code == 202, answer.content
    assert apply(program_of(alice), change).status_code == 409
    change.refresh_from_db()
    assert (change.state, change.applied_by) == (Change.State.QUEUED, alice)
    assert AuditEntry.objects.get(verb="change.apply_asked").data["by_token"].startswith("CI (iamc_")
    assert worked(change).state == Change.State.APPLIED
    assert program_of(alice).ask(f"{HERE}/{change.pk}").json()["steps"][0]["state"] == "done"


def test_the_scope_is_asked_for(change: Change, alice: Operator) -> None:
    assert apply(program_of(alice, "see_iam", "propose"), change).status_code == 403


def test_another_plan_than_was_read_is_not_applied(change: Change, alice: Operator, anton: Operator) -> None:
    AwsAccount.objects.update(approvals_required=1)
    path, program = f"{HERE}/{change.pk}/apply", program_of(alice)
    assert program.send(path, {"digest": "0" * 64}).status_code == 409
    assert program.send(path, {"digest": "x"}).status_code == 422
    read = program.ask(f"{HERE}/{change.pk}")
    assert apply(program, change, If_Match='"stale"').status_code == 412
    assert apply(program, change, If_Match=f'"{read.json()["version"]}"').status_code == 409


def test_its_version_follows_what_is_done_with_it(change: Change, alice: Operator, anton: Operator) -> None:
    program = program_of(alice)

    def version() -> str:
        return str(program.ask(f"{HERE}/{change.pk}").json()["version"])

    first = version()
    assert version() == first
    service.comment(change=change, actor=anton, comment="Why?")
    second = version()
    assert program.send(f"{HERE}/{change.pk}/dry-run", {}).status_code == 202
    assert len({first, second, version()}) == 3


def test_what_a_program_has_is_sent_again_once_anything_in_it_differs(change: Change, alice: Operator) -> None:
    program = program_of(alice)
    path = f"/api/v1{HERE}/{change.pk}"

    def again() -> int:
        return int(program.get(path, headers={"If-None-Match": first["ETag"]}).status_code)

    first = program.get(path)
    assert again() == 304
    Operator.objects.filter(pk=alice.pk).update(email="ann@acme.example")  # who asked for it, said in the answer
    assert again() == 200


def test_a_dry_run_is_asked_for(change: Change, alice: Operator) -> None:
    answer = program_of(alice).send(f"{HERE}/{change.pk}/dry-run", {})
    assert answer.status_code == 202
    assert answer.json()["dry_run"] == {"finished": False, "steps": [], "missing_permissions": [], "error": ""}


# ---- What no token may ---------------------------------------------------------------------------------------------
EVENTS = [event for event in vars(transitions).values() if isinstance(event, OperatorEvent)]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.name)
def test_a_program_applies_and_tries_and_nothing_else(
    event: OperatorEvent, change: Change, olga: Operator, aws_account: AwsAccount
) -> None:
    """Not even of an owner of all AWS accounts, who may each of these."""
    against = why_not(event, ChangeSituation(change, acting(olga)))
    if event.name in ("apply", "ask_dry_run"):
        assert "No token may" not in against
    else:
        assert against


def test_a_program_counts_as_its_owner(world: World, alice: Operator) -> None:
    """Who proposed it by a program can't approve it as themselves."""
    AwsAccount.objects.update(approvals_required=1)
    make_operator("other", Role.OWNER, AwsAccount.objects.get())
    proposed(program_of(alice), world)
    with pytest.raises(service.PlanError), transaction.atomic():
        service.approve(change=Change.objects.get(), actor=alice)


def test_no_route_does_more_than_this() -> None:
    """Whoever adds one that writes adds it here, too, and says why a program may."""
    writing = {
        (method, route)
        for bound in interface._get_bound_routers()
        for route, view in bound.path_operations.items()
        for operation in view.operations
        for method in operation.methods
        if method != "GET"
    }
    here = "/aws-accounts/{account_id}"
    assert writing == {
        ("POST", f"{here}/changes"),
        ("POST", f"{here}/changes/{{change_id}}/dry-run"),
        ("POST", f"{here}/changes/{{change_id}}/apply"),
        ("POST", f"{here}/simulate"),  # writes nothing, as why-denied, lint and diff
        ("POST", f"{here}/why-denied"),
        ("POST", f"{here}/user-pools/{{pool_id}}/people/{{person_id}}/{{action}}"),  # proposes
        ("POST", f"{here}/user-pools/{{pool_id}}/imports"),  # proposes
        ("POST", "/lint"),
        ("POST", "/diff"),
    }


def test_a_change_of_another_aws_account_is_not_there(
    change: Change, other_account: AwsAccount, alices_program: Program
) -> None:
    Change.objects.update(aws_account=other_account)
    assert alices_program.ask(f"{HERE}/{change.pk}").status_code == 404
    assert apply(alices_program, change).status_code == 404
    assert alices_program.ask(HERE).json()["items"] == []


def test_may_is_asked_of_the_program(olga: Operator, aws_account: AwsAccount) -> None:
    assert not any(
        may(acting(olga), perm, aws_account) for perm in ("approve", "administer", "contain", "export_people")
    )


def test_a_token_that_may_not_read_is_told_no_plan(world: World, alice: Operator) -> None:
    """No such token is made any more; some that were are still in force."""
    pk = proposed(program_of(alice), world).json()["id"]
    for scope, what, body in ((PROPOSE, "dry-run", None), (APPLY, "apply", {"digest": "0" * 64})):
        program = program_of(alice)
        ApiToken.objects.update(scopes=[scope])
        answer = program.send(f"{HERE}/{pk}/{what}", body)
        assert answer.status_code == 403, answer.content
        assert "Attach" not in answer.content.decode()
    ApiToken.objects.update(scopes=[PROPOSE])
    assert proposed(program_of(alice), world).status_code == 201
    assert proposed(program, world).status_code == 403
    assert Change.objects.count() == 2
