"""Answers of Simulate: each is the verdict of the command `simulate`, and what is supposed is what would come of it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import given as for_any
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from access.management.commands.simulate import answer_json
from access.simulation.answers import Answers
from access.simulation.asking import Asked, ask
from access.simulation.question import AsIf, SimulationQuestion, Supposition
from access.situations import situation_of
from accounts.models import AwsAccount
from identities import operations as ops
from identities.models import IamRole, InlinePolicy
from policies.engine.callers import caller_of
from policies.engine.compiled import compiled
from policies.engine.evaluate import LayerPolicy, Layers, Request, evaluate
from tests.access.mirrored import ID, arn, given, managed, role, user
from tests.services.changing import propose
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_document, make_group, make_user, put_inline
from tests.services.statements import allow, deny, document_text, trusting

pytestmark = pytest.mark.django_db
USERS, ROLES = ["dana", "eve"], ["deploy"]
ACTIONS = ["iam:CreateUser", "iam:GetUser", "sts:AssumeRole", "s3:GetObject", "iam:ListUsers", "iam:PassRole"]
RESOURCES = [arn("user/dana"), arn("user/*"), arn("role/deploy"), "arn:aws:s3:::box/a", "arn:aws:s3:::box/*"]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}


def asked(aws_account: AwsAccount, *principals: str, **fields: Any) -> Asked:
    fields = {"actions": ("iam:CreateUser",), "resources": (arn("user/x"),)} | fields
    return ask(aws_account, SimulationQuestion(principals, **fields))


def answers_of(found: Asked) -> Answers:
    assert found.answers is not None, found.problems
    return found.answers


def words(found: Asked) -> list[str]:
    return [f"{each.word} {each.was}".strip() for each in answers_of(found).all()]


# ---- Against the command, and against policies put together by hand --------------------------------------------
effects = st.sampled_from(["Allow", "Allow", "Deny"])
conditions = st.sampled_from([{}, {}, {"Condition": MFA}, {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}])
statements = st.builds(
    lambda effect, actions, resource, condition: {
        "Effect": effect,
        "Action": actions,
        "Resource": resource,
        **condition,
    },
    effects,
    st.lists(st.sampled_from([*ACTIONS, "*", "iam:*", "s3:Get*"]), min_size=1, max_size=2, unique=True),
    st.sampled_from([*RESOURCES, "*", arn("user/${aws:username}")]),
    conditions,
)
documents = st.lists(statements, max_size=2)
contexts = st.sampled_from(
    [
        {},
        {"aws:MultiFactorAuthPresent": ("false",)},
        {"aws:MultiFactorAuthPresent": ()},
        {"aws:SourceIp": ("10.1.1.1",)},
    ]
)


class Agreement(TestCase):
    """Each example in a transaction of its own."""

    @as_long_as_asked(12)
    @for_any(
        documents,
        documents,
        documents,
        st.one_of(st.none(), documents),
        st.sampled_from([arn("user/dana"), "*", arn("role/deploy")]),
        contexts,
        st.one_of(st.none(), documents),
    )
    def test_each_answer_is_that_of_the_command_and_of_brute_force(
        self, own: Any, group: Any, of_role: Any, limit: Any, trusted: str, context: Any, session: Any
    ) -> None:
        account = AwsAccount.objects.create(account_id=ID, name="Acme", connection=AwsAccount.Connection.AMBIENT)
        complete(account, "org.membership")
        boundary = managed(account, "limit", limit) if limit is not None else None
        dana = user(account, "dana", *own, boundary_arn=boundary.arn if boundary else "")
        join(dana, given(make_group(account, "staff"), *group))
        role(account, "deploy", *of_role, trusts={"AWS": trusted})
        question = SimulationQuestion(
            ("dana", "role/deploy"),
            tuple(ACTIONS),
            tuple(RESOURCES),
            context,
            session=document_text(*session) if session is not None else "",
        )
        answers = answers_of(ask(account, question))
        assert answers.number == 2 * len(answers.asked.pairs) >= 18
        layers = {
            arn("user/dana"): ([own, group], limit, None),
            arn("role/deploy"): ([of_role], None, session),
        }
        for row in answers.rows:
            for pair, answer in zip(answers.asked.pairs, row.answers, strict=True):
                assert answer is not None
                by_command = situation_of(
                    account, row.principal.arn, pair.action, pair.resource, question.known, question.session_policy
                )
                assert answer_json(answer.situation) == answer_json(by_command)
                trust = trusting({"AWS": trusted}) if pair.action == "sts:AssumeRole" else None
                if not pair.resource.endswith("*") and not pair.resource.startswith("arn:aws:s3"):
                    assert answer.verdict.decision == brute(
                        row.principal.arn, pair.action, pair.resource, question, *layers[row.principal.arn], trust
                    )


def brute(
    who: str, action: str, resource: str, question: SimulationQuestion, own: Any, limit: Any, session: Any, trust: Any
) -> str:
    """Of layers that are put together here; that nothing is read of the place of a request is left to the verdicts."""

    def policies(*texts: Any) -> tuple[LayerPolicy, ...]:
        return tuple(LayerPolicy("", compiled(document_text(*each))) for each in texts)

    layers = Layers(
        identity=policies(*own),
        boundaries=None if limit is None else policies(limit),
        session=None if session is None else policies(session),
        resource=None if trust is None else LayerPolicy("", compiled(trust)),
    )
    absent = {"aws:username"} if ":role/" in who else set()
    return evaluate(
        Request(caller_of(who), action, resource, ID, question.known, lambda key: key not in absent), layers
    ).decision


# ---- What is supposed --------------------------------------------------------------------------------------------
class Supposing(TestCase):
    @as_long_as_asked(12)
    @for_any(documents, documents, st.sampled_from([AsIf.MANAGED, AsIf.INLINE, AsIf.TRUST]), contexts)
    def test_what_is_supposed_is_what_comes_of_it(self, before: Any, after: Any, kind: AsIf, context: Any) -> None:
        account = AwsAccount.objects.create(account_id=ID, name="Acme", connection=AwsAccount.Connection.AMBIENT)
        complete(account, "org.membership")
        policy = managed(account, "shared", before)
        attach(user(account, "dana"), policy)
        deploy = role(account, "deploy", *before, trusts=arn("root"))
        attach(make_group(account, "staff"), policy)
        join(make_user(account, "eve"), policy.attachments.exclude(group=None).get().group)
        draft = trusting({"AWS": arn("user/eve")}) if kind is AsIf.TRUST else document_text(*after)
        of = {AsIf.MANAGED: "shared", AsIf.INLINE: "role/deploy", AsIf.TRUST: "deploy"}[kind]
        question = SimulationQuestion(
            ("dana", "eve", "deploy"),
            tuple(ACTIONS),
            tuple(RESOURCES),
            context,
            supposed=Supposition(kind, of, "own" if kind is AsIf.INLINE else "", draft),
        )
        live = [each.verdict for each in answers_of(ask(account, question.without_supposition())).all()]
        supposed = list(answers_of(ask(account, question)).all())
        document = make_document(draft)
        if kind is AsIf.MANAGED:
            policy.versions.update(document=document)
        elif kind is AsIf.TRUST:
            IamRole.objects.filter(pk=deploy.pk).update(trust=document)
        elif not InlinePolicy.objects.filter(role=deploy, name="own").update(document=document):
            put_inline(deploy, "own", document=document)
        then = [each.verdict for each in answers_of(ask(account, question.without_supposition())).all()]
        assert [each.verdict.decision for each in supposed] == [each.decision for each in then]
        assert [each.live for each in supposed] == [each.decision for each in live]


def test_a_change_is_supposed_to_be_applied(alone: AwsAccount, alice: Any) -> None:
    dana = user(alone, "dana")
    creator = managed(alone, "creator", [allow("iam:CreateUser")])
    change = propose(alone, alice, [ops.attach(dana, creator.arn)])
    found = asked(alone, "dana", supposed=Supposition(AsIf.CHANGE, str(change.pk)))
    assert words(found) == ["Allowed denied"]
    assert found.supposed is not None
    assert found.supposed.words == f"change {change.pk} is applied"
    assert (answers_of(found).different, words(asked(alone, "dana"))) == (1, ["Denied"])


def test_who_would_be_new_or_gone_is_said(alone: AwsAccount, alice: Any) -> None:
    dana = user(alone, "dana")
    change = propose(alone, alice, [ops.create_user(alone, "eve"), ops.delete(dana)])
    found = asked(alone, "dana", "user/eve", supposed=Supposition(AsIf.CHANGE, str(change.pk)))
    gone, new = answers_of(found).rows
    assert (gone.why_not, [each.was for each in new.answers if each]) == ("dana would be gone.", ["not there"])


def test_only_what_differs_in_words_differs(alone: AwsAccount) -> None:
    """Denied by nobody's saying and denied by a statement are both "Denied"."""
    user(alone, "dana")
    draft = Supposition(AsIf.INLINE, "user/dana", "own", document_text(deny("*")))
    assert words(asked(alone, "dana", supposed=draft)) == ["Denied"]


# ---- Whom and what -------------------------------------------------------------------------------------------------
def test_a_group_asks_its_members(alone: AwsAccount) -> None:
    staff = given(make_group(alone, "staff"), allow("iam:CreateUser"))
    join(user(alone, "dana"), staff)
    join(user(alone, "eve", deny("iam:*")), staff)
    make_group(alone, "empty")
    found = answers_of(asked(alone, "group/staff", "empty"))
    assert [(row.principal.name, row.principal.group) for row in found.rows[:2]] == [
        ("dana", "staff"),
        ("eve", "staff"),
    ]
    assert [each.word for each in found.all()] == ["Allowed", "Denied"]
    assert "has no members" in found.rows[2].why_not


def test_principals_are_found_by_name_id_and_arn(alone: AwsAccount) -> None:
    dana = user(alone, "dana", allow("iam:*"), path="/staff/")
    for said in ("dana", "DANA", "user/dana", dana.aws_id, dana.arn):
        assert [row.principal.arn for row in answers_of(asked(alone, said)).rows] == [dana.arn]
    assert answers_of(asked(alone, "dana", dana.arn, "user/dana")).number == 1
    user(alone, "both")
    role(alone, "both", trusts=arn("root"))
    assert asked(alone, "both").problems == [("principal", "Several are called 'both': write user/both or role/both.")]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"principals": ("nobody",)}, "principal", "The mirror has no user, role or group called 'nobody'."),
        ({"principals": (arn("user/gone"),)}, "", "The mirror of"),
        ({"principals": ("arn:aws:iam::1:user/x",)}, "principal", "arn:aws:iam::1:user/x"),
        ({"actions": ("CreateUser",)}, "action", "'CreateUser' is no action: it must be written as service:Action."),
        ({"actions": ("nothing:Like*",)}, "action", "No action that this console knows matches nothing:Like*."),
        ({"actions": ("iam:CreateUser",), "resources": ("*",)}, "action", "is asked on a resource"),
        ({"actions": ("s3:GetObject",)}, "action", "it takes no resource of that type"),
        ({"resources": ("bucket",)}, "resource", "'bucket' is no ARN"),
        ({"resources": ("arn:aws:iam::" + "*:" * 9,)}, "resource", "up to 8 wildcards"),
        ({"context": {"aws:SourceIp": ("here",)}}, "context", "aws:SourceIp takes an IP address"),
        ({"context": {"aws:MultiFactorAuthPresent": ("yes",)}}, "context", "takes true or false, not 'yes'"),
        ({"context": {"aws:SourceVpc": ("a", "b")}}, "context", "aws:SourceVpc has one value in a request"),
        ({"context": {f"x:{n}": ("1",) for n in range(51)}}, "context", "at most 50"),
        ({"session": "{"}, "session", "Line 1, column"),
        ({"session": "x" * 1_000_000}, "session", "The document has 1,000,000 characters"),
        ({"principals": tuple(map(str, range(300)))}, "principal", "These are 300 lines"),
        ({"principals": ("x" * 3000,)}, "principal", "longer than 2,048 characters"),
        (
            {"actions": ("*:*",), "principals": ("dana", "eve")},
            "principal",
            "at most 2,000 go on a page: the file has them all.",
        ),
        (
            {"actions": ("*:*",), "resources": tuple(f"arn:aws:s3:::{n}" for n in range(200))},
            "action",
            "actions on 200 resources: ask of fewer at once.",
        ),
        ({"supposed": Supposition(AsIf.CHANGE, "1x")}, "of", "has no change 1x"),
        ({"supposed": Supposition(AsIf.MANAGED, "none", "", "{}")}, "of", "no managed policy 'none'"),
        ({"supposed": Supposition(AsIf.INLINE, "dana", "", "{}")}, "name", "Give the name of the inline policy."),
        ({"supposed": Supposition(AsIf.INLINE, "dana", "p", "[")}, "document", "Line 1, column"),
        ({"supposed": Supposition(AsIf.TRUST, "dana", "", "{}")}, "of", "The mirror has no role 'dana'"),
        ({"supposed": Supposition(AsIf.TRUST, "", "", "{}")}, "of", "Say whose document it is."),
    ],
)
def test_what_cant_be_asked_is_said(alone: AwsAccount, fields: dict[str, Any], field: str, sentence: str) -> None:
    user(alone, "dana")
    user(alone, "eve")
    base = {"principals": ("dana",), "actions": ("iam:CreateUser",), "resources": (arn("user/x"),)}
    found = ask(alone, SimulationQuestion(**{**base, **fields}))
    if field:
        assert any(name == field and sentence in said for name, said in found.problems), found.problems
    else:
        assert sentence in answers_of(found).rows[0].why_not


def test_what_isnt_read_may_be_supposed_to_say_nothing(alone: AwsAccount) -> None:
    user(alone, "dana", allow("s3:GetObject"))
    about: dict[str, Any] = {"actions": ("s3:GetObject",), "resources": ("arn:aws:s3:::box/a",)}
    assert words(asked(alone, "dana", **about)) == ["Unknown"]
    assert words(asked(alone, "dana", as_read=True, **about)) == ["Allowed"]


def test_a_question_reads_as_it_is_written(alone: AwsAccount) -> None:
    question = SimulationQuestion(
        ("user/dana", "*"),
        ("s3:GetObject",),
        ("arn:aws:s3:::box/a=b",),
        {"aws:SourceIp": ("10.0.0.1",), "aws:MultiFactorAuthPresent": (), "aws:CalledVia": ("a", "b")},
        '{"Version": "2012-10-17"}',
        as_read=True,
        supposed=Supposition(AsIf.INLINE, "user/dana", "own", "{}"),
        of_resource='{"Version": "2012-10-17"}',
    )
    assert SimulationQuestion.read(question.pairs()) == question


def test_the_command_takes_a_session_policy_and_keys_that_are_absent(alone: AwsAccount, tmp_path: Path) -> None:
    role(alone, "deploy", allow(["iam:CreateUser", "iam:GetUser"]), deny("iam:GetUser", Condition=MFA), trusts="*")
    session = tmp_path / "session.json"
    session.write_text(document_text(allow("iam:GetUser")))
    question = {"account": ID, "principal": arn("role/deploy"), "resource": arn("user/x"), "json": True}

    def decision(action: str, **options: Any) -> str:
        out = StringIO()
        call_command("simulate", action=action, stdout=out, **question, **options)
        return str(json.loads(out.getvalue())["decision"])

    assert decision("iam:CreateUser") == "allowed"
    assert decision("iam:CreateUser", session_policy=str(session)) == "implicitDeny"
    assert decision("iam:GetUser") == "unknown"
    assert decision("iam:GetUser", without=["aws:MultiFactorAuthPresent"]) == "allowed"
