"""From what somebody has at night to whom it is; and nothing about what they may not see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import AuditEntry, Grant, Operator
from accounts.roles import Role
from identities.models import AccessKey
from tests.conftest import make_aws_account, make_operator
from tests.services.leaked_key import Night
from tests.services.organizations import MadeOrganization, connect_member
from tests.services.pages import address, text_of
from tests.services.rows import make_user
from tests.services.statements import trusting

pytestmark = pytest.mark.django_db
ClientOf = Callable[..., Client]
NOT_HERE = "It isn’t of an AWS account in which you may contain anybody, or it doesn’t exist."


def asked(client: Client, key: str) -> tuple[int, str]:
    """Where it leads, or what is said."""
    answered = client.post("/contain/key/", {"key": key})
    return answered.status_code, answered.get("Location", "") or text_of(answered.content.decode())


def test_a_key_that_is_new_since_the_pull(night: Night, erin: Operator, client_of: ClientOf) -> None:
    AccessKey.objects.all().delete()
    client = client_of(erin)
    page = client.get("/contain/", {"q": night.key["AccessKeyId"]}).content.decode()
    assert "Ask AWS whose it is" in page
    status, where = asked(client, night.key["AccessKeyId"])
    assert (status, where.partition("?")[0]) == (302, address("user_contain", aws_id=night.user.aws_id))
    entry = AuditEntry.objects.get(verb="contain.key_asked")
    assert night.key["AccessKeyId"] not in str(entry.data)


def test_the_key_of_a_session(night: Night, erin: Operator, client_of: ClientOf) -> None:
    session = night.by_key("sts").assume_role(RoleArn=night.role.arn, RoleSessionName="night")["Credentials"]
    night.by_key("iam", session).list_users()
    status, where = asked(client_of(erin), session["AccessKeyId"])
    assert status == 302 and where.startswith(address("role_contain", aws_id=night.role.aws_id))
    assert "session=night" in where
    page = client_of(erin).get(where).content.decode()
    assert 'value="session" checked' in page and 'value="sessions" checked' not in page


def test_arns_and_names(night: Night, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    for words, expected in (
        ("arn:aws:sts::123456789012:assumed-role/deploy/night", "session=night"),
        (night.user.arn, address("user_contain", aws_id=night.user.aws_id)),
        (night.role.arn, address("role_contain", aws_id=night.role.aws_id)),
        ("ci-bu", address("user_contain", aws_id=night.user.aws_id)),
        (night.user.aws_id, address("user_contain", aws_id=night.user.aws_id)),
    ):
        assert expected in client.get("/contain/", {"q": words}).content.decode(), words
    for words in ("", "nobody-at-all", "arn:aws:iam::999999999999:user/x", "arn:nonsense", "AKIA", "é" * 300):
        assert client.get("/contain/", {"q": words}).status_code == 200


def test_what_lies_elsewhere_is_as_what_does_not_exist(night: Night, client_of: ClientOf) -> None:
    """charlie may contain in another AWS account alone."""
    other = connect_member(
        MadeOrganization(night.emulator).client.create_account(AccountName="Other", Email="other@acme.example")[
            "CreateAccountStatus"
        ]["AccountId"],
        "Other",
    )
    client = client_of(make_operator("charlie", Role.EDITOR, other))
    key = night.key["AccessKeyId"]
    assert "ci-builder" not in client.get("/contain/", {"q": key}).content.decode()
    assert night.user.aws_id not in client.get("/contain/", {"q": "ci-builder"}).content.decode()
    there, nowhere = asked(client, key), asked(client, "AKIAZZZZZZZZZZZZZZZZ")
    assert NOT_HERE in there[1] and there[1].replace(key, "") == nowhere[1].replace("AKIAZZZZZZZZZZZZZZZZ", "")
    for name in ("user_contain", "user_contain_begin"):
        for account_id in ("123456789012", other.account_id):
            url = address(name, account_id=account_id, aws_id=night.user.aws_id)
            assert client.post(url, {"pieces": ["deny"], "typed": "ci-builder"}).status_code in (404, 405)
            assert client.get(url).status_code in (404, 405)


def test_where_aws_is_not_to_be_asked(night: Night, erin: Operator, client_of: ClientOf) -> None:
    AccessKey.objects.all().delete()
    night.emulator.rules([{"action": "GetAccessKeyInfo", "error": {"code": "AccessDenied", "status": 403}}])
    assert "lacks sts:GetAccessKeyInfo" in asked(client_of(erin), night.key["AccessKeyId"])[1]
    assert NOT_HERE in asked(client_of(erin), "not-a-key")[1]


def test_nobody_asks_without_end(night: Night, erin: Operator, client_of: ClientOf, settings: Any) -> None:
    """It counts with what is asked on the page of a key; what the mirror finds isn't counted."""
    settings.ACCOUNT_RATE_LIMITS = {"access_key_asked": "2/h/key"}
    cache.clear()
    client = client_of(erin)
    client.post("/access-keys/", {"key": "AKIAZZZZZZZZZZZZZZZZ"})
    answers = [asked(client, "AKIAZZZZZZZZZZZZZZZZ")[1] for _ in range(2)]
    assert ["too many keys within an hour" in each for each in answers] == [False, True]
    assert len(night.emulator.calls("GetAccessKeyInfo")) == 2
    cache.clear()


def test_another_aws_account_is_asked_where_one_does_not_answer(
    night: Night, erin: Operator, client_of: ClientOf
) -> None:
    AccessKey.objects.all().delete()
    Grant.objects.create(operator=erin, aws_account=make_aws_account("000000000001", "A first one"), role=Role.EDITOR)
    assert asked(client_of(erin), night.key["AccessKeyId"])[0] == 302


def test_roles_that_trust_another_aws_account(night: Night, erin: Operator, client_of: ClientOf) -> None:
    for name, who in (("supplier", "arn:aws:iam::999900001111:root"), ("for-all", "*"), ("other", "999900002222")):
        night.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusting({"AWS": who}, ["sts:AssumeRole"]))
    night.pull()
    client = client_of(erin)
    found = text_of(client.get("/contain/", {"q": "999900001111"}).content.decode())
    assert "supplier role, which trusts 999900001111" in found
    assert "for-all role, which trusts everybody" in found and "other role" not in found and "deploy role" not in found
    assert "role, which trusts" not in text_of(client.get("/contain/", {"q": "123456789012"}).content.decode())
    nobody = client_of(make_operator("petra", Role.EDITOR, make_aws_account("000000000001", "A first one")))
    assert "supplier" not in text_of(nobody.get("/contain/", {"q": "999900001111"}).content.decode())


def test_what_is_called_so_comes_before_what_begins_so(night: Night, erin: Operator, client_of: ClientOf) -> None:
    """Also behind more users than are listed."""
    for number in range(25):
        make_user(night.aws_account, f"deploy-{number:02}")
    page = client_of(erin).get("/contain/", {"q": "deploy"}).content.decode()
    assert page.index(address("role_contain", aws_id=night.role.aws_id)) < page.index("deploy-00")
    assert "There are more: type more of the name." in page
    assert "There are more" not in client_of(erin).get("/contain/", {"q": "deploy-00"}).content.decode()
