"""The tab *Activity*: the last calls of a user or role, asked of CloudTrail by a worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Grant, Operator
from emulator.process import Emulator
from identities.models import IamRole, IamUser
from sync.activity import erasing, principals
from sync.changes import free_texts
from sync.models import ActivityAnswer
from tests.services.pages import address, get, text_of
from tests.services.pulling import pulled
from tests.services.statements import allowing, trusting

pytestmark = pytest.mark.django_db

ClientOf = Callable[..., Client]


def of_keys(emulator: Emulator, service: str, key: dict[str, str]) -> Any:
    token = {"aws_session_token": key["SessionToken"]} if "SessionToken" in key else {}
    return emulator.client(
        service, aws_access_key_id=key["AccessKeyId"], aws_secret_access_key=key["SecretAccessKey"], **token
    )


@pytest.fixture
def jane(iam: Any, emulator: Emulator, aws_account: AwsAccount) -> IamUser:
    """She listed groups, and was refused when she made one."""
    iam.put_user_policy(UserName="jane", PolicyName="look", PolicyDocument=allowing("iam:ListGroups"))
    hers = of_keys(emulator, "iam", iam.create_access_key(UserName="jane")["AccessKey"])
    emulator.enforce_iam()
    hers.list_groups()
    with pytest.raises(ClientError):
        hers.create_group(GroupName="mine")
    emulator.enforce_iam(False)
    return IamUser.objects.get(name="jane")


def asked(client: Client, name: str, row: Any) -> str:
    """The page after a worker has asked."""
    answered = client.post(address(f"{name}_activity_ask", aws_id=row.aws_id), follow=True)
    assert "CloudTrail is being asked." in answered.content.decode()
    principals.work(ActivityAnswer.objects.get().pk)
    return get(client, f"{name}_activity", aws_id=row.aws_id)


def test_calls_and_denials_of_a_user(jane: IamUser, erin: Operator, client_of: ClientOf) -> None:
    client = client_of(erin)
    assert "Nobody has asked within the last hour." in get(client, "user_activity", aws_id=jane.aws_id)
    text = text_of(asked(client, "user", jane))
    assert "iam:CreateGroup Denied" in text
    assert "iam:ListGroups" in text
    assert "from 127.0.0.1, with Boto3" in text
    assert "management events only" in text
    denied = text_of(get(client, "user_activity", "?show=denied", aws_id=jane.aws_id))
    assert "iam:CreateGroup" in denied
    assert "iam:ListGroups" not in denied
    assert AuditEntry.objects.filter(verb="activity.asked", object_id=jane.aws_id).count() == 1


def test_calls_of_a_role_are_those_of_its_sessions(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    trust = trusting({"AWS": "arn:aws:iam::123456789012:root"}, ["sts:AssumeRole"])
    arn = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="deployer", PolicyName="all", PolicyDocument=allowing("*"))
    keys = emulator.client("sts").assume_role(RoleArn=arn, RoleSessionName="build-7")["Credentials"]
    of_keys(emulator, "iam", keys).list_users()
    iam.create_user(UserName="build-7")  # called as the session is
    pulled(aws_account)
    text = text_of(asked(client_of(erin), "role", IamRole.objects.get(name="deployer")))
    assert "iam:ListUsers" in text
    assert "session of build-7" in text
    assert "iam:CreateUser" not in text


def test_a_session_that_called_nothing_is_not_said_away(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    trust = trusting({"AWS": "arn:aws:iam::123456789012:root"}, ["sts:AssumeRole"])
    arn = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    emulator.client("sts").assume_role(RoleArn=arn, RoleSessionName="build-7")
    pulled(aws_account)
    page = asked(client_of(erin), "role", IamRole.objects.get(name="deployer"))
    assert "The newest sessions of this role left no call on record" in page


def test_who_may_not_ask_sees_no_tab_and_cannot_ask(jane: IamUser, bob: Operator, client_of: ClientOf) -> None:
    client = client_of(bob)
    assert address("user_activity", aws_id=jane.aws_id) not in get(client, "user", aws_id=jane.aws_id)
    assert client.get(address("user_activity", aws_id=jane.aws_id)).status_code == 403
    assert client.post(address("user_activity_ask", aws_id=jane.aws_id)).status_code == 403
    assert not ActivityAnswer.objects.exists()


def test_a_missing_permission_is_said(jane: IamUser, emulator: Emulator, erin: Operator, client_of: ClientOf) -> None:
    emulator.rules(
        [{"action": "LookupEvents", "when": "before", "error": {"code": "AccessDeniedException", "status": 400}}]
    )
    page = asked(client_of(erin), "user", jane)
    assert "CloudTrail could not be asked." in page
    assert "&quot;cloudtrail:LookupEvents&quot;" in page


def test_it_is_asked_once_and_forgotten_after_an_hour(
    jane: IamUser, emulator: Emulator, erin: Operator, client_of: ClientOf
) -> None:
    client, here = client_of(erin), address("user_activity_ask", aws_id=jane.aws_id)
    for _ in range(3):
        client.post(here)
    answer = ActivityAnswer.objects.get()
    assert AuditEntry.objects.filter(verb="activity.asked").count() == 1
    emulator.forget_calls()
    for _ in range(2):
        principals.work(answer.pk)
    assert len(emulator.calls("LookupEvents")) == 1  # us-east-1 is the home of this AWS account, too
    ActivityAnswer.objects.update(asked_at=timezone.now() - timedelta(hours=2))
    erasing.forget_old()
    assert not ActivityAnswer.objects.exists()


def test_a_worker_that_died_is_followed_by_another(jane: IamUser, erin: Operator, client_of: ClientOf) -> None:
    client_of(erin).post(address("user_activity_ask", aws_id=jane.aws_id))
    ActivityAnswer.objects.update(claimed_at=timezone.now() - timedelta(hours=1))
    principals.work(ActivityAnswer.objects.get().pk)
    assert ActivityAnswer.objects.get().state == "waiting"  # it is somebody's
    principals.wake_waiting()
    principals.work(ActivityAnswer.objects.get().pk)
    assert ActivityAnswer.objects.get().state == "answered"


def test_erasing_a_person_erases_what_they_called(jane: IamUser, erin: Operator, client_of: ClientOf) -> None:
    asked(client_of(erin), "user", jane)
    free_texts.erase_naming(jane.aws_account, free_texts.names_one_of({"127.0.0.1"}))
    assert ActivityAnswer.objects.get().calls == erasing.ERASED
    page = get(client_of(erin), "user_activity", aws_id=jane.aws_id)
    assert "iam:ListGroups" not in page
    assert "left no call on record" not in page
    assert "The answer was erased" in page


def test_of_another_account_nothing_is_told(
    jane: IamUser, other_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    Grant.objects.filter(operator=erin).update(aws_account=other_account)
    assert client_of(erin).get(address("user_activity", aws_id=jane.aws_id)).status_code == 404


def test_a_users_calls_have_what_their_sessions_did(
    iam: Any, emulator: Emulator, aws_account: AwsAccount, erin: Operator, client_of: ClientOf
) -> None:
    trust = trusting({"AWS": "arn:aws:iam::123456789012:root"}, ["sts:AssumeRole"])
    arn = iam.create_role(RoleName="deployer", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    hers = of_keys(emulator, "sts", iam.create_access_key(UserName="jane")["AccessKey"])
    session = hers.assume_role(RoleArn=arn, RoleSessionName="night")["Credentials"]
    of_keys(emulator, "iam", session).create_user(UserName="backdoor")
    pulled(aws_account, source="iam.details")
    jane = IamUser.objects.get(name="jane")
    text = text_of(asked(client_of(erin), "user", jane))
    assert "iam:CreateUser backdoor" in text and "as arn:aws:iam::123456789012:role/deployer" in text
    assert f"sts:AssumeRole {arn}" in text
    made = next(each for each in principals.calls_in(ActivityAnswer.objects.get()) if each.name == "CreateUser")
    assert (made.member, made.about, made.made[:4]) == ("userName", "backdoor", "AIDA")
