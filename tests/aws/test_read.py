from __future__ import annotations

from datetime import timedelta

import pytest
from botocore.utils import parse_timestamp
from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import Emulator
from sync.aws import answers, errors
from sync.aws.answers import prepare
from sync.aws.client import reader
from tests.aws.conftest import DOCUMENT
from tests.services.aws_models import model_of

# A key twice, tabs, a "%", a plus and a letter beyond ASCII: all that parsing, or decoding twice, would lose.
ODD = (
    '{ "Version": "2012-10-17",\n\t"Statement": {"Effect": "Allow", "Effect": "Deny",\r\n "Sid": "a",'
    ' "Action":"s3:*" , "Resource":["arn:aws:s3:::a%2Fb+c/\u00e9"]  } }'
)


def test_a_document_comes_as_the_text_that_aws_holds(emulator: Emulator, aws_account: AwsAccount) -> None:
    iam = emulator.client("iam")
    arn = iam.create_policy(PolicyName="odd", PolicyDocument=ODD)["Policy"]["Arn"]
    iam.create_user(UserName="eve")
    iam.put_user_policy(UserName="eve", PolicyName="odd", PolicyDocument=ODD)
    client = reader(aws_account)
    version = client.call("iam", "GetPolicyVersion", PolicyArn=arn, VersionId="v1")
    inline = client.call("iam", "GetUserPolicy", UserName="eve", PolicyName="odd")
    details = client.call("iam", "GetAccountAuthorizationDetails", Filter=["User", "LocalManagedPolicy"])
    assert version["PolicyVersion"]["Document"] == ODD
    assert inline["PolicyDocument"] == ODD
    assert details["UserDetailList"][0]["UserPolicyList"][0]["PolicyDocument"] == ODD
    assert details["Policies"][0]["PolicyVersionList"][0]["Document"] == ODD


def test_a_trust_policy_comes_as_text(emulator: Emulator, aws_account: AwsAccount) -> None:
    trust = DOCUMENT.replace('"Resource":"*"', '"Principal":{"Service":"ec2.amazonaws.com"}').replace(
        "s3:GetObject", "sts:AssumeRole"
    )
    emulator.client("iam").create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    assert reader(aws_account).call("iam", "GetRole", RoleName="r")["Role"]["AssumeRolePolicyDocument"] == trust


def test_pages_follow_the_marker(emulator: Emulator, aws_account: AwsAccount) -> None:
    for n in range(5):
        emulator.client("iam").create_user(UserName=f"user{n}")
    before = timezone.now()
    pages = list(reader(aws_account).pages("iam", "ListUsers", MaxItems=2))
    assert [[user["UserName"] for user in page.items["Users"]] for page in pages] == [
        ["user0", "user1"],
        ["user2", "user3"],
        ["user4"],
    ]
    assert pages[-1].marker is None
    assert all(set(page.items) == {"Users"} and page.request_id for page in pages)
    assert before <= pages[0].requested_at <= pages[1].requested_at <= before + timedelta(minutes=1)


def test_pages_go_on_from_a_marker(emulator: Emulator, aws_account: AwsAccount) -> None:
    for n in range(3):
        emulator.client("iam").create_user(UserName=f"user{n}")
    client = reader(aws_account)
    first = next(client.pages("iam", "ListUsers", MaxItems=2))
    rest = list(client.pages("iam", "ListUsers", MaxItems=2, marker=first.marker))
    assert [user["UserName"] for page in rest for user in page.items["Users"]] == ["user2"]


def test_a_page_that_breaks_off_is_asked_for_again(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("iam").create_user(UserName="alice")
    emulator.rules([{"action": "ListUsers", "when": "after", "truncate": True, "times": 1}])
    assert len(list(reader(aws_account).pages("iam", "ListUsers"))) == 1


def test_a_page_that_keeps_breaking_off_is_a_transient_error(emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.client("iam").create_user(UserName="alice")
    emulator.rules([{"action": "ListUsers", "when": "after", "truncate": True}])
    with pytest.raises(errors.TransientError) as caught:
        list(reader(aws_account).pages("iam", "ListUsers"))
    assert caught.value.sent is False


@pytest.mark.parametrize("operation", ["CreateUser", "DeleteUser", "AttachUserPolicy", "TagUser", "AcquireRole"])
def test_a_reader_writes_nothing(operation: str, emulator: Emulator, aws_account: AwsAccount) -> None:
    emulator.forget_calls()
    with pytest.raises(errors.NotARead):
        reader(aws_account).call("iam", operation)
    assert emulator.calls() == []


def test_sessions_at_sts_are_not_to_be_had(emulator: Emulator, aws_account: AwsAccount) -> None:
    with pytest.raises(errors.NotARead):
        reader(aws_account).call("sts", "GetSessionToken")


def test_a_service_that_the_console_does_not_use_is_refused(emulator: Emulator, aws_account: AwsAccount) -> None:
    with pytest.raises(errors.ConsoleRefused):
        reader(aws_account).call("glue", "GetDatabases")


def test_what_is_not_there(emulator: Emulator, aws_account: AwsAccount) -> None:
    with pytest.raises(errors.NotFound) as caught:
        reader(aws_account).call("iam", "GetUser", UserName="nobody")
    assert (caught.value.code, caught.value.operation) == ("NoSuchEntity", "iam:GetUser")
    assert caught.value.request_id


def test_parameters_that_make_no_request(emulator: Emulator, aws_account: AwsAccount) -> None:
    with pytest.raises(errors.InvalidRequestError):
        reader(aws_account).call("iam", "GetUser", UserName=["not a name"])


def test_what_the_emulator_lacks_is_unsupported(emulator: Emulator, aws_account: AwsAccount) -> None:
    with pytest.raises(errors.UnsupportedError):
        reader(aws_account).call("iam", "GetHumanReadableSummary", EntityArn="arn:aws:iam::1:user/x" + "x" * 20)


@pytest.mark.parametrize("on_the_wire", ["%7B%22Sid%22%3A%20%22a%252Fb%2Bc%22%7D", '{"Sid": "a%2Fb+c"}'])
def test_a_document_is_decoded_once_if_it_is_encoded(on_the_wire: str) -> None:
    model = model_of("iam").operation_model("GetUserPolicy")
    answer = {"UserName": "eve", "PolicyName": "odd", "PolicyDocument": on_the_wire}
    assert model.output_shape is not None
    assert prepare(answer, model.output_shape)["PolicyDocument"] == '{"Sid": "a%2Fb+c"}'


@pytest.mark.parametrize(
    "said",
    [
        "2025-03-01T09:30:00Z",
        "2025-03-01T09:30:00.123Z",
        "2025-03-01T10:30:00+01:00",
        "20250301T093000Z",
        "Sat, 01 Mar 2025 09:30:00 GMT",
        "1740821400",
        "1740821400.25",
        1740821400,
        1740821400.25,
    ],
)
def test_times_are_what_botocore_makes_of_them(said: object) -> None:
    assert answers._time(said) == parse_timestamp(said)  # type: ignore[arg-type]


def test_times_are_read_in_the_fast_way(
    emulator: Emulator, aws_account: AwsAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.client("iam").create_user(UserName="eve")
    monkeypatch.setattr(answers, "parse_timestamp", None)  # the slow way is not to be had
    assert reader(aws_account).call("iam", "GetUser", UserName="eve")["User"]["CreateDate"].tzinfo is not None
