"""What somebody changes in AWS behind the console's back: where it shows, and in which words."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import AwsAccount, Operator
from identities.models import IamRole, IamUser
from sync import drift
from sync.models import OwnershipRule, Revision, Run
from tests.services.pages import address, exported, get, text_of
from tests.services.pulling import policy_arn, pulled
from tests.services.statements import EC2, allowing, trusting

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NAMES = re.compile(r">(group-\d\d)</a>")


def sentences(aws_account: AwsAccount) -> dict[str, str]:
    """What the open drift says, by the name of the object."""
    return {drift.name_in(found): drift.sentence(found) for found in drift.open_drift(aws_account)}


@pytest.mark.parametrize(
    ("act", "name", "sentence"),
    [
        (lambda iam: iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY), "jane", "attached ReadOnlyAccess"),
        (
            lambda iam: iam.detach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY),
            "exporter",
            "detached ReadOnlyAccess",
        ),
        (
            lambda iam: iam.remove_user_from_group(GroupName="developers", UserName="jane"),
            "jane",
            "removed from the group developers",
        ),
        (
            lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2)),
            "exporter",
            "trust policy changed",
        ),
        (
            lambda iam: iam.put_role_policy(
                RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:CreateLogGroup")
            ),
            "exporter",
            "inline policy logs changed",
        ),
        (
            lambda iam: iam.put_user_permissions_boundary(UserName="jane", PermissionsBoundary=READ_ONLY),
            "jane",
            "bounded by ReadOnlyAccess",
        ),
        (
            lambda iam: iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "finance"}]),
            "jane",
            "tag team is finance instead of reports",
        ),
        (
            lambda iam: iam.create_policy_version(
                PolicyArn=policy_arn("reports-read"), PolicyDocument=allowing("s3:*"), SetAsDefault=True
            ),
            "reports-read",
            "version v2 is in force instead of v1, version v2 was written",
        ),
        (lambda iam: iam.update_user(UserName="jane", NewUserName="joan"), "joan", "renamed from jane to joan"),
        (lambda iam: iam.create_group(GroupName="auditors"), "auditors", "new"),
    ],
)
def test_it_is_told_in_words(
    iam: Any, aws_account: AwsAccount, act: Callable[[Any], object], name: str, sentence: str
) -> None:
    act(iam)
    pulled(aws_account)
    assert sentences(aws_account)[name] == sentence


def test_what_a_new_object_has_is_told(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_user(UserName="mallory")
    iam.attach_user_policy(UserName="mallory", PolicyArn=READ_ONLY)
    pulled(aws_account)
    assert sentences(aws_account) == {"mallory": "new: attached ReadOnlyAccess"}


def test_what_is_deleted_keeps_its_name(iam: Any, aws_account: AwsAccount) -> None:
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    assert sentences(aws_account) == {"jane": "deleted"}


def test_the_first_sight_isnt_drift(iam: Any, aws_account: AwsAccount) -> None:
    pulled(aws_account)
    assert sentences(aws_account) == {}


def test_what_aws_itself_does_isnt_drift(iam: Any, aws_account: AwsAccount) -> None:
    iam.create_service_linked_role(AWSServiceName="lambda.amazonaws.com")
    iam.attach_user_policy(UserName="jane", PolicyArn="arn:aws:iam::aws:policy/PowerUserAccess")
    pulled(aws_account)
    assert list(sentences(aws_account)) == ["jane"]  # and not the policy of AWS, nor the role


def test_what_is_ignored_doesnt_show(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "finance"}])
    iam.tag_role(RoleName="exporter", Tags=[{"Key": "team", "Value": "finance"}])
    pulled(aws_account)
    OwnershipRule.objects.create(
        aws_account=aws_account, position=1, matches="name", pattern="jane", ownership="ignored"
    )
    IamUser.objects.update(ownership="ignored")
    assert list(sentences(aws_account)) == ["exporter"]
    jane = Revision.objects.get(facet__kind="iam.user", number=2)
    one = text_of(get(client_of(bob), "drift_one", pk=str(jane.pk)))  # its history leads there
    assert "Tag team is finance" in one


# ---- The page ------------------------------------------------------------------------------------------------


@pytest.fixture
def drifted(iam: Any, aws_account: AwsAccount) -> Any:
    """Three changes: of Jane, of the role's trust, and a new group."""
    iam.attach_user_policy(UserName="jane", PolicyArn=READ_ONLY)
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2))
    iam.create_group(GroupName="auditors")
    pulled(aws_account)
    return iam


def test_the_page_says_what_and_between_which_pulls(
    drifted: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    first, second = Run.objects.order_by("pk")
    html = get(client_of(bob), "drift")
    text = text_of(html)
    assert "Attached ReadOnlyAccess" in text
    assert f"First seen between pull {first.pk} ( just now ) and pull {second.pk} ( just now )." in text
    assert "Who did it isn’t known yet: CloudTrail is late by up to 20 minutes." in text
    assert address("user", aws_id=Revision.objects.get(facet__kind="iam.user", number=2).facet.object_id) in html
    assert "ec2.amazonaws.com" in text  # the text of the trust policy
    assert "3 of 3 changes outside this console match." in text


def test_undoing_is_offered_for_what_this_console_can_undo(
    drifted: Any, erin: Operator, client_of: Callable[..., Client]
) -> None:
    text = text_of(get(client_of(erin), "drift"))
    assert "Undo… the change of jane" in text
    assert "Open the change of auditors" in text  # a group that is new: it can't be deleted from here


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?kind=iam.role", ["exporter"]),
        ("?happened=appeared", ["auditors"]),
        ("?happened=changed", ["exporter", "jane"]),
        ("?happened=gone", []),
        ("?part=trust", ["exporter"]),
        ("?part=attached", ["jane"]),
        ("?state=accepted", []),
        ("?state=any", ["auditors", "exporter", "jane"]),
    ],
)
def test_filters(drifted: Any, bob: Operator, client_of: Callable[..., Client], query: str, names: list[str]) -> None:
    response = client_of(bob).get(f"{address('drift')}{query}&format=json")
    assert sorted(row["name"] for row in json.loads(exported(response))) == names


def test_pages_go_on_where_the_last_one_ended(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    for number in range(30):
        iam.create_group(GroupName=f"group-{number:02}")
    pulled(aws_account)
    client = client_of(bob)
    first = get(client, "drift", "?rows=25")
    next_url = first.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = client.get(address("drift") + next_url).content.decode()
    shown = [name for html in (first, second) for name in NAMES.findall(html)]
    assert (len(shown), len(set(shown))) == (30, 30)


def test_the_sidebar_and_the_overview_count_it(drifted: Any, bob: Operator, client_of: Callable[..., Client]) -> None:
    text = text_of(get(client_of(bob), "overview"))
    assert "3 changes outside this console" in text


def test_the_feed_has_what_is_open(drifted: Any, bob: Operator, client_of: Callable[..., Client]) -> None:
    response = client_of(bob).get(address("drift_feed"))
    assert response["Content-Type"].startswith("application/atom+xml")
    assert "IAM user jane: attached ReadOnlyAccess" in response.content.decode()
    assert Client().get(address("drift_feed")).status_code == 302  # to sign in


def test_the_queries_of_the_page_dont_grow(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    client = client_of(bob)

    def queries(numbers: range) -> int:
        for number in numbers:
            iam.create_user(UserName=f"user-{number:02}")
            iam.put_user_policy(UserName=f"user-{number:02}", PolicyName="own", PolicyDocument=allowing(f"s3:{number}"))
        pulled(aws_account)
        get(client, "drift")
        with CaptureQueriesContext(connection) as captured:
            get(client, "drift")
        return len(captured)

    assert queries(range(1, 2)) == queries(range(2, 22))


def test_it_is_found_by_its_index(drifted: Any, aws_account: AwsAccount) -> None:
    for rows in (drift.open_drift(aws_account), drift.drift_of(aws_account).order_by("-seen_at", "-pk")):
        assert "sync_revision_drift (drift_in_id=?)" in rows.explain()


def test_whom_a_trust_policy_names_is_told(iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Any) -> None:
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2))
    pulled(aws_account)
    expected = "Trust policy changed: now names ec2.amazonaws.com; no longer names lambda.amazonaws.com"
    assert expected in text_of(get(client_of(bob), "drift"))


def test_a_trust_policy_names_people_by_what_they_are_called(
    iam: Any, aws_account: AwsAccount, bob: Operator, client_of: Any
) -> None:
    """This AWS account goes without its number; once deleted, whom AWS shows by unique id, by name."""
    arn = IamUser.objects.get().arn
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting({"AWS": arn}))
    pulled(aws_account)
    described = "Trust policy changed: now names user jane; no longer names lambda.amazonaws.com"
    assert described in text_of(get(client_of(bob), "drift"))
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    jane, role = IamUser.objects.get(), IamRole.objects.get()
    assert f"user jane, who was deleted ({jane.aws_id})" in text_of(get(client_of(bob), "role", aws_id=role.aws_id))
    assert jane.aws_id not in text_of(get(client_of(bob), "drift", "?kind=iam.role"))  # AWS put it there by itself
    assert "Changed by AWS" in text_of(get(client_of(bob), "role_history", aws_id=role.aws_id))
