"""The sample organization Acme, connected as `make run` connects it, and all of it pulled and looked at."""

from __future__ import annotations

import io
from collections.abc import Collection

from django.core.management import call_command

from accounts.models import AwsAccount
from cognito import posture
from cognito.models import IdentityPool, UserPool
from emulator.process import Emulator
from emulator.sample_estate import acme
from findings import refresh
from policies.document_reach import note_new
from sync import schedule
from sync.aws.session import forget_all
from sync.models import Schedule
from tests.services.pulling import pull_all

# Not CloudFormation: a change of what a stack owns takes an override.
SERVICES = ("s3", "kms", "sqs", "sns", "secretsmanager", "dynamodb", "rolesanywhere")


def connected(emulator: Emulator) -> list[AwsAccount]:
    """In the emulator, which has Acme already; the main AWS account first. Nothing is pulled."""
    forget_all()  # a session of an earlier test is none of this emulator's
    connections = acme.connections()
    for options in connections:
        call_command("connect_account", **options, emulated=True, writes="on", json=True, stdout=io.StringIO())
        reading = {"services": list(SERVICES), "regions": [options["region"]]}
        call_command("read_resources", account=options["account"], **reading, stdout=io.StringIO())
    found = {each.account_id: each for each in AwsAccount.objects.all()}
    return [found[str(options["account"])] for options in connections]


def pulled(aws_accounts: Collection[AwsAccount], only: Collection[str] = ()) -> None:
    """Every source in each place where it can be read, or these, each after those that it builds on."""
    for name in [source.name for source in schedule.in_order() if not only or source.name in only]:
        for aws_account in aws_accounts:
            for due in schedule.readable(aws_account):
                if due.source == name:
                    pull_all(aws_account, source=name, region=due.region)
    Schedule.objects.all().delete()  # no worker goes on by itself
    note_new()


def looked_at(aws_accounts: Collection[AwsAccount]) -> None:
    """Pools, too: where only IAM changed, that is five minutes later."""
    for model in (UserPool, IdentityPool):
        for row in model.objects.live().filter(aws_account__in=aws_accounts):
            posture.tell(row)
    for aws_account in aws_accounts:
        assert refresh.refresh(aws_account)
