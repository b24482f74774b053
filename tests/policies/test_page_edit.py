"""Editing a policy as JSON: what is found in it, what is staged, and that nothing typed is lost."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import AwsAccount, Operator
from policies import drafts
from policies.engine.lint import FindingsUnwanted
from policies.findings import findings_of
from policies.models import ManagedPolicy
from policies.views import document as document_view
from sync.models import Change
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, make_document, make_policy, make_user
from tests.services.statements import reports_policy

ClientOf = Callable[..., Client]
NEW = reports_policy("s3:GetObject")


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account)


def send(client: Client, policy: ManagedPolicy, text: str, base: str = "v1", **said: Any) -> HttpResponse:
    sent = {"title": "Read too", "reason": "Ticket 7", "document": text, "base": base, **said}
    response = client.post(address("policy_action", aws_id=policy.aws_id, action="edit"), sent)
    assert isinstance(response, HttpResponse)
    return response


def test_begins_with_what_is_in_force(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    html = get(client_of(erin), "policy_action", aws_id=policy.aws_id, action="edit")
    assert "s3:Action1" in html
    assert 'name="base" value="v1"' in html
    assert 'data-editor="json"' in html
    assert "of 6,144 characters" in text_of(html)


def test_stages_a_new_version(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    response = send(client_of(erin), policy, NEW.replace("\n", "\r\n"))
    change = Change.objects.get()
    assert response["Location"] == address("change", pk=str(change.pk))
    assert (change.title, change.reason) == ("Read too", "Ticket 7")
    assert [step.kind for step in change.steps.all()] == ["iam.policy.update"]
    assert change.steps.get().params["document"] == NEW


def test_makes_room_for_a_sixth_version(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    full = make_policy(aws_account, "full", versions=5)
    html = get(client_of(erin), "policy_action", aws_id=full.aws_id, action="edit")
    assert "All 5 versions are used, so the plan deletes v1 to make room." in text_of(html)
    send(client_of(erin), full, NEW, base="v5")
    assert [step.kind for step in Change.objects.get().steps.all()] == [
        "iam.policy.delete_version",
        "iam.policy.update",
    ]


def test_malformed_text_is_kept_and_its_place_told(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    response = send(client_of(erin), policy, '{\n  "Version": oops\n}')
    html = response.content.decode()
    assert response.status_code == 422
    assert "Line 2, column 14" in text_of(html)
    assert "oops" in html
    assert "Ticket 7" in html
    assert not Change.objects.exists()


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "{" * 50_000, "\x00", "</textarea><script>"])
def test_no_text_breaks_the_page(policy: ManagedPolicy, erin: Operator, client_of: ClientOf, text: str) -> None:
    response = send(client_of(erin), policy, text)
    assert response.status_code == 422
    assert "<script>" not in response.content.decode().partition("<main")[2]


def test_the_same_document_changes_nothing(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    response = send(client_of(erin), policy, reports_policy("s3:Action1"))
    assert "reports-write already says this." in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_too_long_a_document_is_told(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    text = reports_policy(*(f"s3:Action{n}" for n in range(1000)))
    response = send(client_of(erin), policy, text)
    assert "AWS allows 6,144 (PolicySizeQuota)" in text_of(response.content.decode())


def test_a_version_that_came_meanwhile_is_shown_first(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    moved = make_policy(aws_account, "moved", versions=2)
    response = send(client_of(erin), moved, NEW, base="v1")
    html = response.content.decode()
    assert response.status_code == 422
    assert "Version v2 came into force while you were editing v1." in text_of(html)
    assert 'Added: "s3:Action2"' in text_of(html)
    assert "s3:GetObject" in html
    assert not Change.objects.exists()
    assert 'name="base" value="v2"' in html
    send(client_of(erin), moved, NEW, base="v2")
    assert Change.objects.count() == 1


def test_it_says_whose_access_changed_in_the_meantime(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    """From v1 to v2, for who has it; what is typed is said below, against v2."""
    moved = make_policy(aws_account, "moved", versions=2)
    for number, action in ((1, "s3:GetObject"), (2, "s3:PutObject")):
        moved.versions.filter(number=number).update(document=make_document(reports_policy(action)))
    attach(make_user(aws_account, "dana"), moved)
    said = text_of(send(client_of(erin), moved, NEW, base="v1").content.decode())
    meanwhile = said[said.index("What access changed in the meantime") :]
    assert (
        "Adds s3:PutObject on acme-reports/* · Removes s3:GetObject on acme-reports/* · for dana"
        in meanwhile.partition("What the draft")[0]
    )
    assert said.index("What access changed in the meantime") < said.index("What changed in the meantime")


def test_checks_a_draft_while_one_types(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    url = address("document_check")
    answer = client_of(erin).post(url, {"document": '{"Version": 1,}'}).content.decode()
    assert 'data-findings-for="id_document"' in answer
    assert "Line 1, column" in text_of(answer)
    assert "well-formed" in client_of(erin).post(url, {"document": NEW}).content.decode()


def test_what_is_too_long_to_be_staged_is_an_error(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    """By the quota of what holds the document: what a role's inline policy may have, a managed one may not."""
    text, client = reports_policy(*(f"s3:Get{n:060}" for n in range(90))), client_of(erin)

    def sizes(quota: str) -> list[str]:
        answer = client.post(f"{address('document_check')}?quota={quota}", {"document": text}).content.decode()
        data = json.loads(html.unescape(re.findall(r'data-findings="([^"]*)"', answer)[0]))
        return [each["severity"] for each in data if "the quota is" in each["message"]]

    assert (sizes("PolicySizeQuota"), sizes("RolePolicySizeQuota"), sizes("")) == (["error"], [], ["error"])


def test_says_how_many_findings_are_not_listed(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    said = reports_policy(*(f"s3:GetObjct{n}" for n in range(450)))
    answer = text_of(client_of(erin).post(address("document_check"), {"document": said}).content.decode())
    assert "451 errors" in answer  # with that of its size
    assert "400 more such findings (INVALID_ACTION) aren't listed." in answer.replace("’", "'")


def test_only_the_newest_check_of_an_operator_goes_on(
    policy: ManagedPolicy, erin: Operator, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "_ASK_EVERY_S", 0.0)
    long = reports_policy(*(f"s3:Get{n:060}" for n in range(300)))
    older = drafts.newest_of(erin, long)
    assert older()
    assert client_of(erin).post(address("document_check"), {"document": long}).status_code == 200
    assert not older()
    with pytest.raises(FindingsUnwanted):
        findings_of(long + " ", is_wanted=older)
    monkeypatch.setattr(document_view, "newest_of", lambda *asked: older)
    answer = client_of(erin).post(address("document_check"), {"document": long + "  "})
    assert (answer.status_code, answer.content) == (204, b"")


def test_tells_what_lint_finds_and_stages_it_all_the_same(
    policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    odd = reports_policy("s3:ListAllMyBuckets", "s3:GetObjct")
    answer = client_of(erin).post(address("document_check"), {"document": odd}).content.decode()
    text = text_of(answer)
    assert "1 error" in text
    assert "1 warning" in text
    assert text.index("Did you mean GetObject?") < text.index(
        "s3:ListAllMyBuckets takes no resource"
    )  # the worst first
    assert send(client_of(erin), policy, odd).status_code == 302


def test_puts_an_older_version_in_force(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    policy = make_policy(aws_account, "older", versions=2)
    url = address("policy_action", aws_id=policy.aws_id, action="make-default")
    assert 'Added: "s3:Action1"' in text_of(client_of(erin).get(f"{url}?version=v1").content.decode())
    client_of(erin).post(url, {"title": "Back", "reason": "", "version": "v1"})
    step = Change.objects.get().steps.get()
    assert (step.kind, step.params) == ("iam.policy.set_default", {"policy_arn": policy.arn, "version": "v1"})


def test_readers_are_refused(policy: ManagedPolicy, bob: Operator, client_of: ClientOf) -> None:
    get(client_of(bob), "policy_action", status=403, aws_id=policy.aws_id, action="edit")
    get(client_of(bob), "policy_action", status=403, aws_id=policy.aws_id, action="make-default")
    assert client_of(bob).post(address("document_check")).status_code == 403


def test_a_policy_of_aws_is_refused_in_words(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    of_aws = make_policy(aws_account, "ReadOnlyAccess", is_aws=True)
    response = send(client_of(erin), of_aws, NEW)
    assert "ReadOnlyAccess is managed by AWS: nobody else can change it." in text_of(response.content.decode())
