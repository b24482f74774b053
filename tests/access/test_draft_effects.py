"""What a draft changes of access is said while one types: right, for whom, and as the plan would say it."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given as given_by
from hypothesis import strategies as st

from access.drafts.effects import draft_effects
from access.drafts.escalation import draft_escalations
from access.drafts.words import said_of
from access.plans.comparing import compare
from access.plans.effects import Effort, kept_effects
from access.plans.holdings import Combination
from access.plans.relevant import RelevantStatements
from accounts.models import AwsAccount, Operator
from identities import operations as ops
from policies import draft_subjects
from policies.draft_subjects import DraftSubject
from policies.models import PolicyVersion
from policies.operations import plan_update
from sync import checks
from sync.changes.plan import plan
from tests.access.mirrored import OTHER, managed, role, user
from tests.services.fuzzing import as_long_as_asked
from tests.services.pages import address, text_of
from tests.services.rows import attach, join, make_document, make_group
from tests.services.statements import allow, deny, document, document_text, trusting

ClientOf = Callable[..., Client]
LAKE = "arn:aws:s3:::acme-lake/*"


def subject_of(aws_account: AwsAccount, kind: str, aws_id: str, name: str = "") -> DraftSubject:
    found = draft_subjects.find(aws_account, kind, aws_id, name)
    assert found is not None
    return found


def checked(client: Client, text: str, of: str, aws_id: str, **more: str) -> str:
    answer = client.post(f"{address('document_check')}?of={of}&id={aws_id}", {"document": text, **more})
    assert answer.status_code == 200
    return " ".join(text_of(answer.content.decode()).split())


# ---- On the page ---------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_says_what_is_added_and_removed_and_for_whom(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)])
    group = make_group(aws_account)
    attach(group, policy)
    for name in ("anna", "ben"):
        join(user(aws_account, name), group)
    attach(user(aws_account, "carl", allow("s3:*")), policy)
    draft = document_text(allow("s3:DeleteObject", LAKE, Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    said = checked(client_of(erin), draft, "policy", policy.aws_id)
    assert "Against v1, in force" in said
    assert "Adds s3:DeleteObject on acme-lake/* · Removes s3:GetObject on acme-lake/* · for anna and ben." in said
    assert "Gains s3:DeleteObject on arn:aws:s3:::acme-lake/* only signed in with MFA" in said
    assert "1 other has it and sees no change" in said
    assert "Nothing: it says what is in force." in checked(
        client_of(erin), document_text(allow(["s3:GetObject"], [LAKE])), "policy", policy.aws_id
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("actions", "said"),
    [
        (["s3:GetObject", "s3:GetObjct"], "doesn’t know s3:GetObjct: nothing is added by it, unless AWS has made"),
        (["s3:GetObject", "s3:Gett*", "s3:Nope"], "know s3:Gett* and s3:Nope: nothing is added by them, unless"),
        (["s3:GetObject", "fax:Send"], "doesn’t know the service fax: what is added by fax:Send is unknown."),
        (["s3:Nope"], "Removes s3:GetObject on acme-lake/* · for anna. The catalogue of"),
        (["s3:GetObject", "s3:PutObject", "s3:PutObjct"], "Adds s3:PutObject on acme-lake/* · for anna. The catalogue"),
    ],
)
def test_what_the_catalogue_does_not_know_is_not_said_to_be_added(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, actions: list[str], said: str
) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)])
    attach(user(aws_account, "anna"), policy)
    shown = checked(client_of(erin), document_text(allow(actions, LAKE)), "policy", policy.aws_id)
    assert said in shown
    assert not [name for name in actions if name not in ("s3:GetObject", "s3:PutObject") and f"Gains {name}" in shown]
    back = checked(
        client_of(erin), document_text(allow("s3:GetObject", LAKE), allow("s3:GetObjct", LAKE)), "policy", policy.aws_id
    )
    assert "Adds" not in back and " for anna" not in back


@pytest.mark.django_db
def test_an_action_that_nobody_knows_takes_nothing_away(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = managed(aws_account, "lake", [allow(["s3:GetObject", "s3:GetObjct"], LAKE)])
    attach(user(aws_account, "anna"), policy)
    shown = checked(client_of(erin), document_text(allow("s3:GetObject", LAKE)), "policy", policy.aws_id)
    assert "doesn’t know s3:GetObjct: nothing is removed by it" in shown and "Removes" not in shown


@pytest.mark.django_db
def test_text_that_is_no_document_keeps_what_was_said(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)])
    url = f"{address('document_check')}?of=policy&id={policy.aws_id}"
    for text in ("{", '{"Version": "2012-10-17"}', "", "[]", '{"Statement": {"Effect": 1}}'):
        answer = client_of(erin).post(url, {"document": text}).content.decode()
        assert '<div id="said-access" hx-preserve>' in answer


@pytest.mark.django_db
def test_an_object_of_another_aws_account_is_none(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    other = AwsAccount.objects.create(account_id=OTHER, name="Other", connection="snapshot")
    theirs = managed(other, "theirs", [allow("s3:GetObject", LAKE)])
    said = checked(client_of(erin), document_text(allow("s3:*")), "policy", theirs.aws_id)
    assert "What the draft changes" not in said


@pytest.mark.django_db
def test_an_inline_policy_is_for_its_owner(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    dana = user(aws_account, "dana", allow("s3:GetObject", LAKE))
    draft = document_text(allow("s3:*", LAKE))
    replaced = checked(client_of(erin), draft, "inline_user", dana.aws_id, policy="own")
    assert "on acme-lake/* · for dana." in replaced
    assert "s3:GetObject " not in replaced.partition("Findings")[0]
    added = checked(client_of(erin), document_text(deny("s3:*", LAKE)), "inline_user", dana.aws_id, policy="more")
    assert "A new inline policy" in added
    assert "Removes s3:GetObject on acme-lake/*" in added


@pytest.mark.django_db
def test_a_trust_policy_that_opens_a_role(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    exporter = role(aws_account, "exporter", trusts={"Service": "ec2.amazonaws.com"})
    url = f"{address('trust_check')}?of=trust&id={exporter.aws_id}"
    client = client_of(erin)
    public = " ".join(text_of(client.post(url, {"document": trusting({"AWS": "*"})}).content.decode()).split())
    assert "Public Anyone in any AWS account may assume exporter." in public
    other = " ".join(text_of(client.post(url, {"document": trusting({"AWS": OTHER})}).content.decode()).split())
    assert (
        f"Adds sts:AssumeRole to AWS {OTHER} · Removes sts:AssumeRole to Service ec2.amazonaws.com · for exporter."
        in other
    )
    assert f"Cross-account AWS account {OTHER} may assume exporter." in other


@pytest.mark.django_db
def test_a_boundary_limits_those_who_have_it(aws_account: AwsAccount) -> None:
    limit = managed(aws_account, "limit", [allow("s3:*")])
    user(aws_account, "dana", allow(["s3:GetObject", "ec2:RunInstances"]), boundary_arn=limit.arn)
    draft = document_text(allow("ec2:*"))
    found = said_of(
        draft_effects(aws_account, subject_of(aws_account, "policy", limit.aws_id), draft), aws_account.account_id
    )
    assert [(part.verb, list(part.things)) for part in found.parts] == [
        ("Adds", ["ec2:RunInstances"]),
        ("Removes", ["s3:GetObject"]),
    ]


@pytest.mark.django_db
def test_names_are_listed_up_to_twenty(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)])
    group = make_group(aws_account)
    attach(group, policy)
    for number in range(23):
        join(user(aws_account, f"u{number:02}"), group)
    said = checked(client_of(erin), document_text(allow("s3:PutObject", LAKE)), "policy", policy.aws_id)
    assert "for u00, u01, u02 and 20 more." in said
    assert "u19 and 3 more" in said
    assert "u20" not in said


@pytest.mark.django_db
def test_the_page_begins_with_what_the_text_changes(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)])
    page = client_of(erin).get(address("policy_action", aws_id=policy.aws_id, action="edit")).content.decode()
    assert "Nothing: it says what is in force." in page
    assert f"of=policy&id={policy.aws_id}" in html.unescape(page)


# ---- As the plan says it -------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_it_is_what_the_plan_measures(aws_account: AwsAccount) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE), allow("sns:Publish")])
    for number, others in enumerate(([], [allow("s3:*", LAKE)], [deny("s3:Delete*")], [allow("sqs:*")])):
        attach(user(aws_account, f"u{number}", *others), policy)
    draft = document_text(allow(["s3:GetObject", "s3:DeleteObject"], LAKE), allow("sqs:*", "arn:aws:sqs:*:*:q"))
    while_typing = draft_effects(aws_account, subject_of(aws_account, "policy", policy.aws_id), draft)
    measured = checks.measure(aws_account, plan(aws_account, plan_update(policy, draft)).steps)["access"].kept
    assert measured["effects"]
    assert kept_effects(while_typing.concerned, while_typing.before) == measured["effects"]


@pytest.mark.django_db
def test_what_takes_too_long_is_not_guessed(aws_account: AwsAccount) -> None:
    policy = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)])
    attach(user(aws_account, "dana", allow("s3:Get*", "arn:aws:s3:::acme-*")), policy)
    subject = subject_of(aws_account, "policy", policy.aws_id)
    draft = document_text(*(allow(f"s3:{verb}*", f"arn:aws:s3:::{verb}/*") for verb in ("Get", "Put", "Delete")))
    found = draft_effects(aws_account, subject, draft, Effort(steps=3))
    said = said_of(found, aws_account.account_id)
    assert {part.verb for part in said.parts} == {"May change"}
    assert "What can’t be told here is compared with more time when you stage it." in said.notes


# ---- Statements about other actions make no difference -------------------------------------------------------
ACTIONS = ("s3:GetObject", "s3:Get*", "s3:*", "sqs:*", "sqs:SendMessage", "*", "s?:*", "iam:PassRole")
statements = st.builds(
    lambda effect, element, action, resource: {"Effect": effect, element: action, "Resource": resource},
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "Action", "NotAction"]),
    st.sampled_from(ACTIONS),
    st.sampled_from(["*", LAKE, "arn:aws:s3:::acme-lake/private/*"]),
)
documents = st.lists(statements, min_size=1, max_size=2).map(lambda listed: json.dumps(document(*listed)))


@as_long_as_asked(40)
@given_by(st.data())
def test_what_is_about_other_actions_decides_nothing(data: st.DataObject) -> None:
    others = frozenset(data.draw(st.lists(documents, max_size=2)))
    boundary = data.draw(st.none() | documents)
    before, after = (Combination(others | {data.draw(documents)}, boundary) for _ in range(2))
    whole, reduced = compare(before, after), compare(*RelevantStatements().pair(before, after))
    assert _actions(whole) == _actions(reduced)


def _actions(found: Any) -> dict[str, set[str]]:
    return {
        kind: {compact for each in getattr(found, kind) for compact in each["actions"]} for kind in ("gained", "lost")
    }


@pytest.mark.django_db
def test_a_group_that_is_given_more_gives_it_to_members(aws_account: AwsAccount) -> None:
    group = make_group(aws_account)
    join(user(aws_account, "anna"), group)
    found = draft_effects(
        aws_account, subject_of(aws_account, "inline_group", group.aws_id, "new"), document_text(allow("s3:GetObject"))
    )
    measured = checks.measure(
        aws_account, plan(aws_account, [ops.put_inline(group, "new", document_text(allow("s3:GetObject")))]).steps
    )["access"].kept
    assert kept_effects(found.concerned, found.before) == measured["effects"]


# ---- Privilege escalation paths ------------------------------------------------------------------------------
@pytest.mark.django_db
def test_a_new_privilege_escalation_path_is_said(alone: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = managed(alone, "lake", [allow("s3:GetObject", LAKE)])
    dana = user(alone, "dana")
    attach(dana, policy)
    draft = document_text(allow("s3:GetObject", LAKE), allow("iam:AttachUserPolicy", dana.arn))
    said = checked(client_of(erin), draft, "policy", policy.aws_id)
    assert "New privilege escalation path dana could become an administrator of this AWS account: dana " in said
    measured = checks.measure(alone, plan(alone, plan_update(policy, draft)).steps)["escalation"].kept
    assert [path["who"][0] for path in measured["opened"]["paths"]] == [dana.arn]
    PolicyVersion.objects.filter(policy=policy).update(document=make_document(draft))
    closing = checked(client_of(erin), document_text(allow("s3:GetObject", LAKE)), "policy", policy.aws_id)
    assert "dana can no longer become an administrator." in closing


@pytest.mark.django_db
def test_paths_that_take_too_long_are_left_to_the_plan(alone: AwsAccount) -> None:
    policy = managed(alone, "lake", [allow("s3:GetObject", LAKE)])
    dana = user(alone, "dana")
    attach(dana, policy)
    draft = document_text(allow("iam:AttachUserPolicy", dana.arn))
    found = draft_effects(alone, subject_of(alone, "policy", policy.aws_id), draft)
    escalations = draft_escalations(alone, found, steps=10)
    assert (escalations.opened, escalations.undecided) == ((), (dana.arn,))
    said = said_of(found, alone.account_id, escalations)
    assert "Whether dana could become administrators is looked at when you stage it." in said.notes


@pytest.mark.django_db
def test_a_trust_policy_opens_a_path_to_whom_it_lets_in(alone: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    boss = role(alone, "boss", allow("*"), trusts={"Service": "ec2.amazonaws.com"})
    dana = user(alone, "dana")
    url = f"{address('trust_check')}?of=trust&id={boss.aws_id}"
    answer = client_of(erin).post(url, {"document": trusting({"AWS": dana.arn})}).content.decode()
    said = " ".join(text_of(answer).split())
    assert "New privilege escalation path dana could become an administrator of this AWS account: dana " in said
