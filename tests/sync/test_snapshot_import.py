"""`import_snapshot`: an AWS account from a file."""

from __future__ import annotations

import gzip
import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.management import CommandError

from accounts.models import AuditEntry, AwsAccount, Operator
from accounts.sign_in import why_refused
from emulator.process import Emulator
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy, PolicyVersion
from sync.models import Facet, Revision, Run
from tests.services.pulling import READ_ONLY, policy_arn, revisions, seeded_and_pulled
from tests.services.statements import allow, document
from tests.sync.snapshots import changed, import_, organisation, role, user, write

pytestmark = pytest.mark.django_db(transaction=True)
MIRRORED = (IamUser, IamGroup, IamRole, Membership, Attachment, InlinePolicy, ManagedPolicy, PolicyVersion)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "details.json", organisation())


def test_makes_an_aws_account_without_a_connection(file: Path) -> None:
    run = import_(file, name="Audited")
    aws_account = AwsAccount.objects.get()
    assert (aws_account.name, aws_account.connection) == ("Audited", "snapshot")
    assert not aws_account.writes_enabled
    assert (run.state, run.source, run.trigger) == ("done", "iam.snapshot", "import")
    assert (run.seen, run.new, run.expected) == (5, 5, 5)


def test_asks_before_it_locks_the_demo_operator_out(file: Path) -> None:
    demo = Operator.objects.create_user("demo@acme.example", "correct horse battery", name="Demo", is_demo=True)
    with pytest.raises(CommandError, match=r"demo operator can no longer sign in.*create_operator.*--end-demo"):
        import_(file)
    assert not AwsAccount.objects.exists()
    assert why_refused(demo) == ""
    import_(file, end_demo=True)
    assert why_refused(demo) != ""
    import_(file)  # it is over: nothing is asked any more


def test_has_users_groups_roles_policies_and_what_ties_them(file: Path) -> None:
    import_(file)
    jane, exporter = IamUser.objects.get(), IamRole.objects.get()
    assert (jane.name, jane.tags) == ("jane", {"team": "reports"})
    assert [membership.group.name for membership in jane.memberships.all()] == ["developers"]
    assert {attachment.policy.arn for attachment in Attachment.objects.all()} == {policy_arn("reports-read"), READ_ONLY}
    assert exporter.trusted == [{"type": "Service", "value": "lambda.amazonaws.com"}]
    assert InlinePolicy.objects.get().document.text == json.dumps(document(allow(["logs:PutLogEvents"])))
    reports_read = ManagedPolicy.objects.get(name="reports-read")
    assert [version.version_id for version in reports_read.versions.all()] == ["v2", "v1"]
    assert reports_read.default is not None
    assert reports_read.default.document.text == json.dumps(document(allow(["s3:Action2"])))


def test_the_same_file_twice_makes_no_revision(file: Path) -> None:
    import_(file)
    before = Revision.objects.count()
    run = import_(file)
    assert (run.state, run.seen, run.new, run.changed, run.gone) == ("done", 5, 0, 0, 0)
    assert Revision.objects.count() == before


def test_documents_as_urlencoded_text_are_the_same(file: Path, tmp_path: Path) -> None:
    import_(file)
    raw = organisation()
    raw["RoleDetailList"][0]["RolePolicyList"][0]["PolicyDocument"] = quote(
        json.dumps(document(allow(["logs:PutLogEvents"])))
    )
    raw["RoleDetailList"][0]["AssumeRolePolicyDocument"] = quote(
        json.dumps(raw["RoleDetailList"][0]["AssumeRolePolicyDocument"])
    )
    assert import_(write(tmp_path / "raw.json", raw)).changed == 0


def test_a_newer_file_brings_revisions_and_tombstones(file: Path, tmp_path: Path) -> None:
    import_(file)
    newer = changed(UserDetailList=[user("jane"), user("john")], RoleDetailList=[])
    run = import_(write(tmp_path / "newer.json", newer))
    assert (run.new, run.changed, run.gone) == (1, 1, 1)
    assert not Membership.objects.live().exists()
    assert not IamRole.objects.live().exists()
    jane = IamUser.objects.get(name="jane")
    assert [revision.origin for revision in revisions(jane)] == ["import", "outside"]


def test_what_a_file_lacks_was_gone_when_it_was_taken(file: Path, tmp_path: Path) -> None:
    """… and not when it was imported: the next file, of an hour later, may show it again."""
    without = write(tmp_path / "without.json", changed(RoleDetailList=[]))
    import_(file, taken_at="2026-01-02T03:00:00+00:00")
    import_(without, taken_at="2026-01-02T04:00:00+00:00")
    assert IamRole.objects.get().gone_at == datetime(2026, 1, 2, 4, tzinfo=UTC)
    import_(file, taken_at="2026-01-02T05:00:00+00:00")
    exporter = IamRole.objects.get()
    assert [(each.gone, each.seen_at.hour) for each in revisions(exporter)] == [(False, 3), (True, 4), (False, 5)]
    assert exporter.gone_at is None


def test_takes_pages_one_after_the_other(tmp_path: Path) -> None:
    whole = organisation()
    pages = [
        {"UserDetailList": [user("ann"), user("jane")], "IsTruncated": True, "Marker": "1"},
        {**whole, "IsTruncated": False},
    ]
    run = import_(write(tmp_path / "pages.json", *pages))
    assert run.state == "done"
    assert IamUser.objects.live().count() == 2
    assert Membership.objects.live().count() == 1  # jane's two parts are one object


def test_the_parts_of_a_split_object_become_one(tmp_path: Path) -> None:
    first = role("exporter", RolePolicyList=[{"PolicyName": "a", "PolicyDocument": document(allow(["s3:GetObject"]))}])
    second = role("exporter", RolePolicyList=[{"PolicyName": "b", "PolicyDocument": document(allow(["s3:PutObject"]))}])
    import_(write(tmp_path / "pages.json", {"RoleDetailList": [first]}, {"RoleDetailList": [second]}))
    assert [revision.number for revision in revisions(IamRole.objects.get())] == [1]
    assert sorted(InlinePolicy.objects.live().values_list("name", flat=True)) == ["a", "b"]


@pytest.mark.parametrize("end", [{"IsTruncated": True, "Marker": "more"}, {"NextToken": "more"}])
def test_a_file_that_says_there_is_more_takes_nothing_for_gone(file: Path, tmp_path: Path, end: dict[str, Any]) -> None:
    import_(file)
    part = write(tmp_path / "part.json", {"UserDetailList": [], "RoleDetailList": [role("new")], **end})
    with pytest.raises(CommandError, match=r"This was not all there is: .* nothing is marked as gone\."):
        import_(part)
    assert IamUser.objects.live().count() == 1
    assert IamRole.objects.live().count() == 2
    assert Run.objects.latest("pk").state == "failed"


def test_takes_gzip_and_standard_input(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO(gzip.compress(file.read_bytes()))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(packed))
    assert import_("-").seen == 5


def test_is_of_the_files_own_time_unless_told_otherwise(file: Path) -> None:
    run = import_(file, taken_at="2026-01-02T03:04:05+00:00")
    assert run.taken_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert Facet.objects.filter(read_at=run.taken_at).count() == 5
    modified = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    assert import_(file).taken_at == modified


def test_an_older_file_is_refused(file: Path) -> None:
    import_(file)
    with pytest.raises(CommandError, match="an older one would turn its history round"):
        import_(file, taken_at="2020-01-01T00:00:00+00:00")
    with pytest.raises(CommandError, match="still to come"):
        import_(file, taken_at="2999-01-01T00:00:00+00:00")


def test_a_connected_aws_account_refuses_a_file(file: Path, aws_account: AwsAccount) -> None:
    with pytest.raises(CommandError, match=r"is connected: .* Pull it instead\. Nothing was imported\."):
        import_(file)
    assert not Run.objects.exists()


def test_the_mirror_is_the_one_that_a_pull_makes(emulator: Emulator, aws_account: AwsAccount, tmp_path: Path) -> None:
    iam = seeded_and_pulled(emulator, aws_account)
    from_aws = {(facet.kind, facet.object_id): facet.fingerprint for facet in Facet.objects.filter(source="details")}
    printed = iam.get_account_authorization_details()
    aws_account.connection = AwsAccount.Connection.SNAPSHOT
    aws_account.save()
    path = tmp_path / "printed.json"
    path.write_text(json.dumps(printed, default=str))
    run = import_(path)
    assert (run.state, run.changed, run.gone) == ("done", 0, 0)
    now = {(facet.kind, facet.object_id): facet.fingerprint for facet in Facet.objects.filter(source="details")}
    assert now == from_aws


def test_is_audited(file: Path) -> None:
    import_(file)
    entry = AuditEntry.objects.get(verb="aws_account.imported")
    assert (entry.actor_name, entry.data["objects"]) == ("command line", 5)


def test_leaves_no_copy_behind(file: Path, settings: Any) -> None:
    import_(file)
    assert not list(settings.IMPORT_DIR.glob("*"))
    assert file.exists()


def test_the_brake_holds_as_for_a_pull(tmp_path: Path) -> None:
    many = changed(UserDetailList=[user(f"user{number}") for number in range(60)])
    import_(write(tmp_path / "many.json", many))
    few = write(tmp_path / "few.json", changed(UserDetailList=many["UserDetailList"][:30]))
    assert import_(few).error["class"] == "Brake"
    assert IamUser.objects.live().count() == 60
    assert import_(few, lift_brake=True).gone == 30
