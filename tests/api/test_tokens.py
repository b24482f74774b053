"""What a token is good for: at most what its owner may, at each request anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.access import may, pools_of
from accounts.audit import sentence
from accounts.models import ApiToken, AuditEntry, AwsAccount, Grant, Operator
from accounts.roles import (
    ADMINISTER,
    ALL_PERMISSIONS,
    APPLY,
    CARE,
    PROPOSE,
    SEE_IAM,
    SEE_PEOPLE,
    TOKEN_PERMISSIONS,
    Role,
)
from accounts.services import operators
from accounts.tokens import services
from accounts.tokens.services import TokenWanted
from iamconsole import settings as console_settings
from tests.conftest import make_operator
from tests.services.tokens import Program, make_token, program_of


def verbs() -> list[str]:
    return list(AuditEntry.objects.filter(object_kind="api_token").order_by("pk").values_list("verb", flat=True))


def acting(operator: Operator, *scopes: str) -> Operator:
    """The operator as the API sees them."""
    token, _ = make_token(operator, *scopes)
    found = Operator.objects.get(pk=operator.pk)
    found.token_limits = token.limits
    return found


# ---- What it may ---------------------------------------------------------------------------------------------------
def test_it_may_what_its_scopes_and_its_owners_grants_both_say(
    alice: Operator, bob: Operator, aws_account: AwsAccount
) -> None:
    def permissions(program: Operator) -> set[str]:
        return {perm for perm in ALL_PERMISSIONS if may(program, perm, aws_account)}

    assert permissions(acting(alice)) == set(TOKEN_PERMISSIONS)
    assert permissions(acting(alice, SEE_IAM)) == {SEE_IAM}
    assert permissions(acting(bob)) == {SEE_IAM}


def test_an_owner_of_all_owns_nothing_by_a_token(olga: Operator, aws_account: AwsAccount) -> None:
    program = acting(olga)
    assert not program.owns_all()
    assert not program.is_staff
    assert not program.owned_aws_accounts()
    assert not may(program, ADMINISTER, None)
    assert may(program, PROPOSE, aws_account)


def test_it_is_narrow_however_the_grants_were_asked_for(alice: Operator, aws_account: AwsAccount) -> None:
    """They are remembered while a request reads, and forgotten before it writes."""
    program = acting(alice)
    program.remembered_grants = tuple(program.held_grants())
    assert not may(program, ADMINISTER, aws_account)
    assert may(program, APPLY, aws_account)
    program.remembered_grants = tuple(Operator.objects.get(pk=alice.pk).held_grants())
    assert not may(program, ADMINISTER, aws_account)


def test_it_stays_in_its_aws_accounts(olga: Operator, aws_account: AwsAccount, other_account: AwsAccount) -> None:
    token, text = make_token(olga, SEE_IAM, aws_accounts=[aws_account])
    listed = Program(text).ask("/aws-accounts").json()["items"]
    assert [each["account_id"] for each in listed] == [aws_account.account_id]
    assert Program(text).ask(f"/aws-accounts/{other_account.account_id}").status_code == 404
    token.aws_accounts.clear()  # as when its only AWS account is taken out of the console
    assert Program(text).ask("/aws-accounts").json()["items"] == []


def test_who_keeps_one_pool_lends_that_pool(aws_account: AwsAccount) -> None:
    keeper = make_operator("hal", None, None)
    Grant.objects.create(operator=keeper, aws_account=aws_account, role=Role.HELPDESK, pool_id="eu-west-1_Shop")
    assert pools_of(acting(keeper), SEE_PEOPLE, aws_account) == frozenset({"eu-west-1_Shop"})
    assert program_of(keeper).ask(f"/aws-accounts/{aws_account.account_id}/objects").status_code == 403


def test_a_grant_that_was_taken_counts_from_the_next_request_on(alice: Operator, aws_account: AwsAccount) -> None:
    program = program_of(alice)
    path = f"/aws-accounts/{aws_account.account_id}/objects/users"
    assert program.ask(path).status_code == 200
    alice.grants.update(role=Role.HELPDESK)
    assert program.ask(path).status_code == 403
    alice.grants.all().delete()
    assert program.ask(path).status_code == 404


# ---- Who gets in ---------------------------------------------------------------------------------------------------
def test_a_signed_in_browser_is_nobody_here(alices: Client) -> None:
    answer = alices.get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_token_opens_no_page(alices_program: Program, aws_account: AwsAccount) -> None:
    for page in ("/", "/tokens/", f"/aws/{aws_account.account_id}/users/", "/admin/"):
        assert alices_program.get(page)["Location"].startswith(("/auth/login/", "/admin/login/")), page


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "bearer iamc_0123456789_" + "A" * 43, "Bearer iamc_é"],
)
def test_what_is_no_token_gets_nothing(db: None, header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/api/v1/me")
    assert answer.status_code == 401
    assert answer.json()["detail"]


def test_its_secret_must_be_right_to_the_last_character(alice: Operator) -> None:
    _, text = make_token(alice)
    last = "A" if text[-1] != "A" else "B"
    assert Program(text).ask("/me").status_code == 200
    assert Program(text[:-1] + last).ask("/me").status_code == 401


def test_who_tries_tokens_out_is_slowed_down(db: None, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = console_settings.ACCOUNT_RATE_LIMITS
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    answers = [Program(f"iamc_0123456789_{number:043}").ask("/me").status_code for number in range(31)]
    assert answers == [401] * 30 + [429]


def test_it_counts_from_its_networks_only(alice: Operator) -> None:
    _, text = make_token(alice, networks=["10.1.0.0/16", "2001:db8::/32"])
    statuses = {
        address: Program(text, REMOTE_ADDR=address).ask("/me").status_code
        for address in ("10.1.2.3", "10.2.0.1", "2001:db8::1", "::ffff:10.1.2.3", "127.0.0.1")
    }
    assert [address for address, status in statuses.items() if status == 200] == [
        "10.1.2.3",
        "2001:db8::1",
        "::ffff:10.1.2.3",
    ]


def test_an_address_that_the_program_claims_doesnt_count(alice: Operator, settings: Any) -> None:
    _, text = make_token(alice, networks=["10.1.0.0/16"])
    claims = {"REMOTE_ADDR": "203.0.113.9", "HTTP_X_FORWARDED_FOR": "10.1.2.3"}
    assert Program(text, **claims).ask("/me").status_code == 401
    settings.TRUSTED_PROXIES = settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    behind = {**claims, "HTTP_X_FORWARDED_FOR": "10.1.2.3, 203.0.113.9"}  # the proxy added the true one
    assert Program(text, **behind).ask("/me").status_code == 401


def test_it_ends_on_its_day(alice: Operator) -> None:
    token, text = make_token(alice)
    ApiToken.objects.filter(pk=token.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "expired" in Program(text).ask("/me").json()["detail"]


def test_it_ends_with_its_owner_and_stays_so(alice: Operator, olga: Operator) -> None:
    _, text = make_token(alice)
    alice.is_active = False
    operators.change(actor=olga, operator=alice, before={"is_active": True})
    assert Program(text).ask("/me").status_code == 401
    alice.is_active = True
    operators.change(actor=olga, operator=alice, before={"is_active": False})
    assert Program(text).ask("/me").status_code == 401
    assert verbs() == ["api_token.made", "api_token.ended", "api_token.refused"]


def test_the_database_alone_opens_nothing(alice: Operator) -> None:
    token, text = make_token(alice)
    kept = [str(value) for value in ApiToken.objects.values().get().values()]
    assert not any(text[16:] in value for value in kept)
    assert Program(token.digest).ask("/me").status_code == 401


def test_how_often_it_asks_is_limited(alices_program: Program, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    answers = [alices_program.ask("/me") for _ in range(7)]  # a new minute may begin between two of them
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 0 < int(refused[0]["Retry-After"]) <= 60
    assert answers[0]["RateLimit-Limit"] == "3"


# ---- What is written down ------------------------------------------------------------------------------------------
def test_its_making_first_use_refusal_and_end_are_audited(alice: Operator) -> None:
    token, text = make_token(alice, SEE_IAM, service="deployer")
    for _ in range(3):
        Program(text).ask("/me")
    services.end(actor=alice, token=token)
    for _ in range(3):
        Program(text).ask("/me")
    assert verbs() == ["api_token.made", "api_token.first_used", "api_token.ended", "api_token.refused"]
    made = AuditEntry.objects.get(verb="api_token.made")
    assert made.data["whom"] == "the service deployer"
    assert text[16:] not in str(made.data)


def test_what_a_program_did_says_so(alice: Operator, alices_program: Program) -> None:
    alices_program.ask("/me")
    entry = AuditEntry.objects.get(verb="api_token.first_used")
    assert entry.actor == alice
    assert entry.data["by_token"].startswith("CI (iamc_")
    assert ", by the token CI (iamc_" in sentence(entry)


def test_its_last_use_is_noted(alice: Operator) -> None:
    token, text = make_token(alice)
    Program(text, REMOTE_ADDR="192.0.2.7").ask("/me")
    token.refresh_from_db()
    assert token.last_used_from == "192.0.2.7"
    assert token.last_used_at is not None


# ---- Making one ----------------------------------------------------------------------------------------------------
def test_no_token_makes_tokens_or_ends_them(alice: Operator) -> None:
    token, _ = make_token(alice)
    wanted = TokenWanted("x", "", [SEE_IAM], None, (), timezone.now() + timedelta(days=1), "0" * 32)
    with pytest.raises(PermissionDenied):
        services.make(actor=acting(alice), wanted=wanted)
    with pytest.raises(PermissionDenied):
        services.end(actor=acting(alice), token=token)


def test_who_am_i(alice: Operator, alices_program: Program, aws_account: AwsAccount) -> None:
    found = alices_program.ask("/me").json()
    assert found["operator"] == alice.email
    scopes = [SEE_IAM, SEE_PEOPLE, CARE, PROPOSE, APPLY]
    assert found["aws_accounts"] == [{"aws_account": aws_account.account_id, "name": "Acme", "scopes": scopes}]
