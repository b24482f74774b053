"""One row of every model, so that each admin page has something to show."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from access.guard_rails.content import Mode, RailContent
from access.models import AccessDisagreement, AccessTestResult, EscalationSummary, SavedQuestion
from access.saved_tests.content import TestContent
from access.simulation.directory import Directory
from access.simulation.question import SimulationQuestion
from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from accounts import audit
from accounts.models import (
    AccountLabel,
    ApiToken,
    ApprovalRule,
    AuditCheck,
    AuditHead,
    AwsAccount,
    ClaimedMembership,
    ClaimGroup,
    Grant,
    GrantGain,
    GrantRule,
    KeyCheck,
    LabelledAwsAccount,
    Operator,
    OrganizationPlace,
    ScimGroup,
    ScimMembership,
    ScimToken,
    ScimUser,
)
from accounts.roles import Role
from api.models import AnsweredRequest
from cognito.models import (
    AppClient,
    CognitoGroup,
    CognitoMembership,
    CognitoUser,
    IdentityPool,
    Logo,
    PoolPeopleSettings,
    PoolProvider,
    ResourceServer,
    SavedSearch,
    UserPool,
)
from configuration.models import ConfigurationSnapshot, ConfigurationUpload
from contain.lately import Lately
from contain.models import Containment, ContainmentReport
from contain.reports import content_of
from directory.models import (
    AccountAssignment,
    DirectoryGroup,
    DirectoryMembership,
    DirectorySettings,
    DirectoryUser,
    Instance,
    PermissionSet,
    RoleEntitlement,
)
from estate.models import AccountEnrolment, EnrolledAccount, LeftOutAccount
from findings.models import (
    AccountRefresh,
    ControlConfirmation,
    ControlResult,
    Finding,
    FindingDay,
    RuleSetting,
    RuleTally,
    SavedFindingsView,
    ScopeLook,
    SourceLook,
)
from guides.models import LeaverReport, StagedChange, TaskRun
from identities.kinds import KINDS, PRINCIPALS
from identities.models import (
    AccessKey,
    Attachment,
    IamAccount,
    IamGroup,
    IamRole,
    IamUser,
    InlinePolicy,
    LoginProfile,
    Membership,
    MfaDevice,
    ReportedUser,
    RootUser,
    ServiceCredential,
    ServiceLastAccessed,
    SigningCertificate,
    SshKey,
    TrustedPrincipal,
)
from infrastructure.models import OwnedResource, StateFile
from monitoring.models import EventCount, TableSize
from notifications.models import Delivery, NotificationRoute, NotifiedEvent, OperatorNotifications
from notifications.services import make_route
from notifications.signing import new_message_id
from policies.models import (
    AllowedPrefix,
    Document,
    EditorDraft,
    ManagedPolicy,
    OrgAccount,
    Organization,
    OrgPolicy,
    OrgTarget,
    OrgUnit,
    PolicyVersion,
)
from resources.models import CallBudget, Resource, ResourcePolicy, ResourceReading
from reviews.models import Review, ReviewedGrant, ReviewPart
from reviews.reports import make as make_review_report
from sync.models import (
    AcceptedPipeline,
    ActivityAnswer,
    Approval,
    ApprovalDemand,
    Attempt,
    Authorship,
    BreakGlass,
    Change,
    ChangeLine,
    Comment,
    DryRun,
    EventQueue,
    Facet,
    Fact,
    HeldDecision,
    LabelRemoval,
    Lease,
    LeftOutChange,
    MirroredRow,
    ObjectHint,
    OverriddenObject,
    Override,
    OwnershipRule,
    PendingReread,
    PullDay,
    PullTurn,
    ReceivedEvent,
    Region,
    Revision,
    Run,
    Safeguard,
    SafeguardVersion,
    Schedule,
    SealedSecret,
    SharedRate,
    SourceState,
    SpanningChange,
    Step,
    StepCounter,
    TickPart,
    TrailEvent,
    TrailQuestion,
)
from tests.services.statements import denying
from unused.models import UnusedObject

POLICY_ARN = "arn:aws:iam::123456789012:policy/reports"

audit.register({"test.admin": "did something"})


def fill(aws_account: AwsAccount, operator: Operator) -> None:
    """One row of every model in this AWS account; those that belong to none are made once."""
    now = timezone.now()
    _of_the_console(operator)
    audit.record("test.admin", actor=operator, aws_account=aws_account)
    _of_notifications(aws_account, operator)
    run = Run.objects.create(aws_account=aws_account, source="iam.details", trigger="operator", state="done")
    facet = Facet.objects.create(
        aws_account=aws_account,
        kind="iam.user",
        object_id="AIDA1",
        source="details",
        raw_hash="",
        fingerprint="",
        read_at=now,
        run=run,
    )
    Region.objects.create(aws_account=aws_account, name="eu-west-1", enabled=True, checked_at=now)
    Schedule.objects.create(aws_account=aws_account, source="iam.details", next_at=now)
    PullTurn.objects.create(aws_account=aws_account, ended_at=now)
    SourceState.objects.get_or_create(aws_account=aws_account, source="iam.details")
    PullDay.objects.create(aws_account=aws_account, source="iam.details", day=now, runs=1, seen=1, took_ms=1)
    OwnershipRule.objects.create(
        aws_account=aws_account, position=1, matches="name", pattern="svc-*", ownership="read_only"
    )
    revision = Revision.objects.create(
        facet=facet, number=1, fingerprint="", content={}, seen_at=now, origin="outside", drift_in=aws_account
    )
    _who_did_it(revision, aws_account)
    Fact.objects.create(aws_account=aws_account, kind="iam.user", object_id="AIDA1", name="risk", value=1)
    _findings(aws_account, operator)
    EditorDraft.objects.create(
        operator=operator,
        aws_account=aws_account,
        place="account",
        action="create-policy",
        text='{"Version": "typed"}',
        created_at=now,
        saved_at=now,
    )
    _a_change(aws_account, operator)
    _mirrored(aws_account)
    _enrolled(aws_account)
    _contained(aws_account, operator)
    _unused(aws_account)
    _reviewed(aws_account, operator)
    _asked(aws_account, operator)
    kept = {"prefix": f"iamc_{aws_account.pk}", "digest": "", "form_key": str(aws_account.pk), "expires_at": now}
    token = ApiToken.objects.create(operator=operator, name="CI", scopes=["see_iam"], **kept)
    AnsweredRequest.objects.create(token=token, key="1", fingerprint="")


def _unused(aws_account: AwsAccount) -> None:
    about = {"kind": "role", "object_id": "AROA1", "page": "role", "page_id": "AROA1", "state": "unused"}
    idle = {"idle_since": timezone.now()}
    UnusedObject.objects.create(aws_account=aws_account, aws_id="role:AROA1", name="legacy", **about, **idle)


def _reviewed(aws_account: AwsAccount, operator: Operator) -> None:
    about = {"title": "Q4", "started_by": operator, "due_at": timezone.now()}
    review = Review.objects.create(**about)
    review.aws_accounts.add(aws_account)
    ReviewPart.objects.create(review=review, reviewer=operator)
    row = {"source": "iam.membership", "key": "AIDA1 AGPA1", "holder_kind": "iam.user", "holder_id": "AIDA1"}
    ReviewedGrant.objects.create(review=review, aws_account=aws_account, what="developers", reviewer=operator, **row)
    finished = Review.objects.create(**about, state="finished", closed_by=operator, closed_at=timezone.now())
    finished.aws_accounts.add(aws_account)
    make_review_report(finished, aws_account, [], None, [], operator)


def _asked(aws_account: AwsAccount, operator: Operator) -> None:
    """By a requester, where there is one."""
    held = Grant.objects.filter(aws_account=aws_account, role=Role.REQUESTER).first()
    requester = held.operator if held and held.operator else operator
    about = {"kind": "group", "object_id": "AGPA1", "object_name": "oncall", "longest_hours": 24, "made_by": operator}
    offer = AccessOffer.objects.create(aws_account=aws_account, title="On call", gives="Restarts what hangs.", **about)
    RequesterIdentity.objects.create(
        aws_account=aws_account, operator=requester, kind="user", object_id="AIDA1", linked_by=operator
    )
    AccessRequest.objects.create(
        aws_account=aws_account, requester=requester, offer=offer, reason="Ticket 7", until=timezone.now()
    )


def _contained(aws_account: AwsAccount, operator: Operator) -> None:
    change = Change.objects.filter(aws_account=aws_account).earliest("pk")
    by = {"begun_by": operator, "name": "jane"}
    made = Containment.objects.create(aws_account=aws_account, change=change, slug="user", object_id="AIDA1", **by)
    content = content_of(made, Lately(aws_account, None, operator))
    ContainmentReport.objects.create(containment=made, made_by=operator, content=content, sha256="0" * 64)
    answers = {"slug": "user", "id": "AIDA1", "name": "jane"}
    run = TaskRun.objects.create(aws_account=aws_account, task="person_moves", answers=answers, owner=operator)
    StagedChange.objects.create(run=run, change=change, step="memberships")
    LeaverReport.objects.create(run=run, made_by=operator, content={"who": "jane", "parts": []}, sha256="0" * 64)


def _of_notifications(aws_account: AwsAccount, operator: Operator) -> None:
    now = timezone.now()
    OperatorNotifications.objects.get_or_create(operator=operator)
    route = NotificationRoute(aws_account=aws_account, name="Team", channel=NotificationRoute.Channel.WEBHOOK)
    route = make_route(route=route, address="https://hooks.example.org/a", actor=operator)
    event = NotifiedEvent.objects.create(kind="pull.failed", aws_account=aws_account, title="A pull failed", at=now)
    times = {"created_at": now, "not_before": now}
    Delivery.objects.create(event=event, route=route, message_id=new_message_id(), by_kind=event.kind, **times)


def _enrolled(aws_account: AwsAccount) -> None:
    of = {"organization_id": f"o-{aws_account.account_id}"}
    enrolment = AccountEnrolment.objects.create(
        **of,
        held_by=aws_account,
        key=aws_account.account_id,
        external_id=f"shared-{aws_account.account_id}",
        principal_arn=f"arn:aws:iam::{aws_account.account_id}:role/console",
        lasts_until=timezone.now() + timedelta(days=30),
    )
    EnrolledAccount.objects.create(enrolment=enrolment, account_id="222222222222", name="Payments")
    LeftOutAccount.objects.create(**of, account_id="333333333333")
    Organization.objects.filter(aws_account=aws_account).update(delegated=True)


def _who_did_it(revision: Revision, aws_account: AwsAccount) -> None:
    of, now = {"aws_account": aws_account, "kind": "iam.user", "object_id": "AIDA1"}, timezone.now()
    called = {"region": "us-east-1", "service": "iam.amazonaws.com", "name": "UpdateUser", "doer": "user", "at": now}
    event = TrailEvent.objects.create(aws_account=aws_account, event_id="1", **called)
    Authorship.objects.create(revision=revision, aws_account=aws_account, state="found").events.add(event)
    TrailQuestion.objects.create(**of, next_at=now)
    ActivityAnswer.objects.create(**of, asked_at=now)
    EventQueue.objects.create(aws_account=aws_account, region="us-east-1", name="iam-console-events")
    ReceivedEvent.objects.create(aws_account=aws_account, event_id="1", at=now, received_at=now)
    ObjectHint.objects.create(**of, hinted_at=now, newest_at=now, next_at=now)
    AcceptedPipeline.objects.create(aws_account=aws_account, name="Deploy", role_id="AROA1", role_name="deploy")


def _findings(aws_account: AwsAccount, operator: Operator) -> None:
    now = timezone.now()
    SourceLook.objects.create(aws_account=aws_account, source="lint", looked_at=now)
    ScopeLook.objects.create(aws_account=aws_account, source="lint", scope="iam.user:AIDA1", began_at=now)
    AccountRefresh.objects.create(aws_account=aws_account, looked_at=now)
    Finding.objects.create(
        aws_account=aws_account,
        source="lint",
        rule="lint.MISSING_VERSION",
        severity="low",
        kind="iam.user",
        object_id="AIDA1",
        sentence="There is no Version.",
        state_since=now,
        first_seen=now,
        last_seen=now,
    )
    RuleSetting.objects.create(aws_account=aws_account, rule="lint.MISSING_VERSION", is_off=True, reason="Old ones.")
    tally = {"rule": "lint.MISSING_VERSION", "severity": "low", "findings": 1, "objects_with": 1}
    RuleTally.objects.create(aws_account=aws_account, **tally)
    FindingDay.objects.create(aws_account=aws_account, day=now.date(), critical=0, high=0, medium=0, low=1)
    SavedFindingsView.objects.get_or_create(operator=operator, name="Mine", query="rule=lint.MISSING_VERSION")
    about = {"aws_account": aws_account, "control": "contacts"}
    ControlResult.objects.create(**about, result="not_held", evidence="AWS doesn’t tell.", looked_at=now)
    ControlConfirmation.objects.create(**about, passes=True, note="Seen.", until=now)


def _of_the_console(operator: Operator) -> None:
    if AuditHead.objects.exists():
        return
    AuditHead.objects.create(pk=1)
    KeyCheck.objects.get_or_create(name="AUDIT_KEY", value="0123456789abcdef")
    StepCounter.objects.get_or_create(pk=StepCounter.ONLY)
    EventCount.objects.create(metric="pages", labels="[]", value=1, since=timezone.now(), last_at=timezone.now())
    TableSize.objects.create(day=timezone.now().date(), table="sync_run", size=1)
    TickPart.objects.create(name="sync.sweep", began_at=timezone.now())
    AuditCheck.objects.create(asked_by=operator, is_running=False)
    SharedRate.objects.create(account_id="123456789012", region="eu-west-1", category="UserList")
    group = Group.objects.create(name="Auditors")
    ClaimGroup.objects.create(value="aws-audit", group=group)
    ClaimedMembership.objects.create(operator=operator, group=group)
    ScimMembership.objects.create(operator=operator, group=group)
    SocialAccount.objects.create(user=operator, provider="oidc", uid="u", extra_data={"subject": "u-1"})
    UserSession.objects.create(user=operator, ip="127.0.0.1", session_key="k", user_agent="x")
    content_type = ContentType.objects.get_for_model(Operator)
    LogEntry.objects.create(
        user=operator, content_type=content_type, object_id="1", object_repr="x", action_flag=CHANGE
    )


def _a_change(aws_account: AwsAccount, operator: Operator) -> None:
    span = SpanningChange.objects.create(organization_id="o-exampleorg", requested_by=operator)
    change = Change.objects.create(
        aws_account=aws_account,
        title="Widen",
        requested_by=operator,
        expires_at=timezone.now() + timedelta(days=1),
        span=span,
        wave=1,
    )
    audit.apart(aws_account, ("change", change.pk), {"title": "Widen"})
    ChangeLine.objects.create(change=change, line="Claimed by a worker.")
    SealedSecret.objects.create(
        reference=f"sealed:{change.pk}",
        aws_account=aws_account,
        operator=operator,
        change=change,
        name="Password",
        blob=b"sealed",
        expires_at=change.expires_at,
    )
    step = Step.objects.create(change=change, position=1, kind="iam.policy.update", params={}, part="policy.versions")
    Attempt.objects.create(step=step, number=1)
    PendingReread.objects.create(
        aws_account=aws_account, kind="iam.user", source="details", object_id="AIDA1", step=step
    )
    Approval.objects.create(change=change, operator=operator, approved=True, digest="")
    ApprovalRule.objects.create(aws_account=aws_account, risk="high", approvals=1)
    ApprovalDemand.objects.create(change=change, risk="high", approvals=1)
    BreakGlass.objects.create(change=change, operator=operator, reason="Locked out")
    DryRun.objects.create(change=change, asked_by=operator)
    HeldDecision.objects.create(change=change, choice="release", reason="Still to be done.", decided_by=operator)
    safeguard = Safeguard.objects.create(aws_account=aws_account, kind="access_test")
    asked = SimulationQuestion(("*",), ("s3:GetObject",), ("arn:aws:s3:::box/a",))
    content = TestContent.of(asked, "denied", Directory([], [])).as_json()
    SafeguardVersion.objects.create(
        safeguard=safeguard, number=1, state="in_force", name="Nobody reads", content=content, author=operator
    )
    AccessTestResult.objects.create(
        safeguard=safeguard,
        aws_account=aws_account,
        version=1,
        status="passes",
        at=timezone.now(),
        since=timezone.now(),
    )
    rail = Safeguard.objects.create(aws_account=aws_account, kind="guard_rail")
    said = RailContent("own", Mode.NOTE, parameters={"document": denying("s3:DeleteBucket")}).as_json()
    SafeguardVersion.objects.create(
        safeguard=rail, number=1, state="in_force", name="Buckets stay", content=said, author=operator
    )
    label = AccountLabel.objects.create(name=f"Label {aws_account.pk}")
    LabelledAwsAccount.objects.create(label=label, aws_account=aws_account)
    LabelRemoval.objects.create(label=label, aws_account=aws_account, author=operator)
    rule = GrantRule.objects.create(operator=operator, label=label, role="viewer")
    GrantGain.objects.create(rule=rule, aws_account=aws_account)
    ConfigurationSnapshot.objects.get_or_create(digest="0" * 64, defaults={"entries": {}})
    ConfigurationUpload.objects.create(operator=operator, file=b"iam_console: '1'", digest="0" * 64)
    ends_at = timezone.now() + timedelta(days=1)
    name = aws_account.account_id
    ScimToken.objects.create(name=name, digest=name, made_by=operator, ends_at=ends_at)
    directory_user, _ = ScimUser.objects.get_or_create(operator=operator, defaults={"user_name": operator.email})
    ScimGroup.objects.create(display_name=name).members.add(directory_user)
    OrganizationPlace.objects.create(aws_account=aws_account, path="o-abc/r-abcd/")
    for kind, of_kind in (("access_test", content), ("guard_rail", said)):
        of_label = Safeguard.objects.create(label=label, kind=kind)
        SafeguardVersion.objects.create(
            safeguard=of_label, number=1, state="in_force", name="As everywhere", content=of_kind, author=operator
        )
    made = Override.objects.create(change=change, operator=operator, reason="It moves", findings=[])
    OverriddenObject.objects.create(override=made, aws_account=change.aws_account, kind="iam.role", object_id="AROA1")
    Comment.objects.create(change=change, operator=operator, text="Why now?")
    LeftOutChange.objects.create(change=change, operator=operator, reason="Not there")
    Lease.objects.create(aws_account=aws_account, object_key="iam.policy:x", change=change)


def _mirrored(aws_account: AwsAccount) -> None:
    def row(name: str) -> dict[str, Any]:
        seen = timezone.now()
        aws_id = f"{name}-{aws_account.account_id}"
        return {"aws_account": aws_account, "aws_id": aws_id, "name": name, "name_key": name, "first_seen": seen}

    document, _ = Document.objects.get_or_create(
        text_hash="d", defaults={"canonical_hash": "d", "text": "{}", "size": 2}
    )
    AllowedPrefix.objects.create(document=document, service="s3", prefix="arn:aws:s3:::reports")
    policy = ManagedPolicy.objects.create(**row("reports"), default_version="v1")
    PolicyVersion.objects.create(policy=policy, version_id="v1", number=1, document=document)
    user, group = IamUser.objects.create(**row("dana")), IamGroup.objects.create(**row("finance"))
    role = IamRole.objects.create(**row("deploy"))
    Membership.objects.create(**row("member"), user=user, group=group)
    for owner in ({"user": user}, {"group": group}, {"role": role}):
        Attachment.objects.create(**row(f"attached-to-{next(iter(owner))}"), arn=POLICY_ARN, policy=policy, **owner)
    InlinePolicy.objects.create(**row("inline"), user=user, document=document)
    resource = Resource.objects.create(
        **row("resource"), kind="sqs.queue", service="sqs", policy_state=Resource.PolicyState.HAS
    )
    ResourcePolicy.objects.create(resource=resource, part="policy", document=document)
    ResourceReading.objects.create(aws_account=aws_account)
    CallBudget.objects.create(aws_account=aws_account, left=1, counted_at=timezone.now())
    control = OrgPolicy.objects.create(**row("control"), type=OrgPolicy.Type.SCP, document=document)
    OrgTarget.objects.create(**row("target"), policy=control, target_id="r-1")
    TrustedPrincipal.objects.create(role=role, type="Service", value="ec2.amazonaws.com")
    plain: list[type[MirroredRow]] = [Organization, OrgUnit, OrgAccount, IamAccount]
    plain += [kind.model for kind in KINDS if kind not in PRINCIPALS]
    for model in plain:
        model.objects.create(**row(model._meta.model_name or ""))
    for credential in (AccessKey, LoginProfile, MfaDevice, ServiceCredential, SigningCertificate, SshKey):
        credential.objects.create(**row(credential._meta.model_name or ""), user=user)
    ReportedUser.objects.create(**row("reported"), user=user, generated_at=timezone.now())
    RootUser.objects.create(**row("root"), generated_at=timezone.now())
    ServiceLastAccessed.objects.create(aws_account=aws_account, kind="iam.user", object_id=user.aws_id, service="s3")
    _mirrored_directory(aws_account, row)
    state = StateFile.objects.create(aws_account=aws_account, name="platform", read_at=timezone.now())
    OwnedResource.objects.create(
        aws_account=aws_account, state=state, kind="iam.role", name="deploy", address="aws_iam_role.deploy"
    )
    _mirrored_cognito(aws_account, row)


def _mirrored_directory(aws_account: AwsAccount, row: Callable[[str], dict[str, Any]]) -> None:
    for model in (Instance, PermissionSet, AccountAssignment, RoleEntitlement, DirectoryGroup, DirectoryMembership):
        model.objects.create(**row(f"directory-{model._meta.model_name}"))
    DirectoryUser.objects.create(**row("directory-person"), read_at=timezone.now())
    DirectorySettings.objects.create(aws_account=aws_account)


def _mirrored_cognito(aws_account: AwsAccount, row: Callable[[str], dict[str, Any]]) -> None:
    IdentityPool.objects.create(**row("identity-pool"))
    pool = UserPool.objects.create(**row("pool"))
    for model in (AppClient, PoolProvider, ResourceServer):
        model.objects.create(**row(f"pool-{model._meta.model_name}"), pool=pool)
    group = CognitoGroup.objects.create(**row("pool-group"), pool=pool)
    person = CognitoUser.objects.create(**row("person"), pool=pool, read_at=timezone.now())
    CognitoMembership.objects.create(group=group, user=person, read_at=timezone.now())
    PoolPeopleSettings.objects.create(aws_account=aws_account, region="eu-west-1", pool_id=pool.aws_id)
    Logo.objects.create(aws_account=aws_account, digest="5e" * 32, kind=Logo.Kind.PNG, image=b"png")
    EscalationSummary.objects.create(aws_account=aws_account)
    AccessDisagreement.objects.create(
        aws_account=aws_account,
        digest="1",
        mirror_version="1",
        principal="arn:aws:iam::123456789012:user/dana",
        action="s3:GetObject",
        resource="*",
        ours="allowed",
        alike="allowed",
        theirs="implicitDeny",
        at=timezone.now(),
    )
    SavedQuestion.objects.create(aws_account=aws_account, name="Who makes users", query="principal=*", digest="1")
    SavedSearch.objects.create(operator=Operator.objects.earliest("pk"), pool=pool, name="Business", query="q=business")
