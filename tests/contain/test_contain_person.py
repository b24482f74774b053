"""A person of Identity Center: sessions are denied by their id, in permission sets and in a prepared policy."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import AwsAccount, Operator
from contain.models import Containment
from contain.subjects.person import names_person, with_person
from directory.models import DirectoryUser
from emulator.process import Emulator
from sync import changes
from sync.models import Change
from tests.directory.arranged import Arranged, arranged_and_pulled
from tests.services.changing import worked
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]


@pytest.fixture
def center(emulator: Emulator, aws_account: AwsAccount) -> Arranged:
    return arranged_and_pulled(emulator, aws_account)


def pieces_on(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('name="pieces" value="')[1:]]


def test_sessions_assignments_and_groups_are_cut(center: Arranged, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    page = get(client, "directory_person_contain", aws_id=center.priya)
    assert "Priya Nair" in text_of(page) and "No API disables somebody" in page
    pieces = pieces_on(page)
    assert [each.partition(":")[0] for each in pieces] == ["set", "assignment"]
    url = address("directory_person_contain_begin", aws_id=center.priya)
    assert client.post(url, {"pieces": pieces, "typed": "Priya Nair"}).status_code == 302
    made = Containment.objects.get()
    change = worked(made.change)
    for _ in range(5):  # its gates wait until AWS has done it
        if change.state == Change.State.SCHEDULED:
            changes.look_again(change=change, actor=erin)
            change = worked(change)
    assert change.state == Change.State.APPLIED, change.error
    kinds = list(change.steps.values_list("kind", flat=True))
    assert kinds[:3] == ["sso.set.inline.put", "sso.set.provision", "sso.assignment.delete"]
    assert set(kinds[3:]) == {"sso.set.await", "sso.assignment.await"}
    about = {"InstanceArn": center.made.arn, "PermissionSetArn": center.admin}
    inline = center.made.sso.get_inline_policy_for_permission_set(**about)["InlinePolicy"]
    assert names_person(inline, center.priya) and not names_person(inline, center.dana)
    assert made.name == "" and "priya" not in change.title.lower()
    after = text_of(get(client, "containment", pk=str(made.pk)))
    assert "Containment of Priya Nair" in after


def test_a_name_is_typed_as_it_is_shown(center: Arranged, erin: Operator, client_of: ClientOf) -> None:
    """Pages show several spaces as one, and none at the ends."""
    DirectoryUser.objects.filter(aws_id=center.priya).update(display_name=" Priya\u00a0  Nair ")
    url = address("directory_person_contain_begin", aws_id=center.priya)
    [assignment] = [
        each
        for each in pieces_on(get(client_of(erin), "directory_person_contain", aws_id=center.priya))
        if each.startswith("assignment:")
    ]
    refused = client_of(erin).post(url, {"pieces": [assignment], "typed": "PriyaNair"})
    assert "That isn’t the name" in refused.content.decode()
    assert client_of(erin).post(url, {"pieces": [assignment], "typed": "Priya Nair"}).status_code == 302


def test_a_group_of_theirs(center: Arranged, erin: Operator, client_of: ClientOf) -> None:
    pieces = pieces_on(get(client_of(erin), "directory_person_contain", aws_id=center.dana))
    assert f"group:{center.platform}" in pieces


def test_who_looks_after_people_contains_nobody(center: Arranged, hal: Operator, client_of: ClientOf) -> None:
    page = client_of(hal).get(address("directory_person_contain", aws_id=center.priya))
    assert page.status_code in (403, 404) and b"Priya" not in page.content
    assert client_of(hal).get("/contain/", {"q": "priya"}).status_code == 403


def test_a_prepared_policy_takes_their_id(center: Arranged) -> None:
    deny = {"Effect": "Deny", "Action": "*", "Resource": "*"}
    condition = {"StringEquals": {"identitystore:UserId": "placeholder"}}
    text = json.dumps({"Version": "2012-10-17", "Statement": {**deny, "Condition": condition}})
    again = with_person(text, center.priya)
    assert again is not None and names_person(again, center.priya) and names_person(again, "placeholder")
    assert with_person(again, center.priya) is None
    narrower = {**condition, "Bool": {"aws:MultiFactorAuthPresent": "false"}}
    for other in ({**deny, "Action": "s3:*", "Condition": condition}, {**deny, "Condition": narrower}, deny):
        assert with_person(json.dumps({"Statement": [other]}), center.priya) is None


def test_somebody_who_is_gone(center: Arranged, erin: Operator, client_of: ClientOf) -> None:
    DirectoryUser.objects.filter(aws_id=center.priya).update(gone_at="2026-01-01T00:00:00Z")
    assert client_of(erin).get(address("directory_person_contain", aws_id=center.priya)).status_code == 404
