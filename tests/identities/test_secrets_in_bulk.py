"""Keys and passwords for many users in one change, and all their secrets as one file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.models import AuditEntry, AwsAccount, Operator
from identities.models import IamUser
from sync.models import Change, SealedSecret
from tests.services.changing import carry_out
from tests.services.pages import address, text_of
from tests.services.rows import make_user
from tests.services.world import World

pytestmark = pytest.mark.django_db

ClientOf = Callable[..., Client]
TABLE = "name,access_key,console_password\nada,yes,yes\nben,,yes\ncleo,no,\n"


def press(client: Client, name: str, change: Change) -> HttpResponse:
    answer = client.post(address(name, pk=str(change.pk)))
    assert isinstance(answer, HttpResponse)
    return answer


def lines_in(answer: HttpResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def picks(*users: IamUser) -> str:
    return "?" + "&".join(f"pick={user.aws_id}" for user in users)


def test_a_table_of_users_with_keys_and_passwords(world: World, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    page = client.post(address("users_csv"), {"what": "new", "text": TABLE}).content.decode()
    assert "Make an access key for the user ada, Give the user ada a console password" in text_of(page)
    assert not SealedSecret.objects.exists()
    client.post(address("users_csv"), {"what": "new", "text": TABLE, "stage": "1"})
    change = carry_out(Change.objects.get(), erin)
    assert change.state == Change.State.APPLIED, change.error

    answer = press(client, "change_secrets_csv", change)
    found = lines_in(answer)
    head = "arn:aws:iam::123456789012:user/"
    assert [(each["arn"], each["name"]) for each in found] == [
        (f"{head}ada", "Secret access key"),
        (f"{head}ada", "Console password"),
        (f"{head}ben", "Console password"),
    ]
    assert found[0]["id"] == world.iam.list_access_keys(UserName="ada")["AccessKeyMetadata"][0]["AccessKeyId"]
    assert len({each["secret"] for each in found}) == 3
    assert all(each["secret"] for each in found)
    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"] == f'attachment; filename="secrets-of-change-{change.pk}.csv"'
    press(client, "change_secrets_kept", change)
    assert not SealedSecret.objects.exists()
    assert press(client, "change_secrets_csv", change).status_code == 302


def test_the_file_is_for_their_operator_alone(
    world: World, erin: Operator, alice: Operator, client_of: ClientOf
) -> None:
    users = [world.user("ada"), world.user("ben")]
    client_of(erin).post(f"{address('users_stage_action', action='key-create')}{picks(*users)}", {"reason": "Ticket 7"})
    change = carry_out(Change.objects.get(), erin)
    assert press(client_of(alice), "change_secrets_csv", change).status_code == 302
    assert not AuditEntry.objects.filter(verb="secret.shown").exists()
    assert len(lines_in(press(client_of(erin), "change_secrets_csv", change))) == 2
    entry = AuditEntry.objects.get(verb="secret.shown")
    assert (entry.actor, entry.data["taken_as"], entry.data["secrets"]) == (erin, "CSV", 2)


def test_passwords_for_several_are_thought_up(aws_account: AwsAccount, erin: Operator, client_of: ClientOf) -> None:
    users = [make_user(aws_account, name) for name in ("ada", "ben")]
    url = f"{address('users_stage_action', action='password-create')}{picks(*users)}"
    assert "Typed password" not in client_of(erin).get(url).content.decode()
    client_of(erin).post(url, {"reset_required": "on"})
    steps = list(Change.objects.get().steps.all())
    assert [step.params["arn"] for step in steps] == [user.arn for user in users]
    assert len({step.params["password"] for step in steps}) == 2
    assert all(step.params["made_up"] and step.params["reset_required"] for step in steps)


@pytest.mark.parametrize("column", ["access_key", "console_password"])
def test_a_cell_that_says_neither_yes_nor_no(
    column: str, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    said = {"what": "new", "text": f"name,{column}\nada,perhaps\n"}
    page = client_of(erin).post(address("users_csv"), said).content.decode()
    assert f"“perhaps”: write yes or no in the column {column}." in text_of(page)
