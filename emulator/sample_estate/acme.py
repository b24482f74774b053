"""Acme, the sample organization: AWS accounts as real ones are, made through the API as its people would have.

What is made depends on nothing but the data in `data/`: ids and dates are the same on every machine. Acme's clock stood
at 18:00 on 24 November 2026 when it was written down; what CloudTrail has is of the last weeks, whenever it is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from emulator.process import Emulator
from emulator.sample_estate.account_iam import AccountIam
from emulator.sample_estate.anywhere import make_anywhere
from emulator.sample_estate.cognito import make_cognito
from emulator.sample_estate.data import roles
from emulator.sample_estate.data.account_ids import MANAGEMENT_ID
from emulator.sample_estate.data.console import READ_ROLE, WRITE_ROLE, console_policies, console_roles
from emulator.sample_estate.data.estate import ESTATE, MAIN, OTHERS, SampleAccount
from emulator.sample_estate.data.kinds import Contents
from emulator.sample_estate.data.organization import CREATED
from emulator.sample_estate.events import make_event_queue
from emulator.sample_estate.history import write_history
from emulator.sample_estate.identity_center import set_up_identity_center
from emulator.sample_estate.organization import close_way_in, found_organization
from emulator.sample_estate.production import finish_production, make_providers
from emulator.sample_estate.resources import make_resources
from emulator.sample_estate.stacks import make_stack

__all__ = ["connections", "seed"]

_FOUNDED = "2019-03-04 10:00"


def seed(endpoint_url: str) -> None:
    """Makes Acme in the emulator at that address; does nothing where it was made before.

    The alias of the main AWS account comes last. Where it is missing, a seeding was cut off, and what it left is
    emptied first.
    """
    emulator = Emulator(endpoint_url)
    if not _is_made(emulator):
        _make(emulator)
    make_event_queue(emulator)  # after the calls of Acme's past, of which nobody waits for an event


def connections() -> list[dict[str, object]]:
    """For each AWS account the options of `manage.py connect_account`, and its labels; the main one first."""
    return [
        {
            "account": one.account_id,
            "name": one.name,
            "environment": one.environment,
            "region": "eu-west-1",
            "read_role": f"arn:aws:iam::{one.account_id}:role/{READ_ROLE}",
            "write_role": f"arn:aws:iam::{one.account_id}:role/{WRITE_ROLE}",
            "external_id": one.external_id,
            "labels": list(one.labels),
        }
        for one in ESTATE
    ]


def _is_made(emulator: Emulator) -> bool:
    iam = emulator.client("iam")
    if iam.list_account_aliases()["AccountAliases"]:
        return True
    return any(role["RoleName"] == WRITE_ROLE for role in iam.list_roles(MaxItems=1000)["Roles"])


def _make(emulator: Emulator) -> None:
    emulator.reset()
    contents = _with_console(MAIN)
    iam = AccountIam(emulator, MAIN.account_id, {}, contents.policies)
    iam.make(replace(contents, roles=()))
    make_providers(iam)
    iam.make(Contents(roles=contents.roles))
    finish_production(emulator, iam, _FOUNDED)
    make_cognito(emulator, iam.make_role)
    make_resources(emulator, MAIN.resources, {})
    make_stack(emulator)
    make_anywhere(emulator)
    ways_in = found_organization(emulator)
    for one in OTHERS:
        _make_other(emulator, one, ways_in[one.account_id])
    iam.make(Contents(roles=roles.ACROSS))
    set_up_identity_center(emulator, ways_in[MANAGEMENT_ID], MAIN.contents.users)
    close_way_in(emulator, ways_in[MANAGEMENT_ID])
    write_history(emulator, {one.account_id: one.calls for one in ESTATE}, ways_in)
    iam.at(_FOUNDED).create_account_alias(AccountAlias=MAIN.alias)


def _make_other(emulator: Emulator, one: SampleAccount, credentials: Mapping[str, str]) -> None:
    contents = _with_console(one)
    iam = AccountIam(emulator, one.account_id, credentials, contents.policies)
    iam.make(contents)
    iam.at(CREATED).create_account_alias(AccountAlias=one.alias)
    make_resources(emulator, one.resources, credentials)


def _with_console(one: SampleAccount) -> Contents:
    its = one.contents
    return replace(
        its,
        policies=its.policies + console_policies(one.account_id),
        roles=its.roles + console_roles(one.external_id),
    )
