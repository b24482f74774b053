"""People are told by what they are called, to who may know it; what is stored says the `sub`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.roles import Role
from cognito.models import CognitoUser, UserPool
from cognito.people.erasure import erase
from cognito.people.operations.base import on_person
from cognito.people.operations.making import new_person
from sync.models import Change
from sync.naming import Names
from tests.cognito.rows import make_client, make_person, make_pool, make_pool_group, put_into
from tests.conftest import make_operator
from tests.services.changing import propose
from tests.services.pages import address, get, text_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
JANE, ADDRESS = "Jane Doe", "jane@example.org"


@pytest.fixture
def jane(pool: UserPool) -> CognitoUser:
    """Her username is the `sub`, as in pools that people sign in to with an address."""
    made = make_person(pool, "jane", attributes={"name": JANE})
    CognitoUser.objects.filter(pk=made.pk).update(name=made.aws_id)
    made.refresh_from_db()
    return made


def disabled(person: CognitoUser, operator: Operator) -> Change:
    change = propose(person.aws_account, operator, [on_person(person, "cognito.user.disable", "No message is sent.")])
    change.title = f"Disable {person.aws_id}"
    change.save(update_fields=["title"])
    return change


def plan(client: Client, change: Change) -> str:
    return text_of(get(client, "change", pk=str(change.pk)))


# ---- Forms -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("action", ["disable", "reset-password", "attributes", "join", "delete"])
def test_a_form_is_headed_by_what_she_is_called(
    action: str, jane: CognitoUser, erin: Operator, client_of: ClientOf
) -> None:
    html = get(client_of(erin), "cognito_user_action", aws_id=jane.aws_id, action=action)
    text = text_of(html)
    assert JANE in text.partition(" Stage the change")[0]
    assert text.count(ADDRESS) == 1  # beside her name
    assert jane.aws_id not in text
    assert f"{JANE}</a>" in html  # the way back


def test_what_is_wrong_is_told_by_her_name_and_the_way_back_is_her_pools_list(
    jane: CognitoUser, hal: Operator, client_of: ClientOf
) -> None:
    put_into(make_pool_group(jane.pool), jane)
    url = address("cognito_user_action", aws_id=jane.aws_id, action="join")
    text = text_of(client_of(hal).post(url, {"group": "vip"}).content.decode())
    assert "Acme People of customers Jane Doe Add Jane Doe to a group" in text
    assert f"{JANE} ({ADDRESS}) is already in the group vip." in text


def test_a_form_is_a_look_unless_her_page_was_one(jane: CognitoUser, hal: Operator, client_of: ClientOf) -> None:
    client = client_of(hal)
    for _ in range(2):
        get(client, "cognito_user_action", aws_id=jane.aws_id, action="disable")
    assert [entry.object_id for entry in AuditEntry.objects.filter(verb="person.read")] == [jane.aws_id]


def test_whom_one_picked_in_the_list_is_told_so_and_that_is_a_look(
    jane: CognitoUser, pool: UserPool, hal: Operator, client_of: ClientOf
) -> None:
    john = make_person(pool, "john", attributes={"name": "John Roe"})
    picked = f"?pick={jane.aws_id}&pick={john.aws_id}"
    text = text_of(get(client_of(hal), "cognito_people_stage_action", picked, aws_id=pool.aws_id, action="disable"))
    assert f"Disable {JANE}, John Roe" in text
    assert f"{JANE} {ADDRESS} John Roe john@example.org" in text
    assert jane.aws_id not in text
    assert AuditEntry.objects.get(verb="people.listed").data == {"by": ["picked"]}


# ---- Plans -----------------------------------------------------------------------------------------------------
def test_a_plan_tells_her_name_and_what_is_stored_does_not(
    jane: CognitoUser, hal: Operator, client_of: ClientOf
) -> None:
    change, client = disabled(jane, hal), client_of(hal)
    text = plan(client, change)
    assert f"Changes {change.pk} Disable {JANE} ({ADDRESS}) Proposed" in text
    assert f"1 Disable {JANE} ({ADDRESS}) No message is sent." in text
    change.refresh_from_db()
    stored = f"{change.title} {[step.params for step in change.steps.all()]} {change.findings}"
    entries = "".join(f"{entry.object_name} {entry.data} {entry.reason}" for entry in AuditEntry.objects.all())
    for word in (JANE, ADDRESS):
        assert word not in stored and word not in entries


def test_a_look_at_whom_a_plan_is_about_is_logged_once_in_a_while(
    jane: CognitoUser, hal: Operator, erin: Operator, client_of: ClientOf
) -> None:
    change = disabled(jane, hal)
    for operator in (erin, erin, hal):
        plan(client_of(operator), change)
    looks = AuditEntry.objects.filter(verb="change.people_read", object_id=str(change.pk))
    assert sorted(str(look.actor) for look in looks) == ["Erin", "Hal"]


def test_who_may_see_no_people_reads_the_sub(
    jane: CognitoUser, hal: Operator, bob: Operator, client_of: ClientOf
) -> None:
    text = plan(client_of(bob), disabled(jane, hal))
    assert f"Disable {jane.aws_id}" in text
    assert JANE not in text and ADDRESS not in text
    assert not AuditEntry.objects.filter(verb="change.people_read").exists()


def test_what_stands_in_the_way_is_told_by_name(
    jane: CognitoUser, pool: UserPool, hal: Operator, client_of: ClientOf
) -> None:
    change = disabled(jane, hal)
    change.findings = [{"code": "X", "severity": "warning", "message": f"{jane.aws_id} is disabled already."}]
    change.error = {"sentence": f"{jane.aws_id} was disabled meanwhile.", "class": "ConsoleRefused"}
    change.save(update_fields=["findings", "error"])
    text = plan(client_of(hal), change)
    assert f"{JANE} ({ADDRESS}) is disabled already." in text
    assert f"{JANE} ({ADDRESS}) was disabled meanwhile." in text


def test_a_plan_asks_for_all_names_at_once(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    client, counts = client_of(hal), []
    for number in (2, 20):
        people = [make_person(pool, f"p{number}-{each}") for each in range(number)]
        steps = [on_person(person, "cognito.user.disable") for person in people]
        change = propose(pool.aws_account, hal, steps)
        plan(client, change)
        with CaptureQueriesContext(connection) as queries:
            assert f"p{number}-{number - 1}@example.org" in plan(client, change)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_names_are_of_the_pools_of_who_looks(jane: CognitoUser, aws_account: AwsAccount) -> None:
    other = make_pool(aws_account, "others")
    hilda = make_operator("hilda", Role.HELPDESK, aws_account)
    said = f"Disable {jane.aws_id}"
    assert Names(hilda, aws_account).said(said) == f"Disable {JANE} ({ADDRESS})"
    hilda.grants.update(pool_id=other.aws_id)
    assert Names(type(hilda).objects.get(pk=hilda.pk), aws_account).said(said) == said


def test_of_who_is_gone_the_name_stays_until_she_is_erased(jane: CognitoUser, hal: Operator) -> None:
    CognitoUser.objects.filter(pk=jane.pk).update(gone_at=timezone.now())
    assert Names(hal, jane.aws_account).said(jane.aws_id) == f"{JANE} ({ADDRESS})"
    erase(CognitoUser.objects.filter(pk=jane.pk))
    assert Names(hal, jane.aws_account).said(jane.aws_id) == jane.aws_id


CLIENT = "e6guwlpkbtnfrxyf040gpcunl9"


def test_pools_and_app_clients_are_named_too(jane: CognitoUser, bob: Operator, aws_account: AwsAccount) -> None:
    pool = make_pool(aws_account, "partners", pool_id="eu-west-1_g6z9cqd37")
    make_client(pool, "portal", aws_id=CLIENT)
    said = f"Invite somebody new in {pool.aws_id}, of {CLIENT}; not {pool.arn}"
    assert Names(bob, aws_account).said(said) == f"Invite somebody new in partners, of portal; not {pool.arn}"
    hilda = make_operator("hilda", Role.HELPDESK, aws_account)
    hilda.grants.update(pool_id=jane.pool.aws_id)
    assert Names(type(hilda).objects.get(pk=hilda.pk), aws_account).said(said) == said
    nobody = make_operator("nobody", None, aws_account)
    assert Names(nobody, aws_account).said(said) == said


def test_naming_a_pool_tells_nobody(pool: UserPool, bob: Operator) -> None:
    names = Names(bob, pool.aws_account).learn([pool.aws_id])
    assert not names.tell_anybody


@pytest.mark.parametrize(
    ("attributes", "username", "said"),
    [
        ({"name": JANE}, "", f"{JANE} ({ADDRESS})"),
        ({}, "", ADDRESS),  # nobody reads more out of the sub
        ({}, "jdoe", f"{ADDRESS} (jdoe)"),
        ({"name": JANE, "email": ""}, "jdoe", f"{JANE} (jdoe)"),
        ({"email": ""}, "", ""),
    ],
)
def test_what_she_is_told_by(
    attributes: dict[str, str], username: str, said: str, pool: UserPool, hal: Operator
) -> None:
    made = make_person(pool, "jane", attributes=attributes)
    CognitoUser.objects.filter(pk=made.pk).update(name=username or made.aws_id)
    assert Names(hal, pool.aws_account).said(made.aws_id) == (said or made.aws_id)


def test_who_is_invited_is_told_by_what_was_typed_and_then_by_name(
    jane: CognitoUser, hal: Operator, bob: Operator, client_of: ClientOf
) -> None:
    change = propose(jane.aws_account, hal, [new_person(jane.pool, "jdoe", {"email": ADDRESS}, channel="EMAIL")])
    invite = "Invite somebody new in customers"
    assert f"{invite}: jdoe email {ADDRESS} Low risk. Reversible" in plan(client_of(hal), change)
    assert AuditEntry.objects.filter(verb="change.people_read", actor=hal).count() == 1
    bobs = plan(client_of(bob), change)
    assert "jdoe" not in bobs and ADDRESS not in bobs
    change.steps.update(result={"id": jane.aws_id}, state="done")
    Change.objects.filter(pk=change.pk).update(state="applied", queued_at=timezone.now(), finished_at=timezone.now())
    assert f"{invite}: {JANE} ({ADDRESS})" in plan(client_of(hal), change)
    note = get(client_of(hal), "change_ticket", pk=str(change.pk))
    assert "- Invite somebody new in us-east-1_Customers: done." in note
    assert JANE not in note and ADDRESS not in note and "jdoe" not in note
    erase(CognitoUser.objects.filter(pk=jane.pk))
    assert f"{invite} Done" in plan(client_of(hal), change).replace(" cognito-idp:AdminCreateUser", "")


# ---- Afterwards ------------------------------------------------------------------------------------------------
def test_the_note_for_a_ticket_says_her_sub_and_its_page_her_name(
    jane: CognitoUser, hal: Operator, bob: Operator, client_of: ClientOf
) -> None:
    change = disabled(jane, hal)
    note = get(client_of(hal), "change_ticket", pk=str(change.pk))
    assert f"- Disable {jane.aws_id}: not sent.\n  No message is sent." in note
    assert f'<h2 id="h-title">Disable {JANE} ({ADDRESS})</h2>' in note
    assert AuditEntry.objects.filter(verb="change.people_read", actor=hal).count() == 1
    theirs = get(client_of(bob), "change_ticket", pk=str(change.pk))
    assert f"- Disable {jane.aws_id}: not sent.\n  No message is sent." in theirs
    assert JANE not in theirs and ADDRESS not in theirs


def test_her_page_lists_what_was_done_for_her_by_her_name(
    jane: CognitoUser, hal: Operator, client_of: ClientOf
) -> None:
    disabled(jane, hal)
    assert f"Disable {JANE} Hal, just now" in text_of(get(client_of(hal), "cognito_user", aws_id=jane.aws_id))
