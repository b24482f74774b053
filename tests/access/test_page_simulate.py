"""The page Simulate: a question as an address, its answers, the open cell, the file, and what is saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from access.models import SavedQuestion
from access.simulation.answers import Evaluator
from access.simulation.columns import AskedPair
from access.simulation.question import AsIf, SimulationQuestion, Supposition
from access.simulation.saving import forget_questions, keep_long
from access.situations import Situation
from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import Role
from policies.editor_drafts import DraftKey, Page, Token, Typed, save
from tests.access.mirrored import arn, managed, role, user
from tests.services.organization_rows import make_organization
from tests.services.pages import address, exported, get, text_of
from tests.services.rows import attach, make_user
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
CREATE: dict[str, Any] = {"actions": ("iam:CreateUser",), "resources": (arn("user/x"),)}


def query(*principals: str, **fields: Any) -> str:
    return f"?{SimulationQuestion(principals, **{**CREATE, **fields}).query()}"


def post(client: Client, data: dict[str, Any], name: str = "simulate", **kwargs: Any) -> Any:
    return client.post(address(name, **kwargs), data)


def test_it_says_what_each_may(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "dana", allow("iam:*"))
    make_user(alone, "eve")
    role(alone, "deploy", allow("iam:*", Condition=MFA), trusts=arn("root"))
    text = text_of(get(client_of(bob), "simulate", query("dana", "eve", "deploy")))
    assert "3 answers 3 principals, 1 unknown" in text
    assert "dana User Allowed eve User Denied deploy Role Unknown , depends on aws:MultiFactorAuthPresent" in text
    assert "1 answer depends on a key that isn’t given Add aws:MultiFactorAuthPresent" in text


def test_a_cell_opens_the_statements_that_decide(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    attach(user(alone, "dana"), managed(alone, "maker", [deny("s3:*"), allow(["iam:*", "s3:*"], Sid="Make")]))
    client = client_of(bob)
    html = get(client, "simulate", f"{query('dana')}&cell=0.0")
    assert "Allowed by statement Make of maker." in text_of(html)
    marked = [line for line in html.splitlines() if 'class="ln' in line and " here" in line]
    assert [text_of(line).replace(" ", "") for line in marked] == ['"Effect":"Allow",', '"iam:*",', '"Resource":"*",']
    for wrong in ("9.0", "0.9", "x", "99999999999.1"):
        assert "Deciding statements" not in get(client, "simulate", f"{query('dana')}&cell={wrong}")


def test_what_bounds_another_aws_account_is_told_to_who_sees_it(
    alone: AwsAccount, other_account: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    """What others get is what they get of an AWS account that nobody knows here."""
    make_organization(other_account)

    def asked(account_id: str) -> str:
        question = query(f"arn:aws:iam::{account_id}:root", actions=("s3:ListAllMyBuckets",), resources=())
        html = get(client_of(bob), "simulate", f"{question}&cell=0.0")
        return text_of(html.partition("<main")[2]).replace(account_id, "")

    assert asked("999900009999") == asked("111100001111")
    assert "our-regions" not in asked("999900009999")
    Grant.objects.create(operator=bob, aws_account=other_account, role=Role.VIEWER)
    assert "our-regions" in asked("999900009999")


def test_what_is_supposed_is_marked(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    attach(user(alone, "dana"), managed(alone, "maker", [allow("iam:CreateUser")]))
    make_user(alone, "eve")
    draft = query("dana", "eve", supposed=Supposition(AsIf.MANAGED, "maker", "", document_text(deny("*"))))
    html = get(client_of(bob), "simulate", draft)
    assert "These answers assume that this draft of maker is in force . AWS has not changed." in text_of(html)
    assert "1 of 2 answers differ from live" in text_of(html)
    assert "dana User Denied was allowed eve User Denied" in text_of(html)
    assert "eve User" not in text_of(get(client_of(bob), "simulate", f"{draft}&differs=1"))


def test_what_is_posted_becomes_an_address(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "dana")
    typed = {
        "principal": ["user/eve", "dana\nrole/x\n"],
        "action": "iam:CreateUser",
        "resource": arn("user/x"),
        "as_if": "live",
        "remove": "principal:0",
        "key-0": "aws:SourceIp",
        "value-0": "10.0.0.1",
        "key-1": "aws:MultiFactorAuthPresent",
        "said-1": "false",
        "key-2": "aws:SourceVpc",
        "said-2": "absent",
        "key-3": "aws:RequestedRegion",
        "value-3": "",
    }
    found = post(client_of(bob), typed)
    assert found.status_code == 302
    asked = SimulationQuestion.read_query(found["Location"].partition("?")[2].partition("#")[0])
    assert asked.principals == ("dana", "role/x")
    assert dict(asked.context) == {
        "aws:SourceIp": ("10.0.0.1",),
        "aws:MultiFactorAuthPresent": ("false",),
        "aws:SourceVpc": (),
    }
    assert "aws:SourceVpce" in get(client_of(bob), "simulate", f"{query('dana')}&key=aws:SourceVpce")


def test_what_is_no_question_loses_nothing(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    found = post(client, {"principal": "nobody", "action": "Create", "session": "x" * 1_000_000})
    html = found.content.decode()
    assert (found.status_code, SavedQuestion.objects.count()) == (200, 0)
    assert 'value="nobody"' in html
    assert "x" * 1_000_000 in html
    assert "&#x27;Create&#x27; is no action" in html
    assert "The document has 1,000,000 characters" in html
    assert "no user, role or group called 'nobody'" in text_of(get(client, "simulate", query("nobody")))


def test_a_long_question_is_kept_by_its_digest_and_forgotten(
    alone: AwsAccount, bob: Operator, client_of: ClientOf
) -> None:
    user(alone, "dana", allow("iam:*"))
    session = document_text(*(allow(f"iam:Get{number}") for number in range(200)))
    typed = {"principal": "user/dana", "action": "iam:CreateUser", "resource": arn("user/x"), "session": session}
    first, second = (post(client_of(bob), typed)["Location"] for _ in range(2))
    saved = SavedQuestion.objects.get()
    assert first == second == f"{address('simulate')}?saved={saved.digest}#answers"
    html = get(client_of(bob), "simulate", f"?saved={saved.digest}&cell=0.0")
    assert "User, without the session policy Allowed" in text_of(html)
    get(
        client_of(bob), "simulate", f"?saved={saved.pk}", status=404
    )  # it may hold a draft: nobody finds it by counting
    assert forget_questions() == 0
    SavedQuestion.objects.update(used_at="2020-01-01T00:00Z")
    assert forget_questions() == 1
    get(client_of(bob), "simulate", f"?saved={saved.digest}", status=404)


def test_long_questions_of_an_operator_are_not_kept_without_end(
    alone: AwsAccount, bob: Operator, erin: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("access.simulation.saving.MOST_LONG", 2)
    for actor, names in ((erin, ["x"]), (bob, ["a", "b", "a", "c"])):
        for name in names:
            keep_long(aws_account=alone, actor=actor, question=SimulationQuestion((name,)))
    kept = SavedQuestion.objects.order_by("pk")
    assert [each.question.principals for each in kept] == [("x",), ("b",), ("c",)]


def test_a_saved_question_is_of_its_aws_account(
    alone: AwsAccount, bob: Operator, alice: Operator, client_of: ClientOf
) -> None:
    other = AwsAccount.objects.create(account_id="210987654321", name="Other")
    foreign = SavedQuestion.objects.create(aws_account=other, name="Theirs", query=query("dana")[1:], digest="1")
    for number in (foreign.pk, "x", "9" * 30):
        get(client_of(bob), "simulate", f"?saved={number}", status=404)
    assert "Theirs" not in get(client_of(bob), "simulate")
    for name in ("save_question", "question_delete"):
        kwargs = {"pk": str(foreign.pk)} if name == "question_delete" else {}
        assert post(client_of(alice), {"saved": foreign.pk, "question_name": "Mine"}, name, **kwargs).status_code == 404
    assert SavedQuestion.objects.count() == 1


def test_questions_are_named_and_deleted(
    alone: AwsAccount, bob: Operator, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    asked = dict(SimulationQuestion(("dana",), **CREATE).pairs())
    assert "Give the question a name" in post(client_of(bob), asked, "save_question").content.decode()
    found = post(client_of(bob), {**asked, "question_name": " Who  makes users "}, "save_question")
    saved = SavedQuestion.objects.get(name="Who makes users")
    assert found["Location"] == f"{address('simulate')}?saved={saved.pk}"
    page = get(client_of(erin), "simulate")
    assert "Who makes users" in page
    assert "Delete" not in text_of(page)
    delete = {"pk": str(saved.pk)}
    assert post(client_of(erin), {}, "question_delete", **delete).status_code == 403
    post(client_of(alice), {}, "question_delete", **delete)
    assert not SavedQuestion.objects.exists()
    verbs = AuditEntry.objects.filter(verb__startswith="question.").order_by("pk")
    assert [(each.verb, each.object_name) for each in verbs] == [("question.saved", ""), ("question.deleted", "")]


def test_all_answers_are_a_file(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    user(alone, "dana", allow("iam:*", Sid="=cmd"))
    client = client_of(bob)
    lines = exported(client.get(f"{address('simulate')}{query('dana')}&format=csv")).splitlines()
    assert lines == [
        '"principal","group","action","resource","answer","live","by_policies_read","depends_on","because"',
        f'"{arn("user/dana")}","","iam:CreateUser","{arn("user/x")}","Allowed","Allowed","Allowed","",'
        '"inline policy own: =cmd"',
    ]
    monkeypatch.setattr("access.views.simulate.MOST_IN_FILE", 0)
    found = client.get(f"{address('simulate')}{query('dana')}&format=csv")
    assert (found.status_code, found["Content-Type"]) == (422, "text/plain; charset=utf-8")


def test_the_file_begins_before_its_answers_are_found(
    alone: AwsAccount, bob: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    decide = Evaluator.situation

    def noted(self: Evaluator, arn: str, pair: AskedPair) -> Situation:
        asked.append(pair.action)
        return decide(self, arn, pair)

    monkeypatch.setattr(Evaluator, "situation", noted)
    user(alone, "dana", allow("s3:Get*"))
    answer: Any = client_of(bob).get(f"{address('simulate')}{query('dana', actions=('*:*',))}&format=csv")
    parts = iter(answer.streaming_content)
    assert next(parts).startswith(b'"principal"')
    assert asked == []
    some = next(parts).count(b"\r\n")
    assert some == len(asked)
    assert some + b"".join(parts).count(b"\r\n") == len(asked) > some


def test_more_than_a_page_takes_is_a_file(alone: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    user(alone, "dana", allow("s3:Get*"))
    make_user(alone, "eve")
    many = query("dana", "eve", actions=("*:*",))
    text = text_of(get(client_of(bob), "simulate", many))
    assert "at most 2,000 go on a page: the file has them all." in text
    assert "Download all answers" in text
    assert len(exported(client_of(bob).get(f"{address('simulate')}{many}&format=csv")).splitlines()) > 2000


def test_people_of_other_aws_accounts_ask_nothing(alone: AwsAccount, charlie: Operator, client_of: ClientOf) -> None:
    get(client_of(charlie), "simulate", query("dana"), status=404)
    assert post(client_of(charlie), {"principal": "dana"}).status_code == 404


def test_a_draft_comes_from_its_editor(alone: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    """With whom it is for, where the form names nobody."""
    maker = managed(alone, "maker", [allow("iam:CreateUser")])
    dana = user(alone, "dana")
    attach(dana, maker)
    draft = document_text(deny("*"))
    found = post(client_of(erin), {"as_if": f"managed|{maker.arn}", "document": draft, "title": "x", "policy": "y"})
    asked = SimulationQuestion.read_query(found["Location"].partition("?")[2].partition("#")[0])
    assert (asked.principals, asked.supposed) == ((dana.arn,), Supposition(AsIf.MANAGED, maker.arn, "", draft))
    inline = post(client_of(erin), {"as_if": f"inline|{dana.arn}|own", "document": draft})
    asked = SimulationQuestion.read_query(inline["Location"].partition("?")[2].partition("#")[0])
    assert (asked.principals, asked.supposed.name) == ((dana.arn,), "own")
    wrong = post(client_of(erin), {"as_if": "nothing|x", "document": draft})
    assert wrong["Location"] == address("simulate")


def test_ones_own_draft_is_supposed_and_nobody_elses(
    alone: AwsAccount, erin: Operator, alice: Operator, bob: Operator, client_of: ClientOf
) -> None:
    maker = managed(alone, "maker", [allow("iam:CreateUser")])
    attach(user(alone, "dana"), maker)
    key = DraftKey(alone, "policy", maker.aws_id, "edit")
    _, draft = save(actor=erin, key=key, page=Page(Token()), typed=Typed(document_text(deny("*")), {}, "", "maker"))
    asked = query("dana", supposed=Supposition(AsIf.DRAFT, str(draft.pk)))
    html = get(client_of(erin), "simulate", asked)
    assert "assume that your draft of maker is in force" in text_of(html)
    assert "Denied was allowed" in text_of(html)
    assert f'value="draft:{draft.pk}" selected' in html
    for other in (alice, bob):
        page = get(client_of(other), "simulate", asked)
        assert "You have no such draft" in text_of(page)
        assert "your draft of" not in page
    found = post(client_of(erin), {"principal": "dana", "action": "iam:CreateUser", "as_if": f"draft:{draft.pk}"})
    assert f"as_if=draft&of={draft.pk}" in found["Location"]
    draft.delete()
    assert "You have no such draft" in text_of(get(client_of(erin), "simulate", asked))


@pytest.mark.parametrize("place", ["role", "user"])
def test_a_draft_of_an_inline_policy_without_a_name_is_of_nothing_yet(
    alone: AwsAccount, erin: Operator, place: str, client_of: ClientOf
) -> None:
    owner = role(alone, "dana", trusts=arn("root")) if place == "role" else make_user(alone, "dana")
    typed = Typed(document_text(allow("s3:*")), {}, "", "dana")
    _, draft = save(actor=erin, key=DraftKey(alone, place, owner.aws_id, "inline"), page=Page(Token()), typed=typed)
    html = get(client_of(erin), "simulate", query("dana", supposed=Supposition(AsIf.DRAFT, str(draft.pk))))
    assert "Your draft is of an inline policy without a name yet" in text_of(html)
