"""Documents that are none: malformed JSON never leaves the editor; what only AWS refuses fails in AWS's own words."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from accounts.models import Operator
from policies.models import ManagedPolicy
from sync.models import Change, Step
from tests.conftest import wait_until
from tests.services.pages import address, get, text_of
from tests.services.statements import reports_policy
from tests.services.workers import Worker
from tests.services.world import World

ClientOf = Callable[..., Client]
MALFORMED = [
    ('{\n  "Version": "2012-10-17"\n  "Statement": []\n}', "Line 3, column 3"),
    ('{\n  "Statement": [\n    {"Effect": "Allow",}\n  ]\n}', "Line 3, column 23"),
    ('{"Statement": [{"Effect": Allow}]}', "Line 1, column 27"),
    ('{\n  "Version": "2012-10-17",\n  "Statement": [', "Line 3, column 17"),
    ('\n\n  <script>alert("&amp;")</script>', "Line 3, column 3"),
]
NO_ARN = reports_policy("s3:GetObject").replace("arn:aws:s3:::acme-reports/*", "acme-reports")


def send(client: Client, policy: ManagedPolicy, text: str) -> tuple[int, str]:
    typed = {"title": "Archive", "reason": "Ticket DATA-2217", "document": text, "base": policy.default_version}
    answer = client.post(address("policy_action", aws_id=policy.aws_id, action="edit"), typed)
    return answer.status_code, answer.content.decode()


def typed_in(html: str) -> str:
    """What stands in the editor. A browser leaves out the line break after the tag."""
    found = re.search(r'<textarea[^>]*name="document"[^>]*>\r?\n(.*?)</textarea>', html, re.DOTALL)
    assert found, html
    return unescape(found[1])


@pytest.mark.django_db
@pytest.mark.parametrize(("text", "place"), MALFORMED)
def test_malformed_json_is_given_back_as_typed_with_its_place(
    world: World, erin: Operator, client_of: ClientOf, text: str, place: str
) -> None:
    policy = world.policy()
    status, html = send(client_of(erin), policy, text)
    assert status == 422
    assert place in text_of(html)
    assert typed_in(html) == text
    assert 'value="Archive"' in html
    assert "Ticket DATA-2217" in html
    assert not Change.objects.exists()
    assert world.emulator.calls() == []


@pytest.mark.django_db(transaction=True)
def test_what_aws_refuses_is_told_in_its_words_and_changes_nothing(
    world: World, erin: Operator, worker: Callable[..., Worker], client_of: ClientOf
) -> None:
    policy, client = world.policy(), client_of(erin)
    assert send(client, policy, NO_ARN)[0] == 302
    change = Change.objects.get()
    client.post(address("change_apply", pk=str(change.pk)))
    worker()
    wait_until(lambda: Change.objects.filter(finished_at__isnull=False).exists())
    change.refresh_from_db()
    assert (change.state, change.error["class"], change.steps.get().state) == (
        "failed",
        "InvalidRequestError",
        Step.State.FAILED,
    )
    text = text_of(get(client, "change", pk=str(change.pk)))
    assert "AWS does not accept what iam:CreatePolicyVersion was given; nothing was done." in text
    assert 'MalformedPolicyDocument: Resource acme-reports must be in ARN format or "*".' in text
    assert "acme-reports" in text_of(get(client, "change", "?show=plan", pk=str(change.pk)))
    assert [call["applied"] for call in world.emulator.calls("CreatePolicyVersion")] == [False]
    assert sorted(world.versions(policy)) == ["v1"]
