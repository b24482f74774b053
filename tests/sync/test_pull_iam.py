"""A whole pull of a small AWS account, over HTTP."""

from __future__ import annotations

import pytest

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import ManagedPolicy
from sync import pull
from sync.models import Facet, Revision, Run
from tests.services.pulling import READ_ONLY, policy_arn, pulled, revisions, seed
from tests.services.statements import allowing

pytestmark = pytest.mark.django_db


@pytest.fixture
def mirrored(emulator: Emulator, aws_account: AwsAccount) -> Run:
    seed(emulator)
    return pulled(aws_account)


def test_everything_becomes_rows(mirrored: Run) -> None:
    jane, developers, exporter = IamUser.objects.get(), IamGroup.objects.get(), IamRole.objects.get()
    assert (jane.name, jane.tags, jane.aws_id[:4]) == ("jane", {"team": "reports"}, "AIDA")
    assert Membership.objects.get().group == developers
    assert Membership.objects.get().user == jane
    assert exporter.trusted == [{"type": "Service", "value": "lambda.amazonaws.com"}]
    assert InlinePolicy.objects.get().role == exporter
    assert InlinePolicy.objects.get().document.text == allowing("logs:PutLogEvents")


def test_attachments_lead_to_their_policies(mirrored: Run) -> None:
    found = {(str(edge.owner), edge.name, edge.policy.arn if edge.policy else "") for edge in Attachment.objects.all()}
    assert found == {
        ("developers", "reports-read", policy_arn("reports-read")),
        ("exporter", "ReadOnlyAccess", READ_ONLY),
    }


def test_of_the_policies_of_aws_only_those_in_use_are_held(mirrored: Run) -> None:
    assert sorted(ManagedPolicy.objects.values_list("name", "is_aws")) == [
        ("ReadOnlyAccess", True),
        ("reports-read", False),
    ]


def test_the_default_version_has_its_document(mirrored: Run) -> None:
    default = ManagedPolicy.objects.get(name="reports-read").default
    assert default is not None
    assert (default.version_id, default.document.text) == ("v1", allowing("s3:GetObject"))


def test_first_sight_is_an_import(mirrored: Run) -> None:
    assert set(Revision.objects.values_list("origin", "number")) == {("import", 1)}
    assert not Facet.objects.filter(loose_ends=True).exists()


def test_the_run_tells_what_it_did(mirrored: Run) -> None:
    assert (mirrored.seen, mirrored.new, mirrored.changed, mirrored.gone, mirrored.pages) == (5, 5, 0, 0, 2)
    assert mirrored.expected == 4
    assert [entry["line"] for entry in mirrored.log] == [
        "Begins to read.",
        "Page 1: 3 objects.",
        "Page 2: 2 objects.",
        "Complete: 5 seen, 5 new, 0 changed, 0 gone.",
    ]
    assert (mirrored.claim, mirrored.cursor) == ("", {})


def test_pulling_again_finds_nothing_new(mirrored: Run, aws_account: AwsAccount) -> None:
    again = pulled(aws_account)
    assert (again.seen, again.new, again.changed, again.gone) == (5, 0, 0, 0)
    assert Revision.objects.count() == 5


def test_what_appears_later_came_from_outside(mirrored: Run, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.client("iam").create_user(UserName="john")
    pulled(aws_account)
    assert [revision.origin for revision in revisions(IamUser.objects.get(name="john"))] == ["outside"]


def test_a_change_outside_makes_a_revision(mirrored: Run, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.client("iam").create_policy_version(
        PolicyArn=policy_arn("reports-read"), PolicyDocument=allowing("s3:*"), SetAsDefault=True
    )
    run = pulled(aws_account)
    policy = ManagedPolicy.objects.get(name="reports-read")
    assert run.changed == 1
    assert [revision.origin for revision in revisions(policy)] == ["import", "outside"]
    assert policy.default is not None and policy.default.version_id == "v2"
    assert sorted(revisions(policy)[-1].content["versions"]) == ["v1", "v2"]


def test_a_reformatted_document_is_no_change(mirrored: Run, aws_account: AwsAccount, emulator: Emulator) -> None:
    reformatted = allowing("logs:PutLogEvents").replace('"logs:PutLogEvents"', '[ "logs:PutLogEvents" ]')
    emulator.client("iam").put_role_policy(RoleName="exporter", PolicyName="logs", PolicyDocument=reformatted)
    run = pulled(aws_account)
    assert run.changed == 0
    assert InlinePolicy.objects.get().document.text == reformatted


def test_the_policies_of_aws_are_changed_by_aws(mirrored: Run, aws_account: AwsAccount, emulator: Emulator) -> None:
    emulator.client("iam").detach_role_policy(RoleName="exporter", PolicyArn=READ_ONLY)
    pulled(aws_account)
    policy = ManagedPolicy.objects.get(name="ReadOnlyAccess")
    assert policy.gone_at is not None
    assert [(revision.origin, revision.gone) for revision in revisions(policy)] == [("import", False), ("aws", True)]


def test_one_active_run_for_each_source(aws_account: AwsAccount, alice: Operator) -> None:
    first = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=alice)
    assert pull.start(aws_account=aws_account, trigger=Run.Trigger.SCHEDULE) == first
    assert list(AuditEntry.objects.values_list("verb", "actor_name")) == [("pull.started", "alice@example.org")]


def test_a_cancelled_run_does_nothing(aws_account: AwsAccount, emulator: Emulator, alice: Operator) -> None:
    seed(emulator)
    run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=alice)
    pull.cancel(run=run, actor=alice)
    pull.work(run.pk)
    run.refresh_from_db()
    assert (run.state, IamUser.objects.count()) == ("cancelled", 0)
