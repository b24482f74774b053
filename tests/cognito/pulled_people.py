"""People of a pool at the emulator, and their pull."""

from __future__ import annotations

from typing import Any

from accounts.models import AwsAccount
from cognito.models import UserPool
from emulator.process import REGION
from sync.models import Run
from tests.services.pulling import pulled

ALLOWED = ["custom:plan", "email"]


def make(idp: Any, pool_id: str, name: str, **attributes: str) -> str:
    """The new person's `sub`."""
    described = {"email": f"{name}@example.org", "family_name": f"Secretive-{name}"} | attributes
    made = idp.admin_create_user(
        UserPoolId=pool_id,
        Username=name,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": key.replace("custom_", "custom:"), "Value": value} for key, value in described.items()
        ],
    )
    return next(str(each["Value"]) for each in made["User"]["Attributes"] if each["Name"] == "sub")


def pull_people(aws_account: AwsAccount, **options: Any) -> Run:
    if not UserPool.objects.exists():
        pulled(aws_account, source="cognito.pools", region=REGION)
    return pulled(aws_account, source="cognito.people", region=REGION, **options)


def names(people: Any) -> list[str]:
    return [person.name for person in people]
