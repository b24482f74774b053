"""The page from direct policies to groups: what it proposes, what it proves, and the change that it stages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from access.plans import escalation_check
from accounts.models import AwsAccount, Operator
from identities.models import IamAccount, IamUser
from policies.models import ManagedPolicy
from policies.organizations.sources import MEMBERSHIP
from sync.models import Change
from tests.access.mirrored import administrator, managed, user
from tests.services.account_rows import make
from tests.services.forms import fields_of, with_fields
from tests.services.organization_rows import complete
from tests.services.pages import ACCOUNT_ID, address, get, text_of
from tests.services.rows import attach, join, make_document, make_group, make_user, put_inline
from tests.services.statements import allow, deny, document_text

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
LAKE = "arn:aws:s3:::acme-lake/*"
TEXT = document_text(allow("s3:GetObject", LAKE))


@pytest.fixture
def erins(client_of: ClientOf, erin: Operator) -> Client:
    return client_of(erin)


def press(client: Client, button: str = "stage", page: str = "", **answers: Any) -> Any:
    """The page with these answers in place of some, sent by a button."""
    page = page or get(client, "direct_to_groups")
    return client.post(address("direct_to_groups"), {**with_fields(page, **answers), button: "1"})


def steps() -> list[str]:
    return [step.kind.removeprefix("iam.") for step in Change.objects.get().steps.order_by("position")]


def readers(aws_account: AwsAccount, *names: str) -> tuple[ManagedPolicy, list[IamUser]]:
    policy = managed(aws_account, "lake-read", [allow("s3:GetObject", LAKE)])
    users = [make_user(aws_account, name) for name in names]
    for each in users:
        attach(each, policy)
    return policy, users


def field(page: str, prefix: str) -> str:
    """The only field whose name begins so."""
    [found] = [name for name in fields_of(page) if name.startswith(prefix)]
    return found


# ---- What is proposed, and what comes of it --------------------------------------------------------------------------
def test_users_with_the_same_policies_get_one_group(aws_account: AwsAccount, erins: Client) -> None:
    readers(aws_account, "ana", "ben")
    page = text_of(get(erins, "direct_to_groups"))
    assert "2 users: ana, ben" in page
    assert "Nobody’s access changes: proved for 2 users. Each has the very same policies before and after" in page
    response = press(erins)
    change = Change.objects.get()
    assert response.url == address("change", pk=str(change.pk))
    assert change.title == "Give 2 users their policies by the group lake-read"
    assert steps() == [
        "group.create",
        "group.attach",
        "group.add_user",
        "group.add_user",
        "user.detach",
        "user.detach",
    ]
    assert change.measured["access"]["effects"] == []


def test_inline_policies_that_say_the_same_become_one_managed_policy(aws_account: AwsAccount, erins: Client) -> None:
    for name, called, text in (("ana", "lake", TEXT), ("ben", "own", TEXT.replace(" ", ""))):
        put_inline(make_user(aws_account, name), called, document=make_document(text))
    page = get(erins, "direct_to_groups")
    assert "lake also called own: they say the same" in text_of(page)
    assert "1 of 2 have the very same policies" in text_of(page)
    press(erins)
    assert steps() == [
        "policy.create",
        "group.create",
        "group.attach",
        "group.add_user",
        "group.add_user",
        "user.inline.delete",
        "user.inline.delete",
    ]
    assert Change.objects.get().measured["access"]["effects"] == []


def test_inline_policies_stay_where_that_is_chosen(aws_account: AwsAccount, erins: Client) -> None:
    _, [ana] = readers(aws_account, "ana")
    put_inline(ana, "own", document=make_document(TEXT))
    page = press(erins, "update", inline="keep").content.decode()
    assert "own (inline)" not in page
    press(erins, page=page)
    assert steps() == ["group.create", "group.attach", "group.add_user", "user.detach"]


def test_a_group_that_gives_just_that_is_joined_and_left_as_it_is(aws_account: AwsAccount, erins: Client) -> None:
    policy, _ = readers(aws_account, "ana")
    group = make_group(aws_account, "Lake")
    attach(group, policy)
    page = get(erins, "direct_to_groups")
    assert "Lake gives just this already" in text_of(page)
    press(erins, page=page)
    assert steps() == ["group.add_user", "user.detach"]


def test_what_a_group_of_theirs_gives_already_only_goes(aws_account: AwsAccount, erins: Client) -> None:
    policy, [ana] = readers(aws_account, "ana")
    put_inline(ana, "own", document=make_document(TEXT))
    group = make_group(aws_account)
    attach(group, policy)
    join(ana, group)
    assert "Take off what their groups give already" in text_of(get(erins, "direct_to_groups"))
    press(erins)
    assert steps() == ["user.detach", "user.inline.delete"]
    assert Change.objects.get().title == "Give 1 user their policies by their groups"


def test_a_managed_policy_that_says_the_same_is_taken(aws_account: AwsAccount, erins: Client) -> None:
    there = managed(aws_account, "lake", [allow("s3:GetObject", LAKE)], path="/data/")
    put_inline(make_user(aws_account, "ana"), "lake", document=make_document(TEXT))
    press(erins)
    assert steps() == ["group.create", "group.attach", "group.add_user", "user.inline.delete"]
    assert Change.objects.get().steps.get(position=2).params["policy_arn"] == there.arn


def test_who_is_left_out_keeps_what_they_have(aws_account: AwsAccount, erins: Client) -> None:
    _, [ana, _] = readers(aws_account, "ana", "ben")
    press(erins, out=ana.aws_id)
    assert steps() == ["group.create", "group.attach", "group.add_user", "user.detach"]
    assert "user/ana" not in str(list(Change.objects.get().steps.values_list("params", flat=True)))


# ---- What isn't proved is not staged silently ------------------------------------------------------------------------
def test_a_group_that_gives_more_is_said_and_accepted_or_not(aws_account: AwsAccount, erins: Client) -> None:
    policy, _ = readers(aws_account, "ana", "ben")
    group = make_group(aws_account, "wide")
    attach(group, policy)
    attach(group, managed(aws_account, "write", [allow("s3:PutObject", LAKE)]))
    page = get(erins, "direct_to_groups")
    sent = {field(page, "name-"): "wide"}
    refused = press(erins, page=page, **sent)
    assert refused.status_code == 422
    said = text_of(refused.content.decode())
    assert "Access changes for ana and ben." in said
    assert "Gains s3:PutObject on arn:aws:s3:::acme-lake/*" in said
    assert "say that you accept it" in said
    blind = press(erins, page=page, **sent, accept="on")
    assert blind.status_code == 422
    assert not Change.objects.exists()
    press(erins, page=refused.content.decode(), accept="on")
    assert steps() == ["group.add_user", "group.add_user", "user.detach", "user.detach"]


def test_a_group_that_denies_is_a_difference_too(aws_account: AwsAccount, erins: Client) -> None:
    policy, _ = readers(aws_account, "ana")
    group = make_group(aws_account, "strict")
    attach(group, policy)
    put_inline(group, "no", document=make_document(document_text(deny("sqs:*"))))
    page = get(erins, "direct_to_groups")
    said = text_of(press(erins, page=page, **{field(page, "name-"): "strict"}).content.decode())
    assert "Access changes for ana." in said
    assert "Is now explicitly denied" in said


def test_a_policy_whose_text_is_not_held_makes_a_difference_unknown(aws_account: AwsAccount, erins: Client) -> None:
    policy, _ = readers(aws_account, "ana")
    group = make_group(aws_account, "wide")
    attach(group, policy)
    attach(group, managed(aws_account, "unread", default_version="v7"))
    page = get(erins, "direct_to_groups")
    said = text_of(press(erins, page=page, **{field(page, "name-"): "wide"}).content.decode())
    assert "Unknown whether this is so: The access of ana stays the same." in said
    assert "The mirror doesn’t have the text of unread" in said


def test_a_policy_whose_text_is_not_held_moves_all_the_same(aws_account: AwsAccount, erins: Client) -> None:
    attach(make_user(aws_account, "ana"), managed(aws_account, "unread", default_version="v7"))
    assert "proved for 1 user" in text_of(get(erins, "direct_to_groups"))


def test_who_may_fill_groups_would_become_administrator(aws_account: AwsAccount, erins: Client) -> None:
    """What ana has, dave can get once a group gives it: of her access nothing changes, of his it does."""
    complete(aws_account, MEMBERSHIP)
    administrator(make_user(aws_account, "ana"))
    user(aws_account, "dave", allow("iam:AddUserToGroup"))
    put = with_fields(get(erins, "direct_to_groups"), inline="keep")
    page = erins.post(address("direct_to_groups"), put).content.decode()
    said = text_of(page)
    assert "Of 1 other user nothing changes" in said or "proved for 1 user" in said
    assert "dave could become an administrator of this AWS account" in said
    assert press(erins, page=page).status_code == 422
    assert not Change.objects.exists()


def test_a_search_that_was_left_out_proves_nothing(
    aws_account: AwsAccount, erins: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalation_check, "MOST_SEARCHED", 0)
    readers(aws_account, "ana")
    refused = press(erins)
    assert refused.status_code == 422
    said = text_of(refused.content.decode())
    assert "Unknown whether this is so: Nobody else gets a way to become an administrator." in said
    assert "say that you accept it" in said
    assert not Change.objects.exists()
    press(erins, page=refused.content.decode(), accept="on")
    assert Change.objects.exists()


# ---- Quotas: who and why ---------------------------------------------------------------------------------------------
def test_who_is_in_ten_groups_stays(aws_account: AwsAccount, erins: Client) -> None:
    _, [ana] = readers(aws_account, "ana")
    for number in range(10):
        join(ana, make_group(aws_account, f"g{number}"))
    page = text_of(get(erins, "direct_to_groups"))
    assert "ana keeps policies of their own, because they are in 10 groups, and AWS allows 10." in page


def test_a_group_takes_ten_policies(aws_account: AwsAccount, erins: Client) -> None:
    ana = make_user(aws_account, "ana")
    for number in range(10):
        attach(ana, managed(aws_account, f"p{number}", [allow("s3:GetObject", f"arn:aws:s3:::b{number}/*")]))
    put_inline(ana, "own", document=make_document(TEXT))
    page = text_of(get(erins, "direct_to_groups"))
    assert "ana keeps policies of their own, because of 11 policies: a group takes 10." in page
    kept = press(erins, "update", inline="keep").content.decode()
    press(erins, page=kept)
    assert steps().count("group.attach") == 10


@pytest.mark.parametrize(("quota", "word"), [("GroupsQuota", "group"), ("PoliciesQuota", "customer managed policy")])
def test_the_quotas_of_the_aws_account(aws_account: AwsAccount, erins: Client, quota: str, word: str) -> None:
    put_inline(make_user(aws_account, "ana"), "own", document=make_document(TEXT))
    make(IamAccount, aws_account, ACCOUNT_ID, summary={quota: 0})
    response = press(erins)
    assert response.status_code == 422
    assert f"AWS allows 0 ({quota}): 1 {word} more" in text_of(response.content.decode())


# ---- Who may, and how it is found ------------------------------------------------------------------------------------
def test_a_viewer_gets_no_such_page(aws_account: AwsAccount, bob: Operator, client_of: ClientOf) -> None:
    get(client_of(bob), "direct_to_groups", status=403)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("direct policies", "direct_to_groups"),
        ("task group", "direct_to_groups"),
        ("task access key", "begin_key_to_role"),
        ("task anywhere", "begin_key_to_role"),
    ],
)
def test_the_search_finds_it(aws_account: AwsAccount, erins: Client, words: str, name: str) -> None:
    found = erins.get(reverse("search"), {"q": words}).content.decode()
    assert f'href="{address(name)}"' in found


# ---- Hostile answers -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["", " ", "a b", "x" * 129, "<script>", "ä", "../root"])
def test_a_name_that_aws_refuses_is_refused_and_kept(aws_account: AwsAccount, erins: Client, name: str) -> None:
    readers(aws_account, "ana")
    page = get(erins, "direct_to_groups")
    response = press(erins, page=page, **{field(page, "name-"): name})
    assert response.status_code == 422
    assert "letters, digits and +=,.@_- only" in text_of(response.content.decode())
    assert f'value="{escape(name)}"' in response.content.decode() or not name.strip()
    assert not Change.objects.exists()


def test_two_new_groups_of_one_name_are_refused(aws_account: AwsAccount, erins: Client) -> None:
    readers(aws_account, "ana")
    put_inline(make_user(aws_account, "ben"), "own", document=make_document(TEXT))
    page = get(erins, "direct_to_groups")
    names = [name for name in fields_of(page) if name.startswith("name-")]
    response = press(erins, page=page, **dict.fromkeys(names, "Same"))
    assert "Two new groups are called Same." in text_of(response.content.decode())


@pytest.mark.parametrize(
    "posted",
    [
        {"listed": "x"},
        {"out": ["x", "<b>"]},
        {"inline": "both"},
        {"on-nothing": "on", "name-nothing": "x"},
        {"measured": "x", "accept": "on"},
    ],
)
def test_answers_to_nothing_stage_nothing(aws_account: AwsAccount, erins: Client, posted: dict[str, Any]) -> None:
    readers(aws_account, "ana")
    assert erins.post(address("direct_to_groups"), {**posted, "stage": "1"}).status_code == 422
    assert not Change.objects.exists()


def test_who_joined_them_meanwhile_is_shown_before_it_is_staged(aws_account: AwsAccount, erins: Client) -> None:
    policy, _ = readers(aws_account, "ana", "ben")
    page = get(erins, "direct_to_groups")
    attach(make_user(aws_account, "carla"), policy)
    refused = press(erins, page=page)
    assert refused.status_code == 422
    assert "What is proposed has changed since you opened this page" in text_of(refused.content.decode())
    press(erins, page=refused.content.decode())
    assert steps().count("group.add_user") == 3
