"""What a pipeline changes that an owner named is accepted by itself: confirmed, its own, to the letter, harmless."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, AwsAccount, Operator
from emulator.process import Emulator
from identities.models import IamRole
from sync import drift
from sync.activity import accepting
from sync.models import AcceptedPipeline, Authorship, Revision, TrailEvent
from tests.services.event_queues import followed, made_queue
from tests.services.pulling import policy_arn, pulled
from tests.services.statements import EC2, allowing, trusting
from tests.services.trail import asked

pytestmark = pytest.mark.django_db
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OUTSIDER = "arn:aws:iam::999999999999:root"
TRUST = trusting({"AWS": "arn:aws:iam::123456789012:root"})
PAGE = "/aws/123456789012/pipelines/"


@pytest.fixture
def pipeline(iam: Any, emulator: Emulator, aws_account: AwsAccount) -> Any:
    """IAM's client in a session of the role terraform, which the mirror has."""
    role = iam.create_role(RoleName="terraform", AssumeRolePolicyDocument=TRUST)["Role"]
    iam.put_role_policy(RoleName="terraform", PolicyName="all", PolicyDocument=allowing("iam:*"))
    pulled(aws_account)
    Revision.objects.update(drift_in=None, origin=Revision.Origin.IMPORT)
    return session_of(emulator, role["Arn"])


def session_of(emulator: Emulator, role_arn: str) -> Any:
    keys = emulator.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="run-7")["Credentials"]
    return emulator.client(
        "iam",
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


@pytest.fixture
def named(pipeline: Any, aws_account: AwsAccount, alice: Operator) -> AcceptedPipeline:
    role = IamRole.objects.get(name="terraform")
    made = accepting.name_pipeline(
        aws_account=aws_account, name="Terraform", role_id=role.aws_id, role_name=role.name, actor=alice
    )
    AcceptedPipeline.objects.update(made_at=timezone.now() - timedelta(minutes=1))
    return made


def seen(aws_account: AwsAccount) -> Revision:
    """The drift, as a pull and CloudTrail tell it."""
    pulled(aws_account)
    asked(aws_account)
    return Revision.objects.filter(drift_in=aws_account).latest("pk")


HARMLESS: list[Callable[[Any], object]] = [
    lambda iam: iam.put_role_policy(
        RoleName="exporter", PolicyName="logs", PolicyDocument=allowing("logs:CreateLogGroup")
    ),
    lambda iam: iam.tag_user(UserName="jane", Tags=[{"Key": "team", "Value": "it"}]),
    lambda iam: iam.detach_group_policy(GroupName="developers", PolicyArn=policy_arn("reports-read")),
    lambda iam: iam.delete_role_policy(RoleName="exporter", PolicyName="logs"),
]


@pytest.mark.parametrize("act", HARMLESS)
def test_what_is_harmless_is_accepted_and_says_by_whom(
    pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount, alices: Client, act: Callable[[Any], object]
) -> None:
    act(pipeline)
    revision = seen(aws_account)
    assert revision.authorship.not_accepted_why == ""
    assert (revision.accepted_pipeline, str(revision.accepted_by)) == ("Terraform", "Alice")
    assert drift.count_open(aws_account) == 0
    entry = AuditEntry.objects.get(verb="drift.accepted_by_itself")
    assert (entry.actor, entry.data["pipeline"], entry.data["role_id"]) == (None, "Terraform", named.role_id)
    listed = alices.get("/aws/123456789012/drift/?state=accepted").content.decode()
    assert "Accepted by itself, of the pipeline Terraform, as set by Alice" in " ".join(listed.split())


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (lambda iam: iam.attach_user_policy(UserName="jane", PolicyArn=ADMIN), "administrator"),
        (
            lambda iam: iam.put_role_policy(RoleName="exporter", PolicyName="x", PolicyDocument=allowing("iam:*")),
            "administrator",
        ),
        (
            lambda iam: iam.put_user_policy(
                UserName="jane", PolicyName="x", PolicyDocument=allowing("iam:CreatePolicyVersion")
            ),
            "become an administrator",
        ),
        (
            lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting({"AWS": OUTSIDER})),
            "999999999999",
        ),
        (
            lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting({"AWS": "*"})),
            "Anyone",
        ),
        (
            lambda iam: iam.update_assume_role_policy(RoleName="exporter", PolicyDocument=trusting(EC2)),
            "assume the role who couldn’t",
        ),
        (lambda iam: iam.create_user(UserName="mallory"), "Not each part of it"),
    ],
)
def test_what_opens_more_waits_for_people_and_says_why(
    pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount, act: Callable[[Any], object], why: str
) -> None:
    act(pipeline)
    revision = seen(aws_account)
    assert (revision.accepted_at, revision.accepted_pipeline) == (None, "")
    assert why in revision.authorship.not_accepted_why
    assert not AuditEntry.objects.filter(verb="drift.accepted_by_itself").exists()


def test_credentials_are_for_people(pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount) -> None:
    pulled(aws_account, source="iam.keys")
    pipeline.create_access_key(UserName="jane")
    pulled(aws_account, source="iam.keys")
    asked(aws_account)
    assert drift.open_drift(aws_account).count() == 1


def test_an_event_alone_is_never_enough(
    pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount, emulator: Emulator
) -> None:
    queue = made_queue(emulator, aws_account)
    emulator.trail(delay_s=3600)
    HARMLESS[1](pipeline)
    followed(queue)
    asked(aws_account)
    row = Authorship.objects.get()
    assert (row.state, row.revision.accepted_at, row.weighed_at) == (Authorship.State.REPORTED, None, None)


def test_somebody_else_s_hand_in_it_leaves_it_open(
    iam: Any, pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount
) -> None:
    HARMLESS[1](pipeline)
    iam.tag_user(UserName="jane", Tags=[{"Key": "cost", "Value": "7"}])
    revision = seen(aws_account)
    assert revision.accepted_at is None
    assert "Somebody else made one of these calls" in revision.authorship.not_accepted_why


def test_the_role_made_again_under_its_name_is_another(
    iam: Any, pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount, emulator: Emulator
) -> None:
    iam.delete_role_policy(RoleName="terraform", PolicyName="all")
    iam.delete_role(RoleName="terraform")
    role = iam.create_role(RoleName="terraform", AssumeRolePolicyDocument=TRUST)["Role"]
    iam.put_role_policy(RoleName="terraform", PolicyName="all", PolicyDocument=allowing("iam:*"))
    HARMLESS[1](session_of(emulator, role["Arn"]))
    pulled(aws_account)
    asked(aws_account)
    assert not Revision.objects.exclude(accepted_pipeline="").exists()


def test_off_by_default_not_of_before_and_not_when_ended(
    pipeline: Any, aws_account: AwsAccount, alice: Operator
) -> None:
    HARMLESS[1](pipeline)
    assert seen(aws_account).accepted_at is None
    role = IamRole.objects.get(name="terraform")
    made = accepting.name_pipeline(
        aws_account=aws_account, name="Terraform", role_id=role.aws_id, role_name="terraform", actor=alice
    )
    assert accepting.weigh(aws_account) == 0
    accepting.end_pipeline(pipeline=made, actor=alice)
    HARMLESS[0](pipeline)
    assert seen(aws_account).accepted_at is None
    verbs = AuditEntry.objects.filter(verb__startswith="pipeline.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["pipeline.named", "pipeline.ended"]


def test_what_was_changed_with_the_console_s_role_is_never_accepted(
    pipeline: Any, named: AcceptedPipeline, aws_account: AwsAccount
) -> None:
    aws_account.write_role_arn = IamRole.objects.get(name="terraform").arn
    aws_account.save()
    HARMLESS[1](pipeline)
    revision = seen(aws_account)
    assert TrailEvent.objects.get().with_our_role
    assert revision.accepted_at is None


# ---- Who names them --------------------------------------------------------------------------------------------------
def test_an_owner_names_one_on_the_page(alices: Client, pipeline: Any, aws_account: AwsAccount) -> None:
    response = alices.post(f"{PAGE}name/", {"name": "Terraform", "role": "Terraform"}, follow=True)
    assert "What Terraform changes from now on with the role terraform is accepted." in response.content.decode()
    named = AcceptedPipeline.objects.get()
    assert named.role_id == IamRole.objects.get(name="terraform").aws_id
    again = alices.post(f"{PAGE}name/", {"name": "Again", "role": "terraform"})
    assert (again.status_code, "of another pipeline already" in again.content.decode()) == (422, True)
    alices.post(f"{PAGE}{named.pk}/end/")
    assert accepting.pipelines_of(aws_account) == []


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"name": "", "role": "exporter"}, "Say what the pipeline is called"),
        ({"name": "Deploy", "role": ""}, "Say with which role"),
        ({"name": "Deploy", "role": "nobody"}, "no role of that name"),
    ],
)
def test_what_is_missing_is_said(alices: Client, iam: Any, said: dict[str, str], why: str) -> None:
    response = alices.post(f"{PAGE}name/", said)
    assert (response.status_code, why in response.content.decode()) == (422, True)


def test_who_is_no_owner_names_none(
    erins: Client, bobs: Client, iam: Any, aws_account: AwsAccount, erin: Operator
) -> None:
    for client in (erins, bobs):
        assert client.get(PAGE).status_code == 403
        assert client.post(f"{PAGE}name/", {"name": "Mine", "role": "exporter"}).status_code == 403
    with pytest.raises(PermissionDenied):
        accepting.name_pipeline(aws_account=aws_account, name="Mine", role_id="AROA1", role_name="x", actor=erin)
    assert not AcceptedPipeline.objects.exists()
