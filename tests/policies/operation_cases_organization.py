"""The operations on control policies, from the management account: set up, step, what AWS then shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from policies.models import OrgPolicy, OrgUnit
from policies.organizations.operations import (
    RenameControlPolicy,
    create_control_policy,
    delete_control_policy,
    plan_target,
    update_control_policy,
)
from policies.organizations.sources import MEMBERSHIP, TREE
from sync.operations import StepSpec
from tests.services.operation_cases import ComparedCase
from tests.services.organizations import RCP, SCP, MadeOrganization
from tests.services.pulling import pulled_in_order
from tests.services.statements import denying
from tests.services.world import World

SOURCES = (MEMBERSHIP, TREE)
UNIT, POLICY = "Workloads", "our-buckets"
BEFORE = {SCP: denying("s3:PutObject"), RCP: denying("s3:PutObject", Principal="*")}
AFTER = {SCP: denying("s3:*"), RCP: denying("s3:*", Principal="*")}
NOBODY = "It bounds nobody as long as it is attached nowhere."


def with_policy(policy_type: str, *, attached: bool) -> Callable[[World], MadeOrganization]:
    """An organization with a unit and one policy, as the mirror has it, too."""

    def arrange(world: World) -> MadeOrganization:
        organization = MadeOrganization(world.emulator)
        unit = organization.unit(UNIT)
        organization.policy(POLICY, BEFORE[policy_type], *([unit] if attached else []), policy_type=policy_type)
        pulled_in_order(world.aws_account, SOURCES)
        world.emulator.forget_calls()
        return organization

    return arrange


def an_organization(world: World) -> MadeOrganization:
    organization = MadeOrganization(world.emulator)
    pulled_in_order(world.aws_account, SOURCES)
    world.emulator.forget_calls()
    return organization


def policy_of(world: World) -> OrgPolicy:
    found: OrgPolicy = OrgPolicy.objects.live().get(aws_account=world.aws_account, name=POLICY)
    return found


def unit_of(world: World) -> OrgUnit:
    found: OrgUnit = OrgUnit.objects.live().get(aws_account=world.aws_account, name=UNIT)
    return found


def shown(world: World, organization: MadeOrganization) -> Any:
    """Of each policy that isn't AWS's: name, description, document and how many places it is attached to."""
    found = {}
    for policy_type in (SCP, RCP):
        for page in organization.client.get_paginator("list_policies").paginate(Filter=policy_type):
            for each in page["Policies"]:
                if not each["AwsManaged"]:
                    found[each["Name"]] = _described(organization.client, each)
    return found


def _described(client: Any, summary: Any) -> Any:
    try:
        text = client.describe_policy(PolicyId=summary["Id"])["Policy"]["Content"]
    except ClientError:
        return None
    targets = client.get_paginator("list_targets_for_policy").paginate(PolicyId=summary["Id"])
    count = sum(len(page["Targets"]) for page in targets)
    return summary["Description"], json.loads(text), count


def creating(kind: str, policy_type: str, writes: str) -> ComparedCase:
    return ComparedCase(
        kind,
        an_organization,
        lambda world, _: create_control_policy(POLICY, policy_type, AFTER[policy_type], "Ours"),
        shown,
        {POLICY: ("Ours", json.loads(AFTER[policy_type]), 0)},
        SOURCES,
        page=f"account/create-{writes}",
        no_access=NOBODY,
        writes=writes,
    )


def updating(kind: str, policy_type: str, writes: str) -> ComparedCase:
    return ComparedCase(
        kind,
        with_policy(policy_type, attached=True),
        lambda world, _: update_control_policy(policy_of(world), AFTER[policy_type]),
        shown,
        {POLICY: (f"{POLICY}.", json.loads(AFTER[policy_type]), 1)},
        SOURCES,
        page=f"control_policy/edit-{writes}",
        writes=writes,
    )


def renamed(world: World, _: object) -> StepSpec:
    params = {"arn": policy_of(world).arn, "called": POLICY, "name": "buckets", "description": "Ours"}
    return StepSpec(RenameControlPolicy().kind, params)


CASES = (
    creating("org.policy.create_scp", SCP, "scp"),
    creating("org.policy.create_rcp", RCP, "rcp"),
    updating("org.policy.update_scp", SCP, "scp"),
    updating("org.policy.update_rcp", RCP, "rcp"),
    ComparedCase(
        "org.policy.rename",
        with_policy(SCP, attached=True),
        renamed,
        shown,
        {"buckets": ("Ours", json.loads(BEFORE[SCP]), 1)},
        SOURCES,
        page="control_policy/rename",
        no_access="A name and a description decide nothing.",
    ),
    ComparedCase(
        "org.policy.delete",
        with_policy(SCP, attached=False),
        lambda world, _: delete_control_policy(policy_of(world).arn, POLICY),
        shown,
        {},
        SOURCES,
        page="control_policy/delete",
        no_access=NOBODY,
    ),
    ComparedCase(
        "org.policy.attach",
        with_policy(SCP, attached=False),
        lambda world, _: plan_target(policy_of(world), unit_of(world), now=True),
        shown,
        {POLICY: (f"{POLICY}.", json.loads(BEFORE[SCP]), 1)},
        SOURCES,
        page="control_policy/attach",
    ),
    ComparedCase(
        "org.policy.detach",
        with_policy(RCP, attached=True),
        lambda world, _: plan_target(policy_of(world), unit_of(world), now=False),
        shown,
        {POLICY: (f"{POLICY}.", json.loads(BEFORE[RCP]), 0)},
        SOURCES,
        page="control_policy/detach",
    ),
)
