"""No phantom revisions of pools and what belongs to them: AWS that says the same in other words has not changed."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from sync import schedule
from sync.aws.client import reader
from sync.mirror import AccountRegion, Item, Mirror, ObservedItem, RunVisit, mirror_of, store
from sync.models import Revision, Run
from tests.cognito.seeding import POOL_SOURCES, Seeded, pull_pools, seed
from tests.services.statements import EC2, trusting
from tests.sync.retelling import reworded, shuffled

# The console's own members, of which the order of keys and lists is the console's too.
_OURS = frozenset({"Domains", "Maps"})
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def with_more(found: Seeded, emulator: Emulator) -> None:
    """Rules and tags, of which the order matters or doesn't."""
    role = emulator.client("iam").create_role(RoleName="shop", AssumeRolePolicyDocument=trusting(EC2))
    arn = role["Role"]["Arn"]
    name = f"cognito-idp.{REGION}.amazonaws.com/{found.pool_id}"
    rules = [
        {"Claim": "custom:plan", "MatchType": match, "Value": value, "RoleARN": arn}
        for match, value in (("Equals", "business"), ("StartsWith", "b"), ("Contains", "us"))
    ]
    mapping = {"Type": "Rules", "AmbiguousRoleResolution": "Deny", "RulesConfiguration": {"Rules": rules}}
    found.identity.set_identity_pool_roles(
        IdentityPoolId=found.identity_pool_id,
        Roles={"authenticated": arn, "unauthenticated": arn},
        RoleMappings={f"{name}:{found.client_id}": mapping},
    )
    found.identity.set_principal_tag_attribute_map(
        IdentityPoolId=found.identity_pool_id,
        IdentityProviderName=name,
        UseDefaults=False,
        PrincipalTags={"plan": "custom:plan", "client": "aud"},
    )
    found.idp.set_user_pool_mfa_config(
        UserPoolId=found.pool_id, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="OPTIONAL"
    )


def items_of_all(aws_account: AwsAccount) -> list[tuple[Mirror, list[Item]]]:
    client, place = reader(aws_account, region=REGION), AccountRegion(aws_account, REGION)
    found = []
    for source in (source for source in schedule.in_order() if source.name in POOL_SOURCES):
        pages = list(source.pages(client, None, place))
        for kind in source.kinds:
            items = [item for page in pages for item in page.items.get(kind, ())]
            found.append((mirror_of(kind, source.facet), items))
    return found


def answered_by_cognito(item: Item, chance: Random) -> Item:
    """… which leaves out what is empty, or says it so, and keeps the rules of a mapping as they are."""
    in_order_still = {name: item[name] for name in ("RoleMappings",) if name in item}
    described = reworded({name: value for name, value in item.items() if name not in _OURS}, chance)
    described = {name: value for name, value in described.items() if value not in _NOTHING or chance.random() < 0.5}
    for name in ("FriendlyDeviceName", "Description", "LambdaConfig"):
        if name not in described and chance.random() < 0.5:
            described[name] = chance.choice(_NOTHING)
    if "EstimatedNumberOfUsers" in described:
        described["EstimatedNumberOfUsers"] = chance.randint(0, 10**6)
    if "LastModifiedDate" in described:
        described["LastModifiedDate"] = timezone.now()
    return {**described, **in_order_still, **{name: item[name] for name in _OURS if name in item}}


@pytest.mark.django_db
def test_no_mirror_of_cognito_takes_other_words_for_a_change(emulator: Emulator, aws_account: AwsAccount) -> None:
    with_more(seed(emulator), emulator)
    pull_pools(aws_account)
    found = items_of_all(aws_account)
    assert {(each.kind, each.source) for each, items in found if items} >= {
        ("cognito.pool", "details"),
        ("cognito.pool", "mfa"),
        ("cognito.client", "details"),
        ("cognito.identity_pool", "roles"),
        ("cognito.identity_pool", "tags"),
    }
    visit = RunVisit(Run.objects.latest("pk"), reader(aws_account, region=REGION), False, lambda counts: None)
    before = Revision.objects.count()

    @given(chance=st.randoms(use_true_random=True))
    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    def answered_otherwise(chance: Random) -> None:
        for each, items in found:
            described = [answered_by_cognito(item, chance) for item in shuffled(items, chance)]
            store(visit, each, [ObservedItem(each, item) for item in described], requested_at=timezone.now())
            assert Revision.objects.count() == before, (each.kind, each.source, described)

    answered_otherwise()


@pytest.mark.django_db
def test_rules_in_another_order_are_another_mapping(emulator: Emulator, aws_account: AwsAccount) -> None:
    with_more(found := seed(emulator), emulator)
    pull_pools(aws_account)
    answer = found.identity.get_identity_pool_roles(IdentityPoolId=found.identity_pool_id)
    for mapping in answer["RoleMappings"].values():
        mapping["RulesConfiguration"]["Rules"].reverse()
    described = {name: answer[name] for name in ("IdentityPoolId", "Roles", "RoleMappings")}
    before = Revision.objects.count()
    found.identity.set_identity_pool_roles(**described)
    pull_pools(aws_account)
    assert Revision.objects.count() == before + 1
