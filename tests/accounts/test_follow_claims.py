"""Claims become groups of operators, and grants hang on groups: given and taken at each sign-in, and audited."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from accounts.access import may
from accounts.models import AuditEntry, AwsAccount, ClaimGroup, Grant, Operator
from accounts.roles import SEE_IAM, Role
from accounts.services.operators import map_claim, set_groups, unmap_claim
from tests.accounts.oidc import go
from tests.services.oidc_provider import OidcProvider

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditors(aws_account: AwsAccount) -> Group:
    """A group that may see IAM; the claim “aws-audit” puts operators into it."""
    group = Group.objects.create(name="Auditors")
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.VIEWER)
    ClaimGroup.objects.create(value="aws-audit", group=group)
    return group


def again(client: Client, provider: OidcProvider, *values: str) -> Operator:
    client.post("/auth/logout/")
    provider.person["groups"] = list(values)
    go(client)
    return Operator.objects.get(email="dora@example.org")


def test_a_claim_gives_the_grants_of_its_group(
    client: Client, provider: OidcProvider, auditors: Group, aws_account: AwsAccount
) -> None:
    dora = again(client, provider, "aws-audit", "canteen")
    assert may(dora, SEE_IAM, aws_account)
    entry = AuditEntry.objects.get(verb="operator.claims_followed")
    assert (entry.actor, entry.data["changes"]) == (dora, {"groups": ["", "Auditors"]})


def test_a_claim_that_is_gone_takes_them(
    client: Client, provider: OidcProvider, auditors: Group, aws_account: AwsAccount
) -> None:
    again(client, provider, "aws-audit")
    dora = again(client, provider, "canteen")
    assert not may(dora, SEE_IAM, aws_account)
    changes = list(AuditEntry.objects.filter(verb="operator.claims_followed").values_list("data__changes", flat=True))
    assert {"groups": ["Auditors", ""]} in changes


def test_what_stays_the_same_is_not_written_down(client: Client, provider: OidcProvider, auditors: Group) -> None:
    again(client, provider, "aws-audit")
    again(client, provider, "aws-audit")
    assert AuditEntry.objects.filter(verb="operator.claims_followed").count() == 1


def test_a_group_that_an_owner_gave_stays(
    client: Client, provider: OidcProvider, auditors: Group, olga: Operator
) -> None:
    dora = again(client, provider)
    set_groups(actor=olga, operator=dora, groups=[auditors])
    again(client, provider, "aws-audit")
    assert list(again(client, provider).groups.all()) == [auditors]


def test_a_mapping_that_is_gone_takes_the_group_too(
    client: Client, provider: OidcProvider, auditors: Group, olga: Operator
) -> None:
    again(client, provider, "aws-audit")
    unmap_claim(actor=olga, mapping=ClaimGroup.objects.get())
    assert not again(client, provider, "aws-audit").groups.exists()


@pytest.mark.parametrize(
    "said", ["aws-audit", ["aws-audit"], ["AWS-Audit"], {"aws-audit": 1}, 7, None, [["aws-audit"]]]
)
def test_a_claim_is_a_text_or_a_list_of_texts_to_the_letter(
    client: Client, provider: OidcProvider, auditors: Group, said: object
) -> None:
    provider.person["groups"] = said
    go(client)
    assert Operator.objects.get().groups.exists() == (said in ("aws-audit", ["aws-audit"]))


def test_userinfo_may_say_it(client: Client, provider: OidcProvider, auditors: Group) -> None:
    provider.userinfo = {"groups": ["aws-audit"]}
    go(client)
    assert Operator.objects.get().groups.exists()


def test_an_address_alone_gives_nothing(client: Client, provider: OidcProvider, auditors: Group) -> None:
    again(client, provider)
    assert Operator.objects.get().is_stranger


def test_the_last_owner_of_all_stays_one(client: Client, provider: OidcProvider) -> None:
    owners = Group.objects.create(name="Owners")
    Grant.objects.create(group=owners, role=Role.OWNER)
    ClaimGroup.objects.create(value="iam-owners", group=owners)
    again(client, provider, "iam-owners")
    dora = again(client, provider)
    assert dora.owns_all()
    assert AuditEntry.objects.filter(verb="operator.claims_kept").exists()
    assert "_auth_user_id" in client.session


# ---- the mapping ----------------------------------------------------------------------------------------------


def test_only_owners_of_all_map_claims(alice: Operator, auditors: Group) -> None:
    with pytest.raises(PermissionDenied):
        map_claim(actor=alice, mapping=ClaimGroup(value="x", group=auditors))
    with pytest.raises(PermissionDenied):
        unmap_claim(actor=alice, mapping=ClaimGroup.objects.get())


def test_the_same_mapping_twice_is_refused(olga: Operator, auditors: Group) -> None:
    with pytest.raises(ValidationError, match="already"):
        map_claim(actor=olga, mapping=ClaimGroup(value="aws-audit", group=auditors))


def test_an_owner_maps_a_claim_in_the_administration(
    client_of: Callable[..., Client], olga: Operator, auditors: Group, verbs: Callable[[], list[str]]
) -> None:
    client_of(olga).post("/admin/accounts/claimgroup/add/", {"value": "ops", "group": auditors.pk})
    assert ClaimGroup.objects.filter(value="ops", group=auditors).exists()
    assert verbs() == ["claim.mapped"]


def test_that_needs_a_fresh_sign_in(client_of: Callable[..., Client], olga: Operator, auditors: Group) -> None:
    client_of(olga, ago=3600).post("/admin/accounts/claimgroup/add/", {"value": "ops", "group": auditors.pk})
    assert not ClaimGroup.objects.filter(value="ops").exists()


def test_parting_an_identity_ends_its_sessions(
    client: Client, client_of: Callable[..., Client], provider: OidcProvider, olga: Operator
) -> None:
    go(client)
    dora = Operator.objects.get(email="dora@example.org")
    account = dora.socialaccount_set.get()  # type: ignore[attr-defined]
    client_of(olga).post(f"/admin/socialaccount/socialaccount/{account.pk}/delete/", {"post": "yes"})
    assert not dora.socialaccount_set.exists()  # type: ignore[attr-defined]
    assert client.get("/accounts/")["Location"].startswith("/auth/login/")
    assert AuditEntry.objects.filter(verb="operator.identity_parted", actor=olga).exists()
