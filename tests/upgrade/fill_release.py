# mypy: ignore-errors
"""Fills a database with what release 0.1.0 leaves behind: run by `make_dump.py` with that release's own code.

Its emulator, its workers and its tests' helpers do it; every row comes of its services. It ends with a dump.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone

from access_requests import services as requests
from access_requests.models import AccessOffer, IdentityKind, RequesterIdentity
from accounts.models import AuditEntry, AwsAccount
from findings import refresh
from findings import services as findings
from findings.models import Finding
from iamconsole import messages
from identities.models import IamGroup, IamUser
from identities.operations import add_member, attach, create_group, create_user, delete_whole
from notifications import services as notifications
from notifications.models import NotificationRoute
from policies.models import ManagedPolicy
from policies.operations import plan_update
from sync import changes, pull, sealed
from sync.models import Change, Revision, Run, SealedSecret, Step
from sync.operations import StepSpec
from tests.accounts.conftest import use_totp
from tests.conftest import wait_until
from tests.policies.drafting import READ, Tab
from tests.reviews.made import start_review
from tests.services.credentials import at_that_time
from tests.services.pages import address
from tests.services.pulling import by_hand_only
from tests.services.servers import postgres_program
from tests.services.statements import LAMBDA, allowing, reports_policy, trusting
from tests.services.workers import database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.stack]
State = Change.State
PULLED = ("iam.details", "iam.keys", "iam.login", "iam.last_used", "iam.credential_report", "iam.instance_profiles")


def seed(emulator, iam):
    """Much was made 500 days ago; some of it was used since."""
    old = emulator.own_client("iam")
    at_that_time(old, timezone.now() - timedelta(days=500))
    for name in ("dana.okafor", "lena.fischer", "rita.long", "ci-old", "olga.petrova"):
        old.create_user(UserName=name)
    old.create_access_key(UserName="ci-old")
    for name in ("oncall", "analytics"):
        old.create_group(GroupName=name)
    for name in ("reports-write", "reports-read"):
        old.create_policy(PolicyName=name, PolicyDocument=allowing("s3:GetObject"))
    for name in ("reports-exporter", "legacy"):
        old.create_role(RoleName=name, AssumeRolePolicyDocument=trusting(LAMBDA))
    old.add_user_to_group(GroupName="analytics", UserName="dana.okafor")
    old.put_user_policy(UserName="olga.petrova", PolicyName="everything", PolicyDocument=allowing("*"))
    iam.attach_group_policy(GroupName="analytics", PolicyArn="arn:aws:iam::123456789012:policy/reports-read")


def test_fill(
    emulator, aws_account, worker, client_of, alice, bob, charlie, erin, anton, hal, rita, olga, tmp_path
) -> None:
    iam = emulator.client("iam")
    seed(emulator, iam)
    notifications.make_route(
        route=NotificationRoute(aws_account=aws_account, channel="webhook", name="Pager"),
        address="https://hooks.example.org/a",
        actor=alice,
    )
    use_totp(alice)
    for operator in (alice, erin):
        client_of(operator).get(address("overview"))
    by_hand_only(aws_account)
    worker("pulls")
    first = worker("changes")
    for source in PULLED:
        run = pull.start(aws_account=aws_account, source=source, trigger=Run.Trigger.OPERATOR, actor=alice)
        wait_until(lambda run=run: Run.objects.filter(pk=run.pk, state=Run.State.DONE).exists())
    iam.tag_user(UserName="lena.fischer", Tags=[{"Key": "team", "Value": "finance"}])
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.COMMAND)
    wait_until(lambda: Run.objects.filter(pk=run.pk, state=Run.State.DONE).exists())
    assert Revision.objects.filter(origin=Revision.Origin.OUTSIDE).exists()
    refresh.refresh(aws_account)
    muted = Finding.objects.filter(state=Finding.State.OPEN).first()
    findings.mute(finding=muted, actor=alice, reason="Known.", until=timezone.now() + timedelta(days=30))
    user, group = IamUser.objects.get(name="dana.okafor"), IamGroup.objects.get(name="oncall")
    policies = {row.name: row for row in ManagedPolicy.objects.filter(name__startswith="reports")}

    def propose(title, steps, actor=erin, **more):
        about = {"aws_account": aws_account, "title": title, "reason": "Ticket DATA-2217"}
        return changes.propose(**about, actor=actor, steps=steps, **more)

    def carried_out(change, state, actor=erin):
        changes.apply(change=change, actor=actor)
        wait_until(lambda: Change.objects.filter(pk=change.pk, state=state).exists())

    carried_out(propose("Make a group", [create_group(aws_account, "made")]), State.APPLIED)
    carried_out(propose("Make a key", [StepSpec("iam.key.create", {"arn": user.arn})]), State.APPLIED)
    carried_out(propose("Edit", plan_update(policies["reports-write"], reports_policy("s3:PutObject"))), State.APPLIED)
    emulator.rules([{"action": "CreateUser", "error": {"code": "AccessDenied", "status": 403, "message": "No."}}])
    carried_out(propose("Refused by AWS", [create_user(aws_account, "refused")]), State.FAILED)
    emulator.rules([])
    conflict = propose("Overtaken", plan_update(policies["reports-read"], reports_policy("s3:GetObject")))
    iam.create_policy_version(
        PolicyArn=policies["reports-read"].arn, PolicyDocument=allowing("s3:Put*"), SetAsDefault=True
    )
    carried_out(conflict, State.CONFLICTED)
    end = timezone.now() + timedelta(days=360)
    until = {"aws_account": aws_account, "actor": erin, "title": "On call", "reason": "Ticket 7", "until": end}
    carried_out(changes.propose_until(steps=[add_member(user, group)], **until), State.APPLIED)
    assert Change.objects.filter(ends__isnull=False, state=State.SCHEDULED).exists()
    later = {"not_before": timezone.now() + timedelta(days=3650)}
    scheduled = propose("Make a group later", [create_group(aws_account, "later")], **later)
    changes.apply(change=scheduled, actor=erin)
    lena = IamUser.objects.get(name="lena.fischer")
    typed = sealed.keep_typed("Correct-Horse-9-Battery", name="Password", aws_account=aws_account, operator=erin)
    propose("Give a password", [StepSpec("iam.login.create", {"arn": lena.arn, "password": typed})])

    unused = client_of(erin)
    ids = list(unused_ids(aws_account, "ci-old"))
    kept = unused.post(address("unused_stage"), {"pick": ids})
    assert unused.post(kept["Location"], {"days": "30", "title": "", "reason": ""}).status_code == 302
    cleaned = Change.objects.latest("pk")
    changes.apply(change=cleaned, actor=erin)
    wait_until(lambda: cleaned.steps.filter(state=Step.State.DONE).exists())
    wait_until(lambda: not Change.objects.filter(pk=cleaned.pk, state__in=(State.QUEUED, State.APPLYING)).exists())
    cleaned.refresh_from_db()
    assert cleaned.state in (State.SCHEDULED, State.WAITING), cleaned.state

    offer = AccessOffer.objects.create(
        aws_account=aws_account,
        title="On call",
        gives="Restarts what hangs.",
        longest_hours=24,
        made_by=alice,
        kind=AccessOffer.Kind.GROUP,
        object_id=group.aws_id,
        object_name=group.name,
    )
    RequesterIdentity.objects.create(
        aws_account=aws_account,
        operator=rita,
        kind=IdentityKind.USER,
        object_id=IamUser.objects.get(name="rita.long").aws_id,
        linked_by=alice,
    )
    requests.ask(requester=rita, offer=offer, until=timezone.now() + timedelta(hours=5), reason="Ticket 7")
    start_review(alice, aws_account, bob, alice)
    Tab(client_of(erin), erin, "policy", policies["reports-write"].aws_id, "edit").save(READ, title="Read too")
    changes.ask_dry_run(change=propose("Tried", [attach(lena, policies["reports-read"].arn)]), actor=erin)

    AwsAccount.objects.update(approvals_required=1)
    aws_account.refresh_from_db()
    propose("Waits for approval", [delete_whole(IamUser.objects.get(name="olga.petrova"))[0]])
    approved = propose("Is approved", [create_group(aws_account, "approved")])
    changes.approve(change=approved, actor=anton, comment="Fine.")
    AwsAccount.objects.update(approvals_required=0)
    aws_account.refresh_from_db()

    emulator.rules([{"action": "CreateGroup", "when": "after", "hold": True}])
    applying = propose("Its worker dies", [create_group(aws_account, "half")])
    changes.apply(change=applying, actor=erin)
    wait_until(lambda: any(call["state"] == "held" for call in emulator.calls("CreateGroup")))
    first.kill()
    emulator.rules([])
    assert Change.objects.get(pk=applying.pk).state == State.APPLYING
    second = worker()
    messages.send("sync.tasks.tick")
    wait_until(lambda: not AuditEntry.objects.filter(number__isnull=True).exists())
    second.kill()
    queued = propose("Nobody has taken it", [create_group(aws_account, "queued")])
    changes.apply(change=queued, actor=erin)
    assert SealedSecret.objects.count() == 2
    dump(Path(os.environ["DUMP_INTO"]))


def unused_ids(aws_account, *names):
    from unused.models import UnusedObject

    return UnusedObject.objects.filter(aws_account=aws_account, name__in=names).values_list("aws_id", flat=True)


def _without_writable_schema(statements):
    """Python's dump writes virtual tables into the schema itself, and no connection sees them before the next one."""
    virtual = []
    for statement in statements:
        if "VALUES('table','" in statement and "CREATE VIRTUAL TABLE" in statement:
            made = statement.partition("CREATE VIRTUAL TABLE")[2].rpartition("')")[0].replace("''", "'")
            virtual.append(statement.partition("VALUES('table','")[2].partition("'")[0])
            yield f"CREATE VIRTUAL TABLE{made};"
        elif any(statement.startswith(f"CREATE TABLE '{name}_") for name in virtual):
            yield f"DELETE FROM {statement.split()[2].partition('(')[0]};"
        elif "writable_schema" not in statement:
            yield statement


def dump(into: Path) -> None:
    ContentType.objects.clear_cache()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(connection.settings_dict["NAME"])) as source:
            into.write_text("\n".join(_without_writable_schema(source.iterdump())))
        return
    command = [postgres_program("pg_dump"), "--no-owner", "--no-privileges", database_url()]
    into.write_bytes(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
