"""Staging changes of attachments and memberships from their small pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from identities.models import IamGroup, IamUser
from policies.models import ManagedPolicy
from sync.models import Change
from tests.services.pages import address, get, text_of
from tests.services.rows import attach, join, make_group, make_policy, make_role, make_user

ClientOf = Callable[..., Client]


@pytest.fixture
def dana(aws_account: AwsAccount) -> IamUser:
    return make_user(aws_account)


@pytest.fixture
def platform(aws_account: AwsAccount) -> IamGroup:
    return make_group(aws_account)


@pytest.fixture
def policy(aws_account: AwsAccount) -> ManagedPolicy:
    return make_policy(aws_account)


def post(client: Client, url: str, **said: Any) -> HttpResponse:
    response = client.post(url, {"title": "As asked", "reason": "Ticket 7", **said})
    assert isinstance(response, HttpResponse)
    return response


def steps(response: HttpResponse) -> list[tuple[str, dict[str, Any]]]:
    """The steps of the change that the answer leads to."""
    change = Change.objects.latest("pk")
    assert response["Location"] == address("change", pk=str(change.pk))
    return [(step.kind, step.params) for step in change.steps.all()]


def test_attaches_to_all_that_were_picked(
    aws_account: AwsAccount, dana: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    noah = make_user(aws_account, "noah.williams")
    url = f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}&pick={noah.aws_id}"
    assert steps(post(client_of(erin), url, policy="reports-write")) == [
        ("iam.user.attach", {"arn": user.arn, "policy_arn": policy.arn}) for user in (dana, noah)
    ]
    change = Change.objects.get()
    assert (change.title, change.reason, change.requested_by) == ("As asked", "Ticket 7", erin)


@pytest.mark.parametrize(
    "said", ["reports-write", "REPORTS-WRITE", "arn:aws:iam::123456789012:policy/reports-write", " reports-write "]
)
def test_finds_the_policy_by_name_or_arn(
    dana: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf, said: str
) -> None:
    post(client_of(erin), f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}", policy=said)
    assert Change.objects.get().steps.get().params["policy_arn"] == policy.arn


def test_a_policy_of_aws_need_not_be_mirrored(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
    post(client_of(erin), f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}", policy=arn)
    assert Change.objects.get().steps.get().params["policy_arn"] == arn


def test_an_unknown_policy_is_told_and_nothing_is_lost(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    response = post(
        client_of(erin), f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}", policy="nope"
    )
    html = response.content.decode()
    assert response.status_code == 422
    assert "The mirror has no policy “nope”." in text_of(html)
    assert 'value="nope"' in html
    assert "Ticket 7" in html


def test_two_policies_of_one_name_need_an_arn(
    aws_account: AwsAccount, dana: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    make_policy(aws_account, policy.name, path="/aws/", is_aws=True)
    response = post(
        client_of(erin), f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}", policy=policy.name
    )
    assert "Two are called reports-write: give the ARN." in text_of(response.content.decode())


def test_what_the_plan_refuses_is_told(
    dana: IamUser, policy: ManagedPolicy, erin: Operator, client_of: ClientOf
) -> None:
    attach(dana, policy)
    response = post(
        client_of(erin), f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}", policy=policy.name
    )
    assert "reports-write is attached to the user dana.okafor already." in text_of(response.content.decode())
    assert not Change.objects.exists()


def test_detaches(aws_account: AwsAccount, policy: ManagedPolicy, erin: Operator, client_of: ClientOf) -> None:
    role = make_role(aws_account)
    attach(role, policy)
    html = get(client_of(erin), "role", aws_id=role.aws_id)
    url = f"{address('role_action', aws_id=role.aws_id, action='detach')}?policy={policy.arn}"
    assert url.replace(":", "%3A").replace("/reports-write", "%2Freports-write") in html
    assert "Detach reports-write from reports-exporter" in text_of(client_of(erin).get(url).content.decode())
    expected = ("iam.role.detach", {"arn": role.arn, "policy_arn": policy.arn})
    assert steps(post(client_of(erin), url, policy=policy.arn)) == [expected]


def test_adds_users_to_a_group(dana: IamUser, platform: IamGroup, erin: Operator, client_of: ClientOf) -> None:
    url = f"{address('users_stage_action', action='join')}?pick={dana.aws_id}"
    expected = ("iam.group.add_user", {"user_arn": dana.arn, "group_arn": platform.arn})
    assert steps(post(client_of(erin), url, group="platform")) == [expected]


def test_adds_a_user_on_the_page_of_the_group(
    dana: IamUser, platform: IamGroup, erin: Operator, client_of: ClientOf
) -> None:
    url = address("group_action", aws_id=platform.aws_id, action="add-users")
    expected = ("iam.group.add_user", {"user_arn": dana.arn, "group_arn": platform.arn})
    assert steps(post(client_of(erin), url, users="dana.okafor")) == [expected]


def test_adds_several_users_for_a_time(
    aws_account: AwsAccount, dana: IamUser, platform: IamGroup, erin: Operator, client_of: ClientOf
) -> None:
    noah, member = make_user(aws_account, "noah.williams"), make_user(aws_account, "member")
    join(member, platform)
    url = address("group_action", aws_id=platform.aws_id, action="add-users")
    post(client_of(erin), url, users="dana.okafor; noah.williams; member", ends="2999-01-01T10:00")
    assert not Change.objects.exists()  # it would end later than within a year
    ends = timezone.localtime(timezone.now() + timedelta(days=2))
    post(client_of(erin), url, users="dana.okafor; noah.williams; member", ends=f"{ends:%Y-%m-%dT%H:%M}")
    change = Change.objects.get(ends=None)
    assert change.until is not None
    assert [step.params["user_arn"] for step in change.steps.all()] == [dana.arn, noah.arn]


def test_says_whom_it_does_not_know(dana: IamUser, platform: IamGroup, erin: Operator, client_of: ClientOf) -> None:
    url = address("group_action", aws_id=platform.aws_id, action="add-users")
    answer = post(client_of(erin), url, users="dana.okafor; nobody")
    assert answer.status_code == 422
    assert "The mirror has no user “nobody”." in text_of(answer.content.decode())


def test_removes_a_member(dana: IamUser, platform: IamGroup, erin: Operator, client_of: ClientOf) -> None:
    join(dana, platform)
    url = f"{address('group_action', aws_id=platform.aws_id, action='remove-users')}?users=dana.okafor"
    expected = ("iam.group.remove_user", {"user_arn": dana.arn, "group_arn": platform.arn})
    assert steps(post(client_of(erin), url, users=dana.arn)) == [expected]


def test_offers_what_can_be_done_with_users(dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    html = get(client_of(erin), "users_stage", f"?pick={dana.aws_id}")
    assert "Stage a change of the user dana.okafor" in text_of(html)
    assert f"{address('users_stage_action', action='join')}?pick={dana.aws_id}" in html


def test_picks_all_that_match(aws_account: AwsAccount, dana: IamUser, erin: Operator, client_of: ClientOf) -> None:
    for number in range(30):
        make_user(aws_account, f"service-{number:02}", path="/service/")
    client = client_of(erin)
    all_of_them = f"{address('users_stage')}?path=%2Fservice%2F&rows=25&pick=all"
    assert all_of_them.replace("&", "&amp;") in get(client, "users", "?path=/service/&rows=25")
    text = text_of(client.get(all_of_them).content.decode())
    assert "Stage a change of 30 users" in text
    assert "dana.okafor" not in text


@pytest.mark.parametrize("query", ["", "?pick=", "?pick=AIDANOBODY", "?pick=' OR 1=1"])
def test_picks_that_are_not_there(dana: IamUser, erin: Operator, client_of: ClientOf, query: str) -> None:
    get(client_of(erin), "users_stage_action", query, status=404, action="attach")


def staging_urls(dana: IamUser, platform: IamGroup) -> list[str]:
    return [
        f"{address('users_stage')}?pick={dana.aws_id}",
        f"{address('users_stage_action', action='attach')}?pick={dana.aws_id}",
        f"{address('users_stage_action', action='join')}?pick={dana.aws_id}",
        address("group_action", aws_id=platform.aws_id, action="add-users"),
        f"{address('group_action', aws_id=platform.aws_id, action='remove-users')}?users=dana.okafor",
        f"{address('user_action', aws_id=dana.aws_id, action='detach')}?policy=x",
    ]


def test_readers_are_refused_and_strangers_find_nothing(
    dana: IamUser, platform: IamGroup, bob: Operator, charlie: Operator, client_of: ClientOf
) -> None:
    for url in staging_urls(dana, platform):
        assert client_of(bob).get(url).status_code == 403
        assert client_of(charlie).get(url).status_code == 404
