"""An AWS account as it was: what the pages answer of each moment, against what AWS itself said at that moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from emulator.process import Emulator
from identities import as_of
from identities.models import IamGroup, IamUser
from identities.operations import attach
from identities.views.as_of import said
from policies.models import ManagedPolicy
from sync.models import Facet, Revision, Run
from tests.services.changing import carry_out, propose
from tests.services.pages import address, get, names_in, text_of
from tests.services.pulling import policy_arn, pulled, seed, seeded_and_pulled
from tests.services.remembered import remembered
from tests.services.statements import EC2, allowing, trusting

pytestmark = pytest.mark.django_db

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
Picture = dict[str, Any]


def in_aws(iam: Any) -> Picture:
    """Names, memberships, attachments and default versions as AWS has them."""
    answer = iam.get_account_authorization_details(
        Filter=["User", "Role", "Group", "LocalManagedPolicy"], MaxItems=1000
    )
    users, groups, roles = answer["UserDetailList"], answer["GroupDetailList"], answer["RoleDetailList"]
    owners = [
        (one, f"{noun}Name") for noun, many in (("User", users), ("Group", groups), ("Role", roles)) for one in many
    ]
    return {
        "users": sorted(user["UserName"] for user in users),
        "groups": sorted(group["GroupName"] for group in groups),
        "roles": sorted(role["RoleName"] for role in roles),
        "policies": sorted(policy["PolicyName"] for policy in answer["Policies"]),
        "members": sorted((name, user["UserName"]) for user in users for name in user["GroupList"]),
        "attached": sorted(
            (one[name], policy["PolicyName"]) for one, name in owners for policy in one["AttachedManagedPolicies"]
        ),
        "in_force": {policy["PolicyName"]: policy["DefaultVersionId"] for policy in answer["Policies"]},
    }


def in_history(aws_account: AwsAccount, at: datetime) -> Picture:
    """The same, as the console knows of a moment."""
    states = {kind: list(_states(aws_account, kind, at)) for kind in as_of.KINDS}
    own = [content for content in states["policies"] if ":aws:policy/" not in content["arn"]]
    groups = as_of.present(aws_account, IamGroup, at)
    owners = [content for kind in ("users", "groups", "roles") for content in states[kind]]
    return {
        **{kind: sorted(content["name"] for content in states[kind]) for kind in ("users", "groups", "roles")},
        "policies": sorted(content["name"] for content in own),
        "members": sorted(
            (_name(aws_account, group, at), _name(aws_account, held.user, at))
            for group in groups
            for held in as_of.members_of(group, at)
        ),
        "attached": sorted(
            (content["name"], arn.rpartition("/")[2]) for content in owners for arn in content["attached"]
        ),
        "in_force": {content["name"]: content["default_version"] for content in own},
    }


def _states(aws_account: AwsAccount, kind: str, at: datetime) -> Iterator[dict[str, Any]]:
    rows = as_of.present(aws_account, as_of.KINDS[kind], at)
    found = as_of.states(aws_account, as_of.KINDS[kind].kind, [row.aws_id for row in rows], at)
    assert len(found) == len(rows)
    for revision in found.values():
        assert not revision.gone
        yield revision.content


def _name(aws_account: AwsAccount, row: Any, at: datetime) -> str:
    revision = as_of.state(row, at)
    assert revision is not None
    return str(revision.content["name"])


# ---- The timeline --------------------------------------------------------------------------------------------

ACTS: list[Callable[[Any], object]] = [
    lambda iam: iam.create_user(UserName="kim"),
    lambda iam: iam.add_user_to_group(GroupName="developers", UserName="kim"),
    lambda iam: iam.attach_user_policy(UserName="kim", PolicyArn=READ_ONLY),
    lambda iam: iam.create_policy_version(
        PolicyArn=policy_arn("reports-read"), PolicyDocument=allowing("s3:*"), SetAsDefault=True
    ),
    lambda iam: iam.update_group(GroupName="developers", NewGroupName="makers"),
    lambda iam: iam.update_user(UserName="jane", NewUserName="joan"),
    lambda iam: (
        iam.remove_user_from_group(GroupName="makers", UserName="kim"),
        iam.detach_user_policy(UserName="kim", PolicyArn=READ_ONLY),
        iam.delete_user(UserName="kim"),
    ),
    lambda iam: iam.create_user(UserName="kim"),
    lambda iam: iam.detach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY),
    lambda iam: iam.set_default_policy_version(PolicyArn=policy_arn("reports-read"), VersionId="v1"),
    lambda iam: (
        iam.delete_role_policy(RoleName="exporter", PolicyName="logs"),
        iam.delete_role(RoleName="exporter"),
    ),
]


@dataclass(frozen=True)
class Timeline:
    """Moments, each after a pull, with what AWS said just then."""

    recorded: list[tuple[datetime, Picture]]
    began: datetime


@pytest.fixture
def timeline(emulator: Emulator, aws_account: AwsAccount) -> Timeline:
    iam = seed(emulator)

    def act() -> Timeline:
        began = timezone.now()
        pulled(aws_account)
        recorded = [(timezone.now(), in_aws(iam))]
        for action in ACTS:
            action(iam)
            pulled(aws_account)
            recorded.append((timezone.now(), in_aws(iam)))
        return Timeline(recorded, began)

    found: Timeline = remembered("timeline", emulator, aws_account, act)
    return found


def test_each_moment_is_as_it_was(timeline: Timeline, aws_account: AwsAccount) -> None:
    for number, (at, picture) in enumerate(timeline.recorded):
        assert in_history(aws_account, at) == picture, f"after act {number}"
    assert in_history(aws_account, timeline.began)["users"] == []


def test_the_pages_say_the_same(
    timeline: Timeline, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    client = client_of(bob)
    for at, picture in (timeline.recorded[0], timeline.recorded[4], timeline.recorded[-1]):
        query = f"?at={said(at)}&kind="
        for kind in ("users", "groups", "roles"):
            assert sorted(names_in(get(client, "as_of", query + kind))) == picture[kind]


def test_a_deleted_and_a_new_one_of_one_name_are_two(
    timeline: Timeline, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    old, new = IamUser.objects.filter(name="kim").order_by("pk")
    before, after = timeline.recorded[3][0], timeline.recorded[-1][0]
    client = client_of(bob)

    def page(row: IamUser, at: datetime) -> str:
        return text_of(get(client, "as_of_one", f"?at={said(at)}", kind="iam.user", aws_id=row.aws_id))

    assert "Attached policies 1 ReadOnlyAccess" in page(old, before)
    assert "Groups 1 developers" in page(old, before)
    assert "It wasn’t there" in page(new, before)
    assert "It had been deleted" in page(old, after)
    assert "Attached policies 0 None." in page(new, after)


def test_a_renamed_user_has_the_name_of_then(
    timeline: Timeline, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    joan = IamUser.objects.get(name="joan")
    text = text_of(
        get(client_of(bob), "as_of_one", f"?at={said(timeline.recorded[0][0])}", kind="iam.user", aws_id=joan.aws_id)
    )
    assert "As it was" in text and "It is called joan now." in text
    assert "user/jane" in text


def test_a_policy_shows_what_was_in_force(
    timeline: Timeline, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    client, policy = client_of(bob), ManagedPolicy.objects.get(name="reports-read")

    def page(number: int) -> str:
        query = f"?at={said(timeline.recorded[number][0])}"
        return text_of(get(client, "as_of_one", query, kind="iam.policy", aws_id=policy.aws_id))

    assert "Version v1, in force" in page(0) and "s3:GetObject" in page(0)
    assert "Version v2, in force" in page(4) and "s3:*" in page(4)
    assert "Attached to 1 Group" in page(0)


# ---- What it can know ----------------------------------------------------------------------------------------


def test_it_says_as_of_which_pull(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    seed(emulator)
    first = pulled(aws_account)
    Run.objects.filter(pk=first.pk).update(started_at=timezone.now() - timedelta(hours=2))
    between = timezone.now() - timedelta(hours=1)
    second = pulled(aws_account)
    client = client_of(bob)
    text = text_of(get(client, "as_of", f"?at={said(between)}"))
    assert f"As of pull {first.pk} , which began" in text
    assert f"What others changed before pull {second.pk} (" in text
    text = text_of(get(client, "as_of", f"?at={said(between - timedelta(hours=2))}"))
    assert "Nothing is known of that time: the first complete pull began" in text
    assert "No later pull is complete yet." in text_of(get(client, "as_of"))


def test_before_the_first_pull_there_is_nothing(
    aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    assert "Nothing is known yet" in text_of(get(client_of(bob), "as_of"))


def test_a_change_of_ours_shows_from_its_own_moment_on(
    emulator: Emulator, aws_account: AwsAccount, erin: Operator
) -> None:
    seeded_and_pulled(emulator, aws_account)
    jane, before = IamUser.objects.get(), timezone.now()
    carry_out(propose(aws_account, erin, [attach(jane, READ_ONLY)]), erin)
    then, now = as_of.state(jane, before), as_of.state(jane, timezone.now())
    assert then and now
    assert (then.content["attached"], now.content["attached"]) == ([], [READ_ONLY])
    assert list(as_of.attachments_of(jane, before)) == []
    assert [held.name for held in as_of.attachments_of(jane, timezone.now())] == ["ReadOnlyAccess"]


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        ("yesterday", "“yesterday” is no date with a time, such as 2026-03-31T18:00. This is now."),
        ("9999-12-31T23:59:59", "That is yet to come. This is now."),
        ("0001-01-01T00:00:00", "Nothing is known"),
    ],
)
def test_a_moment_that_isnt_one(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client], at: str, sentence: str
) -> None:
    seeded_and_pulled(emulator, aws_account)
    assert sentence in text_of(get(client_of(bob), "as_of", f"?at={at}"))


def test_what_isnt_there_is_not_found(aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]) -> None:
    client = client_of(bob)
    assert client.get(f"{address('as_of')}?kind=pools").status_code == 404
    assert client.get(address("as_of_one", kind="iam.user", aws_id="AIDANOBODY")).status_code == 404
    assert client.get(address("as_of_one", kind="pools", aws_id="AIDANOBODY")).status_code == 404


def test_pages_go_on_and_their_queries_dont_grow(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = emulator.client("iam")

    def queries() -> int:
        pulled(aws_account)
        client = client_of(bob)
        get(client, "as_of")
        with CaptureQueriesContext(connection) as captured:
            get(client, "as_of", f"?at={said(timezone.now())}")
        return len(captured)

    for number in range(51):
        iam.create_user(UserName=f"user-{number:02}")
    few = queries()
    for number in range(51, 80):
        iam.create_user(UserName=f"user-{number:02}")
    assert queries() == few
    client = client_of(bob)
    html = get(client, "as_of")
    next_url = html.split('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    names = names_in(html) + names_in(client.get(next_url).content.decode())
    assert (len(names), len(set(names))) == (80, 80)


def test_the_trust_of_then_is_told(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    at = timezone.now()
    iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2))
    pulled(aws_account)
    role = Revision.objects.filter(facet__kind="iam.role").first()
    assert role
    text = text_of(get(client_of(bob), "as_of_one", f"?at={said(at)}", kind="iam.role", aws_id=role.facet.object_id))
    assert "lambda.amazonaws.com could assume this role" in text
    assert "ec2.amazonaws.com" not in text


def test_the_trust_of_then_says_who_was_deleted_and_only_if(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    iam, role = seed(emulator), "exporter"
    condition = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
    jane = iam.get_user(UserName="jane")["User"]
    named = trusting({"AWS": jane["Arn"]}, Condition=condition)
    iam.update_assume_role_policy(RoleName=role, PolicyDocument=named)
    pulled(aws_account)
    iam.remove_user_from_group(GroupName="developers", UserName="jane")
    iam.delete_user(UserName="jane")
    pulled(aws_account)
    aws_id = iam.get_role(RoleName=role)["Role"]["RoleId"]
    text = text_of(get(client_of(bob), "as_of_one", kind="iam.role", aws_id=aws_id))
    assert f"The user jane, who was deleted ({jane['UserId']}) could assume this role" in text
    assert "Only if aws:MultiFactorAuthPresent Bool true" in text


def test_one_that_was_taken_for_gone_and_came_back(
    emulator: Emulator, aws_account: AwsAccount, bob: Operator, client_of: Callable[..., Client]
) -> None:
    """AWS's listings may miss somebody for a while; the id is the same when it shows again."""
    seeded_and_pulled(emulator, aws_account)
    began = timezone.now() - timedelta(hours=1)
    IamUser.objects.update(first_seen=began)
    Run.objects.update(started_at=began)
    facet = Facet.objects.get(kind="iam.user", source="details")
    [first] = facet.revisions.all()
    facet.revisions.update(seen_at=began)
    for number, gone in ((2, True), (3, False)):
        Revision.objects.create(
            facet=facet,
            number=number,
            gone=gone,
            content={} if gone else first.content,
            fingerprint="",
            run=first.run,
            seen_at=began + timedelta(minutes=number),
            origin="outside",
        )
    client = client_of(bob)
    shown = [names_in(get(client, "as_of", f"?at={said(began + timedelta(minutes=after))}")) for after in (1, 2.5, 4)]
    assert shown == [["jane"], [], ["jane"]]
