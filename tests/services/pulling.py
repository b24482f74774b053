"""What the tests of pulls and of the mirror share: a small organisation, and one pull of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import AwsAccount
from emulator.process import REGION, Emulator
from sync import pull, schedule
from sync.aws.client import reader
from sync.mirror import RunVisit, sources
from sync.models import Facet, Revision, Run, Schedule
from tests.services.remembered import kept_in_aws, remembered
from tests.services.statements import LAMBDA, allowing, trusting

ACCOUNT = "123456789012"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def policy_arn(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:policy/{name}"


def seed(emulator: Emulator) -> Any:
    """Jane in developers, which may read reports; the role exporter with an inline policy. Returns the IAM client."""
    kept_in_aws("seed", emulator, lambda: _seed(emulator.client("iam")))
    return emulator.client("iam")


def _seed(iam: Any) -> None:
    iam.create_policy(PolicyName="reports-read", PolicyDocument=allowing("s3:GetObject"))
    iam.create_group(GroupName="developers")
    iam.attach_group_policy(GroupName="developers", PolicyArn=policy_arn("reports-read"))
    iam.create_user(UserName="jane", Tags=[{"Key": "team", "Value": "reports"}])
    iam.add_user_to_group(GroupName="developers", UserName="jane")
    iam.create_role(RoleName="exporter", AssumeRolePolicyDocument=trusting(LAMBDA))
    iam.put_role_policy(RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:PutLogEvents"))
    iam.attach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY)


def seeded_and_pulled(emulator: Emulator, aws_account: AwsAccount) -> Any:
    """IAM's client, for what `seed` makes, which the mirror has. The emulator's log is empty."""
    iam = seed(emulator)
    remembered("seed", emulator, aws_account, lambda: pulled(aws_account).pk)
    emulator.forget_calls()
    return iam


def by_hand_only(aws_account: AwsAccount) -> None:
    """No source follows another by itself: a worker pulls what the test asks for, and nothing besides."""
    tomorrow = timezone.now() + timedelta(days=1)
    Schedule.objects.bulk_create(
        Schedule(aws_account=aws_account, source=source, next_at=tomorrow) for source in sources
    )


def pull_all(aws_account: AwsAccount, **options: Any) -> Run:
    """A whole pull, in this process."""
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND, wake=False, **options)
    assert pull.finish(run.pk, progress=lambda run: None)
    run.refresh_from_db()
    return run


def pulled(aws_account: AwsAccount, **options: Any) -> Run:
    """… that is known to end well."""
    run = pull_all(aws_account, **options)
    assert run.state == Run.State.DONE, run.error
    return run


def pulled_in_order(aws_account: AwsAccount, names: Collection[str]) -> dict[str, Run]:
    """These sources, each after those that it builds on, in the Region that the emulator's things are in."""
    return {
        source.name: pulled(aws_account, source=source.name, region=REGION if source.regional else "")
        for source in schedule.in_order()
        if source.name in names
    }


def revisions(row: Any) -> list[Revision]:
    """Of a mirrored row, the oldest first."""
    return list(facet(row).revisions.order_by("number"))


def facet(row: Any) -> Facet:
    return Facet.objects.get(aws_account=row.aws_account, kind=row.kind, object_id=row.aws_id, source="details")


def picture(*models: Any) -> list[tuple[Any, ...]]:
    """All rows of the models, without what differs between two mirrors of one AWS account, or other facets bring."""
    found: list[tuple[Any, ...]] = []
    for model in models:
        columns = [column for column in model._meta.concrete_fields if not column.is_relation]
        left_out = {"id", "first_seen", *getattr(model, "facet_columns", ())}
        names = [column.name for column in columns if column.name not in left_out]
        found += sorted(model.objects.values_list(*names), key=str)
    return found


def visit_of(aws_account: AwsAccount, source: str) -> RunVisit:
    """A new run of the source, as its mirrors see it."""
    run = Run.objects.create(aws_account=aws_account, source=source, trigger=Run.Trigger.COMMAND)
    return RunVisit(run, reader(aws_account), first=False, note=lambda counts: None)
