"""Simulate with the policy of a resource, which somebody pasted: the same AWS account and another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.models import SavedQuestion
from access.saved_tests.content import ALLOWED, TestContent, loosens
from access.saved_tests.running import run
from access.simulation.asking import Asked, ask
from access.simulation.question import AsIf, SimulationQuestion, Supposition
from access.simulation.supposing import live_state
from accounts.models import AuditEntry, AwsAccount, Operator
from policies.models import OrgAccount
from tests.access.mirrored import ID, arn, managed, role, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete, make_control_policy, make_organization
from tests.services.pages import address, get, text_of
from tests.services.rows import attach
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
OTHER = "210987654321"
DANA, DEPLOY = arn("user/dana"), arn("role/deploy")
CI = f"arn:aws:sts::{ID}:assumed-role/deploy/ci"
KEY, QUEUE, THEIRS = (
    f"arn:aws:{service}:eu-west-1:{account}:{name}"
    for service, account, name in (("kms", ID, "key/k"), ("sqs", ID, "jobs"), ("sqs", OTHER, "jobs"))
)
ACTIONS = {KEY: "kms:Decrypt", QUEUE: "sqs:SendMessage", THEIRS: "sqs:SendMessage"}
EVERYTHING = allow("*")


def to(who: Any, effect: str = "Allow", action: Any = "*", **more: Any) -> dict[str, Any]:
    principal = who if who == "*" or isinstance(who, dict) else {"AWS": who}
    return {"Effect": effect, "Principal": principal, "Action": action, "Resource": "*", **more}


def asked(aws_account: AwsAccount, *principals: str, policy: Any, **fields: Any) -> Asked:
    fields = {"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::box/a",)} | fields
    return ask(aws_account, SimulationQuestion(principals, of_resource=policy, **fields))


def words(found: Asked) -> list[str]:
    assert found.answers is not None, found.problems
    return [f"{each.word} {each.was}".strip() for each in found.answers.all()]


# ---- By the rules that AWS documents, put down here apart from the engine ----------------------------------------
# IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic", "Permissions boundaries for IAM
# entities"; KMS Developer Guide, "Key policies in AWS KMS".
ITSELF = {DANA: {DANA, "*"}, DEPLOY: {"*"}, CI: {CI, "*"}}
SESSIONS = {DEPLOY: (DEPLOY, CI)}  # of a role that is asked itself: one that a policy names, and others
limits = st.sampled_from([None, [EVERYTHING], [allow("ec2:*")]])
statements = st.builds(
    to,
    st.sampled_from([DANA, DEPLOY, CI, arn("root"), ID, "*", OTHER, arn("user/eve")]),
    st.sampled_from(["Allow", "Allow", "Allow", "Deny"]),
    st.sampled_from(["*", "sqs:*", "kms:*", "s3:*"]),
)


def may(who: str, resource: str, own: bool, limit: Any, session: Any, policy: list[dict[str, Any]]) -> bool:
    service = ACTIONS[resource].partition(":")[0]
    about = [each for each in policy if each["Action"] in ("*", f"{service}:*")]
    named = {"*": "*", DANA: DANA, DEPLOY: DEPLOY, CI: CI, ID: ID, arn("root"): ID}
    said = [(each["Effect"], named.get(_who(each))) for each in about]
    mine = {DANA: {DANA, ID, "*"}, DEPLOY: {DEPLOY, ID, "*"}, CI: {CI, DEPLOY, ID, "*"}}[who]
    if any(effect == "Deny" and name in mine for effect, name in said):
        return False
    names = {name for effect, name in said if effect == "Allow"} & mine
    bounded = bool(limit != [allow("ec2:*")] and session != [allow("ec2:*")])
    if resource == THEIRS:
        return own and bounded and bool(names)
    if names & ITSELF[who]:
        return True
    if DEPLOY in names and who != DANA:
        return bounded
    return own and bounded and (ID in names or resource != KEY)


def _who(statement: dict[str, Any]) -> str:
    said = statement["Principal"]
    return str(said if said == "*" else said["AWS"])


class ByTheRules(TestCase):
    """Each example in a transaction of its own."""

    @as_long_as_asked(40)
    @for_any(st.booleans(), limits, limits, st.lists(statements, max_size=3))
    def test_what_the_policy_of_a_resource_gives(self, own: bool, limit: Any, session: Any, policy: Any) -> None:
        account = AwsAccount.objects.create(account_id=ID, name="Acme", connection=AwsAccount.Connection.AMBIENT)
        complete(account, "org.membership")
        boundary = managed(account, "limit", limit).arn if limit else ""
        held = [EVERYTHING] if own else []
        user(account, "dana", *held, boundary_arn=boundary)
        role(account, "deploy", *held, trusts=arn("root"), boundary_arn=boundary)
        session = session or [EVERYTHING]
        question = SimulationQuestion(
            (DANA, DEPLOY, CI),
            ("sqs:SendMessage", "kms:Decrypt"),
            (KEY, QUEUE, THEIRS),
            session=document_text(*session),
            as_read=True,  # RCPs of the other AWS account
            of_resource=document_text(*policy),
        )
        answers = ask(account, question).answers
        assert answers is not None
        for row in answers.rows:
            of_session = None if row.principal.arn == DANA else session
            for pair, answer in zip(answers.asked.pairs, row.answers, strict=True):
                assert answer is not None
                rest = (pair.resource, own, limit, of_session, policy)
                expected = {may(who, *rest) for who in (SESSIONS.get(row.principal.arn, (row.principal.arn,)))}
                found = {True, False} if answer.is_unknown else {answer.is_allowed}
                assert found == expected, (row.principal.arn, pair)


# ---- Whose the resource is, and what it is asked on --------------------------------------------------------------
def test_whose_a_bucket_is_the_request_says(alone: AwsAccount) -> None:
    """In the same AWS account one of both is enough, of another both must allow."""
    user(alone, "dana", allow("s3:GetObject"))
    user(alone, "eve")
    by_policy, other = document_text(to(arn("user/eve"))), {"context": {"aws:ResourceAccount": (OTHER,)}}
    assert words(asked(alone, "dana", "eve", policy=by_policy)) == ["Allowed", "Allowed"]
    assert words(asked(alone, "dana", "eve", policy=by_policy, **other)) == ["Denied", "Denied"]
    both = document_text(to(ID))
    assert words(asked(alone, "dana", "eve", policy=both, **other)) == ["Unknown", "Denied"]  # for that one’s RCPs
    assert words(asked(alone, "dana", "eve", policy=both, as_read=True, **other)) == ["Allowed", "Denied"]
    assert words(asked(alone, "dana", policy="", **other)) == ["Unknown"]
    from_there = asked(alone, f"arn:aws:iam::{OTHER}:user/carol", policy=document_text(to(OTHER)))
    assert words(from_there) == ["Unknown"]  # nobody asks what their own policies say
    assert words(asked(alone, f"arn:aws:iam::{OTHER}:user/carol", policy=both)) == ["Denied"]
    service = "lambda.amazonaws.com"
    assert words(asked(alone, service, policy=document_text(to({"Service": service})))) == ["Allowed"]
    assert words(asked(alone, "*", policy=document_text(to("*")))) == ["Allowed"]


def test_its_resources_and_conditions_count(alone: AwsAccount) -> None:
    user(alone, "dana")
    boxes = {"Resource": "arn:aws:s3:::box/*"}
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    policy = document_text(to(DANA, **boxes), to("*", "Deny", Resource="arn:aws:s3:::box/secret/*"))
    pattern = {"resources": ("arn:aws:s3:::box/a", "arn:aws:s3:::box/secret/*", "arn:aws:s3:::other/*")}
    assert words(asked(alone, "dana", policy=policy, **pattern)) == ["Allowed", "Denied", "Denied"]
    found = asked(alone, "dana", policy=document_text(to(DANA, Condition=mfa)))
    assert words(found) == ["Unknown"]
    assert found.answers is not None
    assert next(found.answers.all()).verdict.missing_context == ("aws:multifactorauthpresent",)


def test_policies_of_repositories_name_no_resource(alone: AwsAccount) -> None:
    """Amazon ECR User Guide, "Private repository policies"."""
    user(alone, "dana")
    policy = document_text({name: value for name, value in to(DANA).items() if name != "Resource"})
    images: dict[str, Any] = {
        "actions": ("ecr:BatchGetImage",),
        "resources": (f"arn:aws:ecr:eu-west-1:{ID}:repository/app",),
    }
    assert words(asked(alone, "dana", policy=policy, **images)) == ["Allowed"]
    assert asked(alone, "dana", policy=policy).problems == [
        ("resource_policy", "Line 1, column 41: The element Resource (or NotResource) is missing.")
    ]


def test_rcps_of_the_owner_stay_in_force(aws_account: AwsAccount) -> None:
    make_organization(aws_account)
    here = OrgAccount.objects.get(aws_account=aws_account, aws_id=ID)
    full = document_text(allow())
    make_control_policy(aws_account, "full-here", here, document=full)
    perimeter = document_text(to("*", "Deny", "s3:*", Condition={"Bool": {"aws:SecureTransport": "false"}}))
    make_control_policy(aws_account, "perimeter", here, document=perimeter, type="RESOURCE_CONTROL_POLICY")
    user(aws_account, "dana")
    clear = {"context": {"aws:SecureTransport": ("false",)}}
    queue = {"actions": ("sqs:SendMessage",), "resources": (QUEUE,)}
    policy = document_text(to(DANA))
    assert words(asked(aws_account, "dana", policy=policy, **queue, **clear)) == ["Allowed"]
    assert words(asked(aws_account, "dana", policy=policy, actions=("s3:GetObject",), **clear)) == ["Denied"]


def test_it_is_not_the_policy_of_what_has_none_or_is_read(alone: AwsAccount) -> None:
    role(alone, "deploy", trusts=DANA)
    user(alone, "dana")
    policy = document_text(to("*", "Deny"))
    found = asked(alone, "dana", policy=policy, actions=("sts:AssumeRole",), resources=(DEPLOY,))
    assert words(found) == ["Allowed"]
    assert found.remarks == [
        f"The policy of the resource is not applied on {DEPLOY}: there is none there, or it is a trust policy that the "
        "console has read."
    ]
    assert asked(alone, "dana", policy=policy).remarks == []


def test_a_draft_is_supposed_beside_it(alone: AwsAccount) -> None:
    attach(user(alone, "dana"), managed(alone, "reader", [allow("s3:GetObject")]))
    supposed = Supposition(AsIf.MANAGED, "reader", "", document_text(deny("s3:*")))
    assert words(asked(alone, "dana", policy=document_text(to(DANA)), supposed=supposed)) == ["Denied allowed"]


# ---- The page, the address, tests and the command ----------------------------------------------------------------
def query(policy: str, *principals: str, **fields: Any) -> str:
    fields = {"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::box/a",)} | fields
    return f"?{SimulationQuestion(principals, of_resource=policy, **fields).query()}"


def test_a_cell_opens_its_statement(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "dana")
    html = get(client_of(bob), "simulate", f"{query(document_text(to(DANA, Sid='Read')), 'dana')}&cell=0.0")
    assert "Allowed by statement Read of the policy of the resource." in text_of(html)
    marked = [line for line in html.splitlines() if 'class="ln' in line and " here" in line]
    assert '"Effect":"Allow",' in [text_of(line).replace(" ", "") for line in marked]


def test_what_is_pasted_is_in_the_address_and_in_a_test(
    alone: AwsAccount, alice: Operator, client_of: ClientOf
) -> None:
    user(alone, "dana")
    client = client_of(alice)
    short, long = document_text(to(DANA, Sid="Read")), document_text(*(to(DANA, Sid=f"S{n}") for n in range(60)))
    typed = {"principal": "dana", "action": "s3:GetObject", "resource": "arn:aws:s3:::box/a"}
    for policy, is_saved in ((short, False), (long, True)):
        found = client.post(address("simulate"), {**typed, "resource_policy": policy})
        shown = found["Location"].partition("?")[2].partition("#")[0]
        assert SavedQuestion.objects.exists() is is_saved
        html = get(client, "simulate", f"?{shown}&cell=0.0")
        assert "dana User Allowed" in text_of(html)
        (link,) = {part.split('"')[0] for part in html.split('href="') if "tests/new" in part and "expected=" in part}
        form = client.get(link.replace("&amp;", "&")).content.decode()
        assert text_of(form.partition('name="resource_policy"')[2][:40_000]) is not None
        assert "S59" in form if is_saved else "Read" in form
    kept = client.post(
        address("access_test_new"),
        {
            "name": "x",
            "expected": "allowed",
            "principals": "dana",
            "actions": "s3:Get*",
            "resources": "arn:aws:s3:::box/a",
            "resource_policy": short,
        },
    )
    assert kept.status_code == 302, kept.content.decode()
    assert short not in str(list(AuditEntry.objects.values()))


def test_a_test_asks_with_it(alone: AwsAccount) -> None:
    user(alone, "dana")
    state = live_state(alone)
    question = SimulationQuestion(("dana",), ("s3:GetObject*",), ("arn:aws:s3:::box/a",))
    without = TestContent.of(question, ALLOWED, state.directory)
    reads = SimulationQuestion(
        question.principals, question.actions, question.resources, of_resource=document_text(to(DANA, action="s3:Get*"))
    )
    content = TestContent.of(reads, ALLOWED, state.directory)
    assert run(without, state).status == "unknown"
    assert run(content, state).status == "passes"
    assert TestContent.read(content.as_json()) == content
    assert TestContent.read(without.as_json()) == without
    assert "of_resource" not in without.as_json()
    assert loosens(without.as_json(), content.as_json())
    assert content.question() == SimulationQuestion(
        ("user/dana",), question.actions, question.resources, of_resource=reads.of_resource
    )


@pytest.mark.parametrize(
    ("policy", "sentence"),
    [
        ("{", "Line 1, column 2: "),
        (document_text(allow("s3:*")), "Principal"),
        ("x" * 200_000, "The document has 200,000 characters"),
        (document_text({**to(ID), "Action": "s3:Nothing"}), ""),
    ],
)
def test_what_is_no_policy_is_said_and_stays(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, policy: str, sentence: str
) -> None:
    user(alone, "dana")
    typed = {"principal": "dana", "action": "s3:GetObject", "resource": "arn:aws:s3:::box/a"}
    found = client_of(bob).post(address("simulate"), {**typed, "resource_policy": policy})
    assert found.status_code == (200 if sentence else 302)
    if sentence:
        html = found.content.decode()
        assert sentence in text_of(html)
        assert text_of(policy[:100]) in text_of(html)
        assert "1 answer" not in text_of(html)


def test_the_command_takes_one(alone: AwsAccount, tmp_path: Path, capsys: Any) -> None:
    user(alone, "dana")
    policy = tmp_path / "policy.json"
    policy.write_text(document_text(to(DANA)))
    call_command(
        "simulate", account=ID, principal=DANA, action="s3:GetObject", resource="arn:aws:s3:::box/a",
        resource_policy=str(policy),
    )  # fmt: skip
    assert capsys.readouterr().out.startswith("allowed\n")
