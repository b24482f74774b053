"""The views of an editor: switching keeps what was typed, and what a view's fields say gets into the text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from objects.fields import ReceivedText
from policies import editor_views
from policies.editor_views import EditedText, EditorView
from policies.engine import catalogue
from policies.models import ManagedPolicy
from policies.summaries import level_summary
from sync.models import Change
from tests.services.pages import address, get, text_of
from tests.services.rows import make_policy
from tests.services.statements import allow, document_text, reports_policy

ClientOf = Callable[..., Client]
FROM_OFFICE = {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}
NEW = reports_policy("s3:GetObject")


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account)


@pytest.fixture
def action_view(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A view with one field: another action in place of the first."""

    def written(edited: EditedText) -> ReceivedText:
        assert edited.posted is not None
        return ReceivedText(edited.text.replace("s3:GetObject", str(edited.posted["action"])))

    monkeypatch.setattr(editor_views, "_views", dict(editor_views._views))
    editor_views.register(EditorView("action", "Action", "zap", written=written))
    yield


def edit_url(policy: ManagedPolicy) -> str:
    return address("policy_action", aws_id=policy.aws_id, action="edit")


def test_switching_keeps_what_was_typed(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    sent = {"document": NEW, "base": "v1", "title": "Read too", "view": "summary", "shown": "json"}
    page = client_of(erin).post(edit_url(policy), sent)
    html = page.content.decode()
    assert page.status_code == 200
    assert "s3:GetObject" in html
    assert 'value="Read too"' in html
    assert 'data-view="summary"' in html
    assert not Change.objects.exists()


def test_switching_finds_no_fault_yet(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    url = address("account_action", action="create-policy")
    page = client_of(erin).post(url, {"name": "", "document": "{", "view": "summary", "shown": "json"})
    assert page.status_code == 200
    assert "This field is required" not in page.content.decode()
    assert "No summary yet" in page.content.decode()


def test_the_address_names_the_view(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    html = get(client_of(erin), "policy_action", aws_id=policy.aws_id, action="edit", query="?view=summary")
    assert 'data-view="summary"' in html
    assert "It allows and denies nothing" in text_of(html)  # s3:Action1 is no action
    assert "Name and details" not in html


def test_an_unknown_view_is_json(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    html = get(client_of(erin), "policy_action", aws_id=policy.aws_id, action="edit", query="?view=<b>")
    assert 'data-view="json"' in html


@pytest.mark.usefixtures("action_view")
def test_what_its_fields_say_is_staged(policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    sent = {"document": NEW, "base": "v1", "shown": "action", "action": "s3:ListBucket"}
    client_of(erin).post(edit_url(policy), sent)
    assert "s3:ListBucket" in Change.objects.get().steps.get().params["document"]


@pytest.mark.usefixtures("action_view")
def test_its_fields_change_the_text_of_the_page(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    client, url = client_of(erin), address("document_view") + "?kind=identity"
    sent = {"document": NEW, "view": "summary", "shown": "action", "action": "s3:ListBucket"}
    html = client.post(url, sent).content.decode()
    assert 'data-view="summary"' in html
    assert "data-text=" in html
    assert "s3:ListBucket" in html
    assert "data-text=" not in client.post(url, {"document": NEW, "view": "action"}).content.decode()


@pytest.mark.parametrize("text", ["", "null", "[]", "{" * 50_000, "\x00", "x" * 400_000])
def test_any_text_has_a_summary_or_says_why_not(
    aws_account: AwsAccount, erin: Operator, client_of: ClientOf, text: str
) -> None:
    url = address("document_view") + "?kind=identity"
    page = client_of(erin).post(url, {"document": text, "view": "summary"})
    assert page.status_code == 200
    assert "No summary yet" in page.content.decode()


def test_there_is_no_other_type_of_document(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    assert client_of(erin).post(address("document_view") + "?kind=poem", {"document": NEW}).status_code == 404


def test_says_what_by_service_and_level(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    allowed = allow(["s3:GetObject", "s3:PutObject", "s3:Nothing"], "arn:aws:s3:::a/*", Condition=FROM_OFFICE)
    document = document_text(allowed, {"Effect": "Deny", "NotAction": "s3:*", "Resource": "*"})
    url = address("document_view") + "?kind=identity"
    words = text_of(client_of(erin).post(url, {"document": document, "view": "summary"}).content.decode())
    assert "Write Read : GetObject Write : PutObject arn:aws:s3:::a/* Only from 198.51.100.0/24" in words
    assert f"{len(catalogue.service_names()) - 1:,} services" in words
    assert "All that they can do Everything Always" in words
    assert "No action of AWS: s3:Nothing" in words


def test_conditions_of_several_statements_are_not_said_as_one() -> None:
    over_tls = allow("s3:GetObject", Condition={"Bool": {"aws:SecureTransport": "true"}})
    [line] = level_summary(document_text(over_tls, allow("s3:GetObject", Condition=FROM_OFFICE))).effects[0].services
    assert (line.only_if, line.keys) == ("", ["aws:SecureTransport", "aws:SourceIp"])
    [line] = level_summary(document_text(over_tls, allow("s3:GetObject"))).effects[0].services
    assert (line.only_if, line.keys, line.service.is_conditional) == ("", ["aws:SecureTransport"], False)
