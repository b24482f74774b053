from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group

from access.guard_rails.content import Mode
from access.saved_tests.form import SavedTestForm
from access.simulation.supposing import live_state
from accounts.models import AccountLabel, AwsAccount, Grant, GrantRule, LabelledAwsAccount, Operator
from accounts.roles import Role
from notifications import services as routes
from notifications.models import NotificationRoute
from sync.models import OwnershipRule
from sync.safeguards import services as safeguards
from tests.access.guarding import rail
from tests.services.rows import make_user

TEST = {
    "name": "dana: never makes users, # not even one",
    "expected": "denied",
    "principals": "user/dana",
    "actions": "iam:CreateUser",
    "resources": "arn:aws:iam::123456789012:user/x",
    "context": "aws:SourceIp=10.0.0.1\naws:MultiFactorAuthPresent",
    "is_blocking": "on",
}
DENIAL = '{\n  "Version": "2012-10-17",\n  "Statement": [{"Effect": "Deny", "Action": "iam:*", "Resource": "*"}]\n}'


@pytest.fixture
def filled(aws_account: AwsAccount, other_account: AwsAccount, olga: Operator, bob: Operator) -> AwsAccount:
    """A console with at least one entry of each section, and of each form of it."""
    label = AccountLabel.objects.create(name="Payments: EU")
    LabelledAwsAccount.objects.create(label=label, aws_account=aws_account)
    group = Group.objects.create(name="yes")
    Grant.objects.create(group=group, aws_account=aws_account, role=Role.HELPDESK, pool_id="eu-west-1_Ab12Cd34E")
    GrantRule.objects.create(operator=bob, role=Role.VIEWER, label=label)
    unit = {"organization_id": "o-abcdefghij", "unit_id": "ou-abcd-12345678", "unit_name": "Prod"}
    GrantRule.objects.create(group=group, role=Role.EDITOR, **unit)
    make_user(aws_account, "dana")
    rail(aws_account, olga, "no_full_access")
    rail(label, olga, "known_accounts", Mode.NOTE, known="o-abcdefghij\n111122223333")
    for _ in range(2):
        rail(aws_account, olga, "own", Mode.APPROVER, document=DENIAL)
    _test(aws_account, olga)
    rules = (("name", "", "svc-*", "ignored"), ("tag", "team", "platform", "read_only"))
    for position, (matches, tag_key, pattern, ownership) in enumerate(rules, start=1):
        said = {"matches": matches, "tag_key": tag_key, "pattern": pattern, "ownership": ownership}
        OwnershipRule.objects.create(aws_account=aws_account, position=position, **said)
    make_route(aws_account, olga, name="Ops")
    return aws_account


def make_route(aws_account: AwsAccount, olga: Operator, **more: Any) -> NotificationRoute:
    route = NotificationRoute(aws_account=aws_account, channel="mail", choices={"drift.found": "digest"}, **more)
    return routes.make_route(route=route, address="ops@example.org", actor=olga)


def _test(aws_account: AwsAccount, olga: Operator) -> None:
    form = SavedTestForm(TEST, directory=live_state(aws_account).directory, may_block=True)
    assert form.is_valid(), form.errors
    safeguards.make(kind="access_test", scope=aws_account, actor=olga, wanted=form.wanted)
