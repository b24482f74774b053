"""A person's page: who may look at her, that the look is logged, and what she reaches in AWS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from cognito.identity_pools.trusting import trust_for
from cognito.models import CognitoGroup, CognitoUser, IdentityPool, PoolPeopleSettings, UserPool
from cognito.people import messages
from cognito.people.aws_access import person_roles_of
from cognito.people.erasure import erase
from cognito.people.operations.base import on_person
from policies.engine.identity_pools import ISSUERS
from sync import refresh
from sync.calls import concealed
from sync.models import Change, Step
from tests.cognito.rows import make_identity_pool, make_person, make_pool, make_pool_group, provider_of, put_into
from tests.services.changing import propose
from tests.services.pages import get, text_of
from tests.services.rows import make_document, make_role

pytestmark = pytest.mark.django_db
ClientOf = Callable[[Operator], Client]
MEMBER, BUYER = (f"arn:aws:iam::123456789012:role/{name}" for name in ("shop-member", "shop-buyer"))


def test_her_page_says_who_she_is(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    jane = make_person(pool, attributes={"name": "Jane Doe", "custom:plan": "family", "email_verified": "false"})
    put_into(make_pool_group(pool), jane)
    text = text_of(get(client_of(hal), "cognito_user", aws_id=jane.aws_id))
    for words in ("Jane Doe", "jane@example.org, not verified", "custom:plan family", "Confirmed", jane.aws_id, "vip"):
        assert words in text


def test_a_pull_that_read_her_again_does_not_name_her(
    pool: UserPool, erin: Operator, bob: Operator, client_of: ClientOf
) -> None:
    """Who sees pulls need not see people."""
    jane = make_person(pool, "jane@example.org")
    run = refresh.start(row=jane, actor=erin)
    text = get(client_of(bob), "pull", pk=run.pk)
    assert jane.aws_id in text
    assert "jane@example.org" not in text


@pytest.mark.parametrize("page", ["cognito_user", "cognito_user_preview"])
def test_each_look_is_logged_by_her_sub(pool: UserPool, hal: Operator, client_of: ClientOf, page: str) -> None:
    jane = make_person(pool, attributes={"name": "Jane Doe"})
    get(client_of(hal), page, aws_id=jane.aws_id)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.actor, entry.object_id, entry.object_name) == (
        "person.read",
        hal,
        jane.aws_id,
        jane.aws_id,
    )
    assert "jane" not in f"{entry.data} {entry.reason} {entry.object_name}".lower()
    if page == "cognito_user":
        assert "Hal, just now" in text_of(get(client_of(hal), page, aws_id=jane.aws_id))


def test_of_who_is_erased_the_subject_alone_is_shown(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    jane = make_person(pool, attributes={"name": "Jane Doe"}, gone_at=timezone.now())
    erase(CognitoUser.objects.filter(pk=jane.pk))
    text = text_of(get(client_of(hal), "cognito_user", aws_id=jane.aws_id))
    assert "Erased" in text and jane.aws_id in text
    assert "jane@" not in text and "Jane" not in text


# ---- What she reaches in AWS ---------------------------------------------------------------------------------


def chosen(pool: UserPool, groups: list[CognitoGroup] | None = None, **mapping: Any) -> tuple[str, bool, str]:
    person = make_person(pool, attributes={"custom:plan": "family"})
    mappings = {f"{provider_of(pool)}:client7": mapping} if mapping else {}
    make_identity_pool(pool, roles={"authenticated": MEMBER}, role_mappings=mappings)
    person_role = person_roles_of(person, groups or [])[0]
    return person_role.chosen.role_arn, person_role.chosen.unknown, person_role.chosen.why


def rule(claim: str, value: str, match: str = "Equals") -> dict[str, str]:
    return {"Claim": claim, "MatchType": match, "Value": value, "RoleARN": BUYER}


def rules(*given: dict[str, str], ambiguous: str = "Deny") -> dict[str, Any]:
    return {"Type": "Rules", "AmbiguousRoleResolution": ambiguous, "RulesConfiguration": {"Rules": list(given)}}


def test_whoever_signs_in_gets_the_usual_role(pool: UserPool) -> None:
    assert chosen(pool)[:2] == (MEMBER, False)


@pytest.mark.parametrize(
    ("rule", "role", "unknown"),
    [
        (rule("custom:plan", "family"), BUYER, False),
        (rule("custom:plan", "fam", "StartsWith"), BUYER, False),
        (rule("custom:plan", "mil", "Contains"), BUYER, False),
        (rule("custom:plan", "business", "NotEqual"), BUYER, False),
        (rule("custom:plan", "business"), "", False),
        (rule("locale", "de"), "", True),
        # A claim that isn't in the token matches nothing; the phone number is kept, and she has none.
        (rule("phone_number", "+49", "StartsWith"), "", False),
        (rule("phone_number", "+49", "NotEqual"), "", False),
        (rule("cognito:groups", "vip", "NotEqual"), "", False),
    ],
)
def test_rules_decide(pool: UserPool, rule: dict[str, str], role: str, unknown: bool) -> None:
    assert chosen(pool, **rules(rule))[:2] == (role, unknown)


@pytest.mark.parametrize(
    ("match", "value", "role"),
    [("Equals", "vip", BUYER), ("StartsWith", "vi", BUYER), ("Contains", "p,a", ""), ("NotEqual", "vip", BUYER)],
)
def test_one_of_several_groups_is_enough_for_a_rule(pool: UserPool, match: str, value: str, role: str) -> None:
    groups = [make_pool_group(pool, name) for name in ("vip", "admins")]
    assert chosen(pool, groups, **rules(rule("cognito:groups", value, match)))[0] == role


def test_a_mapping_of_the_provider_holds_for_all_its_app_clients(pool: UserPool) -> None:
    mappings = {provider_of(pool): rules(rule("custom:plan", "family"))}
    make_identity_pool(pool, roles={"authenticated": MEMBER}, role_mappings=mappings)
    [person_role] = person_roles_of(make_person(pool, attributes={"custom:plan": "family"}), [])
    assert person_role.role_name == "shop-buyer"


def test_where_nobody_who_signs_in_has_a_role(pool: UserPool) -> None:
    make_identity_pool(pool)
    [person_role] = person_roles_of(make_person(pool), [])
    assert (person_role.chosen.role_arn, person_role.chosen.why) == (
        "",
        "The identity pool has no role for who is signed in.",
    )


@pytest.mark.parametrize("precedence", [5, 9])
def test_an_app_may_ask_for_the_role_of_each_of_her_groups(
    pool: UserPool, hal: Operator, client_of: ClientOf, precedence: int
) -> None:
    mapping = {"Type": "Token", "AmbiguousRoleResolution": "Deny"}
    make_identity_pool(pool, roles={}, role_mappings={f"{provider_of(pool)}:client7": mapping})
    jane = make_person(pool)
    put_into(make_pool_group(pool, "vip", role_arn=BUYER, precedence=5), jane)
    put_into(make_pool_group(pool, "all", role_arn=MEMBER, precedence=precedence), jane)
    said = text_of(get(client_of(hal), "cognito_user", aws_id=jane.aws_id))
    others = "shop-buyer, shop-member" if precedence == 5 else "shop-member"
    assert f"The app may ask for another role instead: {others}." in said


def test_in_the_classic_flow_an_app_may_ask_for_all_that_let_her_in(pool: UserPool, aws_account: AwsAccount) -> None:
    shop = make_identity_pool(pool, roles={"authenticated": MEMBER}, classic_flow=True)
    for name, kind in (("shop-member", "authenticated"), ("buyer", "authenticated"), ("guest", "unauthenticated")):
        trust = make_document(trust_for([shop.aws_id], kind))
        make_role(aws_account, name, trust=trust, trusted=[{"type": "Federated", "value": ISSUERS["aws"].federated}])
    jane = make_person(pool)
    assert person_roles_of(jane, [])[0].others == ("buyer",)
    IdentityPool.objects.update(classic_flow=False)
    assert person_roles_of(jane, [])[0].others == ()


def test_where_no_rule_matches_the_mapping_says_what_then(pool: UserPool) -> None:
    found = chosen(pool, **rules(rule("custom:plan", "business"), ambiguous="AuthenticatedRole"))
    assert found[0] == MEMBER
    assert "No rule matches" in found[2]


@pytest.mark.parametrize(
    ("given", "role"),
    [
        ([], ""),
        ([("vip", BUYER, None)], BUYER),
        ([("vip", BUYER, 5), ("all", MEMBER, 9)], BUYER),
        ([("vip", BUYER, 5), ("all", MEMBER, 5)], ""),
        ([("vip", BUYER, None), ("all", MEMBER, None)], ""),
    ],
)
def test_the_group_of_lowest_precedence_decides(
    pool: UserPool, given: list[tuple[str, str, int | None]], role: str
) -> None:
    groups = [make_pool_group(pool, name, role_arn=arn, precedence=number) for name, arn, number in given]
    assert chosen(pool, groups, Type="Token", AmbiguousRoleResolution="Deny")[0] == role


def test_other_pools_reach_nothing_here(pool: UserPool, aws_account: AwsAccount) -> None:
    make_identity_pool(make_pool(aws_account, "partners"), roles={"authenticated": MEMBER})
    assert person_roles_of(make_person(pool), []) == []


def test_the_page_leads_to_the_role_for_who_may_see_iam(
    pool: UserPool, aws_account: AwsAccount, erin: Operator, hal: Operator, client_of: ClientOf
) -> None:
    role = make_role(aws_account, "shop-member")
    make_identity_pool(pool, roles={"authenticated": role.arn})
    jane = make_person(pool)
    link = f"/roles/{role.aws_id}/"
    assert link in get(client_of(erin), "cognito_user", aws_id=jane.aws_id)
    html = get(client_of(hal), "cognito_user", aws_id=jane.aws_id)
    assert link not in html and "shop-member" in html


# ---- A temporary password, and where a code goes ----------------------------------------------------------------
def done(person: CognitoUser, operator: Operator, kind: str, **more: Any) -> None:
    """A step of this console about them, a moment before AWS says that they were changed."""
    change = Change.objects.create(
        aws_account=person.aws_account, title="t", requested_by=operator, expires_at=timezone.now()
    )
    at = timezone.now() - timedelta(seconds=1)
    about = {"kind": kind, "params": {"sub": person.aws_id}, "part": "", "state": "done", "finished_at": at}
    Step.objects.create(change=change, position=1, **about | more)
    CognitoUser.objects.filter(pk=person.pk).update(changed_at=at)


@pytest.fixture
def invited(pool: UserPool) -> CognitoUser:
    return make_person(pool, "ben", status="FORCE_CHANGE_PASSWORD")


def page_of(person: CognitoUser, client: Client) -> str:
    return text_of(get(client, "cognito_user", aws_id=person.aws_id))


def test_of_a_temporary_password_both_origins_are_said_where_nobody_knows(
    invited: CognitoUser, hal: Operator, client_of: ClientOf
) -> None:
    page = page_of(invited, client_of(hal))
    assert "Either invited and never signed in, or given a temporary password by an administrator since" in page
    assert "Never took up" not in page and "It voids" not in page


def test_a_password_that_was_set_here_is_told_and_what_an_invitation_does_to_it(
    invited: CognitoUser, hal: Operator, client_of: ClientOf
) -> None:
    done(invited, hal, "cognito.user.resend_invite")
    assert "Invited by change" in page_of(invited, client_of(hal))
    done(invited, hal, "cognito.user.set_password")
    page = page_of(invited, client_of(hal))
    assert "A temporary password was set by change" in page and "It voids the temporary password that change" in page
    again = on_person(invited, "cognito.user.resend_invite", name=concealed("ben"), channel="EMAIL")
    change = propose(invited.aws_account, hal, [again])
    assert [found["code"] for found in change.findings if found["severity"] == "warning"] == ["VOIDS_PASSWORD"]
    CognitoUser.objects.update(changed_at=timezone.now() + timedelta(hours=1))
    assert "Either invited and never signed in" in page_of(invited, client_of(hal))


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"email_verified": "true"}, "An e-mail with a code"),
        ({"email_verified": "false"}, "AWS will refuse it"),
        ({"phone_number": "+49170123456", "phone_number_verified": "true"}, "A text message with a code"),
        ({"phone_number": "+49170123456", "email_verified": "true"}, "An e-mail with a code"),
    ],
)
def test_where_a_code_goes_is_known_from_what_is_kept(pool: UserPool, attributes: dict[str, str], says: str) -> None:
    PoolPeopleSettings.objects.all().delete()
    assert messages.recovery(pool, make_person(pool, attributes=attributes)).startswith(says)


BY_PHONE_THEN_MAIL = {
    "AccountRecoverySetting": {
        "RecoveryMechanisms": [
            {"Name": "verified_phone_number", "Priority": 1},
            {"Name": "verified_email", "Priority": 2},
        ]
    }
}
APP, NUMBER = {"SoftwareTokenMfaConfiguration": {"Enabled": True}}, "+49170123456"


@pytest.mark.parametrize(
    ("mfa", "factors", "settings", "says"),
    [
        ("OFF", {}, BY_PHONE_THEN_MAIL, "A text message with a code to set a new one is sent."),
        ("ON", {**APP}, BY_PHONE_THEN_MAIL, "A text message with a code to set a new one is sent."),
        ("ON", {"SmsMfaConfiguration": {"SmsConfiguration": {}}}, BY_PHONE_THEN_MAIL, "An e-mail with a code"),
        (
            "OPTIONAL",
            {"SmsMfaConfiguration": {"SmsConfiguration": {}}, **APP},
            BY_PHONE_THEN_MAIL,
            "A text message with a code to set a new one is sent. "
            "Not by text message where that is their second factor",
        ),
        ("ON", {"SmsMfaConfiguration": {"SmsConfiguration": {}}}, {}, "A text message with a code"),  # nothing is set
    ],
)
def test_nobody_is_recovered_by_their_second_factor(
    aws_account: AwsAccount, mfa: str, factors: dict[str, Any], settings: dict[str, Any], says: str
) -> None:
    pool = make_pool(aws_account, mfa=mfa, mfa_config=factors, settings=settings)
    verified = {"phone_number": NUMBER, "phone_number_verified": "true", "email_verified": "true"}
    said = messages.recovery(pool, make_person(pool, attributes=verified))
    assert said.startswith(says)
    assert ("second factor" in said) == (mfa == "OPTIONAL")


def test_a_sign_out_leaves_the_session_of_the_sign_in_pages(pool: UserPool) -> None:
    assert "logout endpoint" not in messages.signed_out(pool)
    pool.domain = "shop"
    assert "up to an hour" in messages.signed_out(pool)


def test_where_it_isnt_kept_that_is_said(pool: UserPool) -> None:
    about: dict[str, Any] = {"aws_account": pool.aws_account, "region": pool.region, "pool_id": pool.aws_id}
    people_settings, _ = PoolPeopleSettings.objects.update_or_create(
        **about, defaults={"attributes": ["email", "phone_number"]}
    )
    person = make_person(pool)
    del person.attributes["email_verified"]
    assert "Whether that is verified isn’t kept here" in messages.recovery(pool, person)
    people_settings.attributes = []
    people_settings.save()
    del vars(pool)["_people_settings"]
    assert "whichever is verified" in messages.recovery(pool, person)


def test_who_is_gone_is_said_to_reach_nothing(pool: UserPool, hal: Operator, client_of: ClientOf) -> None:
    make_identity_pool(pool, roles={"authenticated": MEMBER})
    page = page_of(make_person(pool, gone_at=timezone.now()), client_of(hal))
    assert "AWS no longer has this person, so they reach nothing." in page
    assert "No identity pool of this AWS account" not in page
