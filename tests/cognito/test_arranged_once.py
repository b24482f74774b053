"""What tests/services/remembered.py puts back is what was arranged: AWS and the mirror fit, nothing is left over."""

from __future__ import annotations

import pytest
from django.db import transaction

from accounts.models import AwsAccount
from cognito.models import CognitoUser
from emulator.process import REGION, Emulator
from tests.cognito.customers import SOURCES, customers
from tests.services.pulling import pulled

pytestmark = pytest.mark.django_db


def people(emulator: Emulator, aws_account: AwsAccount, *, name: str = "") -> tuple[str, list[str]]:
    """The pool, and who is in it. Then the pool gets another `name` in AWS, and the mirror is empty again."""
    with transaction.atomic():
        pool = customers(emulator, aws_account).pool
        found = sorted(person.attributes["email"] for person in CognitoUser.objects.live())
        again = [pulled(aws_account, source=source, region=REGION) for source in SOURCES]
        assert [(run.new, run.changed, run.gone) for run in again] == [(0, 0, 0)] * len(SOURCES)
        if name:
            emulator.client("cognito-idp").update_user_pool(UserPoolId=pool.aws_id, PoolName=name)
        transaction.set_rollback(True)
    return pool.aws_id, found


def test_it_is_put_back_as_it_was(emulator: Emulator, aws_account: AwsAccount) -> None:
    first = people(emulator, aws_account, name="renamed")
    emulator.reset()
    assert people(emulator, aws_account) == first


def test_an_aws_with_more_in_it_is_arranged_anew(emulator: Emulator, aws_account: AwsAccount) -> None:
    pool_id, found = people(emulator, aws_account)
    assert emulator.origin() is not None
    emulator.reset()
    emulator.client("iam").create_user(UserName="jane")
    emulator.forget_calls()
    assert emulator.origin() is None
    another, also = people(emulator, aws_account)
    assert another != pool_id
    assert also == found
    assert [user["UserName"] for user in emulator.client("iam").list_users()["Users"]] == ["jane"]
