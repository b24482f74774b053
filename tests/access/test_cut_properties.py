"""Whom a cut is said to free, brute force can't bring to an administrator: on small accounts that are made up."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given

from access.cuts.account_paths import account_paths
from access.cuts.steps import steps_of
from accounts.models import AwsAccount
from identities.models import Principal as Row
from sync.operations import StepSpec
from tests.access.brute_force import Principal, Statements, TooMany, World, can_become_administrator
from tests.access.mirrored import managed
from tests.access.test_escalate_properties import worlds
from tests.conftest import make_aws_account
from tests.services.fuzzing import as_long_as_asked
from tests.services.organization_rows import complete
from tests.services.rows import attach, join, make_document, make_group, make_role, make_user, put_inline
from tests.services.statements import document_text

pytestmark = pytest.mark.django_db
MOST = 4  # cuts of a world


def mirrored(world: World) -> AwsAccount:
    """The world as rows."""
    aws_account = make_aws_account()
    complete(aws_account, "org.membership")
    policies = {}
    for name, versions in world.versions.items():
        written = [list(map(dict, world.documents[version])) for version in reversed(versions)]
        policies[name] = managed(aws_account, name.rpartition("/")[2], *written)
    groups = {name: make_group(aws_account, name.rpartition("/")[2]) for name in world.groups}

    def give(row: Row, of: Principal) -> None:
        for name in sorted(of.attached):
            attach(row, policies[name])
        for name in sorted(of.inline):
            put_inline(row, name, document=make_document(text_of(world.documents[name])))

    for name, group in world.groups.items():
        give(groups[name], group)
    for who, each in world.principals.items():
        name, more = who.rpartition("/")[2], {"tags": dict(each.tags), "boundary_arn": each.boundary or ""}
        if each.trust is None:
            row: Any = make_user(aws_account, name, **more)
            for group_arn in each.groups:
                join(row, groups[group_arn])
        else:
            row = make_role(aws_account, name, trust=make_document(text_of(world.documents[each.trust])), **more)
        give(row, each)
    return aws_account


def text_of(statements: Statements) -> str:
    return document_text(*map(dict, statements))


def after(world: World, steps: list[StepSpec]) -> World:
    """What the calls of these steps make of it."""
    for number, step in enumerate(steps):
        params, new = step.params, f"new{number}"
        if "document" in params:
            said = tuple(json.loads(params["document"])["Statement"])
            world = replace(world, documents={**world.documents, new: said}, compiled={})
        if step.kind == "iam.policy.update":
            versions = (new, *world.versions[params["policy_arn"]])
            world = replace(world, versions={**world.versions, params["policy_arn"]: versions})
            continue
        owner = params["arn"]
        now = world.groups.get(owner) or world.principals[owner]
        if step.kind.endswith(".detach"):
            now = replace(now, attached=now.attached - {params["policy_arn"]})
        elif step.kind.endswith((".inline.put", ".inline.delete")):
            kept = now.inline - {params["policy"]}
            now = replace(now, inline=kept | {new} if "document" in params else kept)
        else:
            raise LookupError(step.kind)
        change = world.with_group if owner in world.groups else world.with_principal
        world = change(owner, attached=now.attached, inline=now.inline)
    return world


@as_long_as_asked(6)
@given(worlds())
def test_whom_a_cut_frees_brute_force_does_not_bring_there(world: World) -> None:
    world = replace(world, scps=())
    with transaction.atomic():
        aws_account = mirrored(world)
        trials = account_paths(aws_account).trials
        trials.go_on(aws_account, 60)
        freeing = [each for each in trials.found if each.freed][:MOST]
        freed = [(steps_of(aws_account, each.cut), each.freed) for each in freeing]
        transaction.set_rollback(True)
    for steps, whom in freed:
        left = after(world, steps)
        for who in whom:
            try:
                assert not can_become_administrator(left, who, most=120), (who, steps)
            except TooMany:
                continue
