"""The page that says why AWS denied something."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AwsAccount, Grant, Operator
from accounts.roles import Role
from policies.models import EditorDraft
from sync.models import Change
from tests.access.mirrored import ID, arn, columns_trusting, managed, role, user
from tests.services.pages import text_of
from tests.services.rows import attach, make_role, make_user
from tests.services.statements import allow, deny

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]

DANA = arn("user/dana")
START, INSTANCE = "ec2:StartInstances", f"arn:aws:ec2:eu-west-1:{ID}:instance/i-1"
WHY = "because no identity-based policy allows the ec2:StartInstances action"


def message(who: str = DANA, action: str = START, on: str = INSTANCE, why: str = WHY) -> str:
    return f"User: {who} is not authorized to perform: {action} on resource: {on} {why}"


def post(client: Client, account_id: str = ID, **data: Any) -> str:
    answer = client.post(reverse("why_denied", kwargs={"account_id": account_id}), {"do": "read", **data})
    assert answer.status_code == 200
    return answer.content.decode()


def said(client: Client, text: str, **data: Any) -> str:
    return text_of(post(client, text=text, **data))


def test_a_message_is_read_decided_and_answered_with_a_statement(alone: AwsAccount, bobs: Client) -> None:
    user(alone, "dana", allow("ec2:Start*", f"{INSTANCE}23", Sid="Others"))
    words = said(bobs, message())
    assert "Who dana (user dana)" in words
    assert f"Denied: no policy of dana allows {START} on {INSTANCE}. AWS gives the same reason." in words
    assert f"Nothing allows it. Closest: statement Others of inline policy own allows it on {INSTANCE}23 only." in words
    assert "Decided with it: nothing that the console has read stops it. Without it, it is denied." in words
    assert "Lets in dana ." in words
    assert "Open as a draft" not in words  # bob may only read


def test_nothing_is_answered_before_something_is_pasted(alone: AwsAccount, bobs: Client) -> None:
    html = bobs.get(reverse("why_denied", kwargs={"account_id": ID})).content.decode()
    assert "Paste what AWS or your program said" in text_of(html)
    assert "Read-out" not in html


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is no text yet"),
        ("nothing here", "There is no denial in this text that the console can read."),
        ("x" * 1_000_000, "This is longer than 200,000 characters."),
        ('{"eventName": "GetUser"', "This JSON ends, or breaks, at line 1, column"),
        (message(why="")[:40], "There is no denial in this text"),
    ],
)
def test_a_text_that_says_nothing_stays_in_its_field(alone: AwsAccount, bobs: Client, text: str, words: str) -> None:
    html = post(bobs, text=text)
    assert words in text_of(html)
    assert text.replace('"', "&quot;")[:900] in html


def test_what_aws_doesn_t_say_is_filled_in(alone: AwsAccount, bobs: Client) -> None:
    make_user(alone, "dana")
    text = "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied"
    asked = post(bobs, text=text)
    assert "AWS’s message doesn’t say all of it. Fill in what is missing." in text_of(asked)
    assert 'value="s3:GetObject"' in asked
    filled = {"principal": DANA, "action": "s3:GetObject", "resource": "arn:aws:s3:::box/key", "context": ""}
    words = said(bobs, text, do="ask", **filled)
    assert "Unknown: whether dana may do s3:GetObject on arn:aws:s3:::box/key hangs on the bucket policy." in words
    assert "AWS said nothing of this: it was filled in here." in words
    wrong = post(bobs, text=text, do="ask", **filled | {"principal": "dana", "action": "s3:*"})
    assert "neither an ARN nor the name of a service" in text_of(wrong)
    assert "A request is for one action" in text_of(wrong)
    assert "Denied:" not in text_of(wrong)


def test_condition_keys_can_be_filled_in(alone: AwsAccount, bobs: Client) -> None:
    user(alone, "dana", allow("ec2:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    assert "hangs on aws:MultiFactorAuthPresent" in said(bobs, message())
    filled = {"principal": DANA, "action": START, "resource": INSTANCE}
    words = said(bobs, message(), do="ask", context="aws:MultiFactorAuthPresent=false", **filled)
    assert "Denied: no policy of dana allows" in words
    assert "AWS gives the same reason." in words
    assert "allows it if aws:MultiFactorAuthPresent is as it asks" in words


def test_several_denials_are_chosen_from(alone: AwsAccount, bobs: Client) -> None:
    make_user(alone, "dana")
    text = f"{message()}\n{message(action='ec2:StopInstances', why='')}"
    assert "2 denials in this text" in said(bobs, text)
    assert "no policy of dana allows ec2:StopInstances" in said(bobs, text, pick="1")
    assert "no policy of dana allows ec2:StartInstances" in said(bobs, text, pick="nonsense")


def test_that_the_console_would_allow_it_is_a_state(alone: AwsAccount, bobs: Client) -> None:
    user(alone, "dana", allow("ec2:*"))
    words = said(bobs, message(why="with an explicit deny in a VPC endpoint policy"))
    assert f"The console would allow it: by the policies that it has, dana may do {START} on {INSTANCE}." in words
    assert "A VPC endpoint policy AWS says so" in words
    assert "No statement is missing in the policies that the console has." in words


def test_an_explicit_deny_is_named(alone: AwsAccount, bobs: Client) -> None:
    user(alone, "dana", allow("ec2:*"), deny("ec2:Start*", Sid="NoStarts"))
    words = said(bobs, message(why="with an explicit deny in an identity-based policy"))
    assert "Denied: statement NoStarts of inline policy own denies dana" in words
    assert "A Deny wins over every Allow" in words


def test_iam_s_objects_in_words_are_found(alone: AwsAccount, bobs: Client) -> None:
    user(alone, "dana")
    make_user(alone, "eve", arn=arn("user/division/eve"))
    words = said(bobs, message(action="iam:DeleteUser", on="user eve", why=""))
    assert f"no policy of dana allows iam:DeleteUser on {arn('user/division/eve')}" in words


@pytest.mark.parametrize(
    ("principal", "words"),
    [
        (f"arn:aws:sts::{ID}:assumed-role/worker/one", "Who worker (role worker, session one)"),
        (f"arn:aws:iam::{ID}:root", "Who root user of"),
        ("events.amazonaws.com", "Who events.amazonaws.com"),
        (f"arn:aws:sts::{ID}:federated-user/ann", "Who federated user ann"),
        (arn("user/nobody"), "The mirror of Acme (123456789012) has no user 'nobody' with this ARN"),
        (arn("role/was"), "AWS no longer has was : it was gone"),
        (f"arn:aws:sts::{ID}:assumed-role/was/one", "AWS no longer has was : it was gone"),
        ("arn:aws:iam::999900009999:user/x", "in AWS account 999900009999, which isn’t one that you see here"),
        ("arn:aws:iam::111100001111:user/x", "in AWS account 111100001111, which isn’t one that you see here"),
    ],
)
def test_any_principal_is_answered(
    alone: AwsAccount, other_account: AwsAccount, bobs: Client, principal: str, words: str
) -> None:
    make_role(alone, "worker", **columns_trusting({"Service": "ec2.amazonaws.com"}))
    make_role(alone, "was", gone_at=timezone.now(), **columns_trusting({"Service": "ec2.amazonaws.com"}))
    assert words in said(bobs, message(principal))


def test_another_aws_account_is_offered_to_who_sees_it(
    alone: AwsAccount, other_account: AwsAccount, bob: Operator, bobs: Client
) -> None:
    text = message("arn:aws:iam::999900009999:user/x")
    assert "Ask there" not in said(bobs, text)
    Grant.objects.create(operator=bob, aws_account=other_account, role=Role.VIEWER)
    assert "The principal is in Other" in said(bobs, text)


def test_the_place_and_the_width_of_the_statement_are_chosen(alone: AwsAccount, erins: Client) -> None:
    shared = managed(alone, "shared", [allow("s3:GetObject")])
    for name in ("dana", "eve"):
        attach(make_user(alone, name), shared)
    filled = {"principal": DANA, "action": START, "resource": INSTANCE, "context": ""}
    first = post(erins, text=message())
    assert "shared Gives it to 2 principals" in text_of(first)
    chosen = post(erins, text=message(), do="ask", place=f"managed:{shared.aws_id}", width="all", **filled)
    assert "Lets in dana , eve , of 2 who have this policy." in text_of(chosen)
    where = reverse("why_denied", kwargs={"account_id": ID})
    place = {"place": f"managed:{shared.aws_id}", "width": "all", "begin": "draft"}
    begun = erins.post(where, {"text": message(), "do": "ask", **filled, **place})
    edit = reverse("policy_action", kwargs={"account_id": ID, "aws_id": shared.aws_id, "action": "edit"})
    assert begun["Location"] == edit
    assert json.loads(EditorDraft.objects.get().text)["Statement"][1]["Resource"] == INSTANCE.replace("i-1", "*")


def test_the_statement_becomes_the_draft_of_who_asks(alone: AwsAccount, erins: Client, bobs: Client) -> None:
    dana = make_user(alone, "dana")
    asked = {"text": message(), "do": "ask", "principal": DANA, "action": START, "resource": INSTANCE, "begin": "draft"}
    url = reverse("user_action", kwargs={"account_id": ID, "aws_id": dana.aws_id, "action": "inline"})
    where = reverse("why_denied", kwargs={"account_id": ID})
    assert erins.post(where, asked)["Location"] == f"{url}?policy=AllowDenied"
    kept = EditorDraft.objects.get()
    assert json.loads(kept.text)["Statement"][0]["Action"] == START and kept.part == "AllowDenied"
    page = text_of(erins.get(f"{url}?policy=AllowDenied").content.decode())
    assert START in page and "Stage the change" in page and not Change.objects.exists()
    assert bobs.post(where, asked).status_code == 403 and EditorDraft.objects.count() == 1


def test_a_draft_that_was_there_is_kept_beside_it(alone: AwsAccount, erins: Client) -> None:
    policy = managed(alone, "shared", [allow("s3:ListBucket", Sid="List")])
    attach(make_user(alone, "dana"), policy)
    place = {"place": f"managed:{policy.aws_id}", "begin": "draft"}
    asked = {"text": message(), "do": "ask", "principal": DANA, "action": START, "resource": INSTANCE}
    where = reverse("why_denied", kwargs={"account_id": ID})
    edit = reverse("policy_action", kwargs={"account_id": ID, "aws_id": policy.aws_id, "action": "edit"})
    typed = {"document": "{", "keep": "draft", "base": "v1"}
    erins.post(edit, typed)
    assert erins.post(where, {**asked, **place})["Location"] == edit
    assert set(EditorDraft.objects.values_list("is_beside", "base")) == {(True, "v1"), (False, "v1")}


def test_who_has_no_grant_gets_nothing(alone: AwsAccount, charlie: Operator, client_of: ClientOf) -> None:
    answer = client_of(charlie).post(reverse("why_denied", kwargs={"account_id": ID}), {"text": message()})
    assert answer.status_code == 404


def test_nothing_that_was_pasted_is_logged(
    alone: AwsAccount, bobs: Client, caplog: pytest.LogCaptureFixture, client_of: ClientOf
) -> None:
    role(alone, "worker", trusts={"Service": "ec2.amazonaws.com"})
    caplog.set_level("DEBUG")
    post(bobs, text=message(f"arn:aws:sts::{ID}:assumed-role/worker/jane.doe@example.org"))
    assert "jane.doe" not in caplog.text


@pytest.mark.parametrize(
    "event",
    [{"eventTime": "2026-02-30T00:00:00Z"}, {"awsRegion": "\ud800"}, {"userAgent": "\x00", "eventTime": 5}],
    ids=["no such day", "half a character", "a NUL"],
)
def test_an_event_with_what_aws_never_says_is_answered(alone: AwsAccount, bobs: Client, event: dict[str, Any]) -> None:
    make_user(alone, "dana")
    denial = {"eventName": "StartInstances", "eventSource": "ec2.amazonaws.com", "errorCode": "AccessDenied"}
    text = json.dumps({**denial, "errorMessage": message(), **event})
    assert "Denied: no policy of dana allows" in said(bobs, text, pick="1" * 5_000)
