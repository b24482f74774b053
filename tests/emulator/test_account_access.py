"""The account access manager as AWS documents it."""

from __future__ import annotations

from typing import Any

import pytest

from emulator.process import Emulator
from tests.emulator.test_identity_center import refusal
from tests.services.identity_center import IRELAND, MadeIdentityCenter
from tests.services.organizations import ACCOUNT_ID, MadeOrganization

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/reports"


@pytest.fixture
def made(emulator: Emulator) -> MadeIdentityCenter:
    return MadeIdentityCenter(emulator, MadeOrganization(emulator))


def listed(manager: Any, application_arn: str, **wanted: Any) -> list[str]:
    pages = manager.get_paginator("list_entitlements").paginate(
        applicationArn=application_arn, filter={"principalRole": wanted}, PaginationConfig={"PageSize": 1}
    )
    return [one["entitlementId"] for page in pages for one in page["entitlements"]]


def test_entitlements_are_made_once_listed_by_filters_and_deleted(emulator: Emulator, made: MadeIdentityCenter) -> None:
    dana = made.person("dana")
    team = made.group("team", dana)
    of_team, of_dana = made.entitle(ROLE, groupId=team), made.entitle(ROLE, userId=dana)
    assert made.entitle(ROLE, groupId=team) == of_team
    manager, arn = emulator.client("account-access", region_name=IRELAND), made.application_arn
    assert sorted(listed(manager, arn, account=ACCOUNT_ID)) == sorted([of_team, of_dana])
    assert listed(manager, arn, roleArn=ROLE, account=ACCOUNT_ID) != []
    assert listed(manager, arn, principal={"identityCenter": {"userId": dana}}) == [of_dana]
    assert listed(manager, arn, account="210987654321") == []
    told = manager.get_entitlement(applicationArn=arn, entitlementId=of_team)
    assert told["entitlement"]["principalRole"]["roleArn"] == ROLE
    assert refusal(manager.delete_application, applicationArn=arn) == "ConflictException"
    for each in (of_team, of_dana):
        manager.delete_entitlement(applicationArn=arn, entitlementId=each)
    assert listed(manager, arn, account=ACCOUNT_ID) == []


def test_what_is_refused(emulator: Emulator, made: MadeIdentityCenter) -> None:
    manager = emulator.client("account-access", region_name=IRELAND)
    assert manager.list_applications()["applications"] == []
    made.entitle(ROLE, userId=made.person("dana"))
    again = {"identityCenter": {"instanceArn": made.arn}}
    assert refusal(manager.create_application, identitySource=again) == "AlreadyCreatedException"
    arn = made.application_arn
    assert refusal(manager.list_entitlements, applicationArn=arn, filter={}) == "ValidationException"
    nobody = {
        "principalRole": {
            "principal": {"identityCenter": {"userId": "0" * 8 + "-0000-0000-0000-" + "0" * 12}},
            "roleArn": ROLE,
        }
    }
    assert refusal(manager.create_entitlement, applicationArn=arn, entitlement=nobody) == "ResourceNotFoundException"
    elsewhere = emulator.client("account-access", region_name="us-east-1")
    assert elsewhere.list_applications()["applications"] == []
    gone = {"applicationArn": arn, "entitlementId": "nothing"}
    assert refusal(manager.get_entitlement, **gone) == "ResourceNotFoundException"
