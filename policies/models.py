"""What `policies` keeps: documents, managed policies, organizations with their control policies, and drafts."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import AwsAccount
from sync.models import LookedAfterRow, MirroredRow
from sync.models.fields import listed_by


class Document(models.Model):
    """A policy document by its raw text, as AWS returned it: shared by all that carry the same text."""

    text_hash = models.CharField(max_length=64, unique=True)  # SHA-256 of the raw text
    canonical_hash = models.CharField(max_length=64, db_index=True)  # equal: the same document, differently written
    text = models.TextField()
    size = models.PositiveIntegerField()  # characters as IAM counts them: without white space
    problem = models.CharField(max_length=400, blank=True)  # why it can't be parsed; "" when it can
    # By which version of document_reach.py its AllowedPrefix rows were made; 0: they weren't yet.
    reach_version = models.PositiveSmallIntegerField(default=0, db_index=True, editable=False)

    def __str__(self) -> str:
        return self.text_hash[:12]


class AllowedPrefix(models.Model):
    """A document may allow something of a service on resources whose ARNs begin so (policies/document_reach.py)."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="reach")
    service = models.CharField(max_length=64)  # in lower case; "*": any
    prefix = models.CharField(max_length=200, blank=True)  # "": any resource

    class Meta:
        indexes = [models.Index(fields=["service", "prefix"], name="allowed_prefix")]

    def __str__(self) -> str:
        return f"{self.service} {self.prefix}"


class ManagedPolicy(LookedAfterRow):
    class Use(models.TextChoices):
        """What AWS tells of attempts to use the services that it allows something of, by all who have it."""

        UNKNOWN = "unknown", "Unknown"
        USED = "used", "Used"
        NEVER = "never", "No use tracked"
        UNTRACKED = "untracked", "Not tracked"
        NOBODY = "nobody", "Nobody has it"

    kind = "iam.policy"
    facet_columns = frozenset({"description", "tags"})
    searched = ("arn", "aws_id", "tags")

    is_aws = models.BooleanField("managed by AWS", default=False)
    default_version = models.CharField(max_length=40, blank=True)
    attachable = models.BooleanField(default=True)
    version_count = models.PositiveIntegerField(default=0)
    attachment_count = models.PositiveIntegerField(default=0)  # volatile: as AWS counts it
    boundary_count = models.PositiveIntegerField(default=0)  # volatile
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True)  # volatile
    description = models.CharField(max_length=1000, blank=True)
    tags: models.JSONField[Any, Any] = models.JSONField(null=True)  # key → value; null: not read yet
    # Figures, which an app above writes after a pull or a change. Null: not known.
    level = models.PositiveSmallIntegerField(null=True, editable=False)  # of iamconsole.web.vocabulary.LEVELS
    worst_finding = models.PositiveSmallIntegerField(null=True, editable=False)  # policies.figures.SEVERITIES; 0: none
    finding_count = models.PositiveIntegerField(null=True, editable=False)  # open ones
    holder_count = models.PositiveIntegerField(null=True, editable=False)  # users, by their groups too, and roles
    use = models.CharField(max_length=9, choices=Use, default=Use.UNKNOWN, db_default=Use.UNKNOWN, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)
    unused_count = models.PositiveIntegerField(null=True, editable=False)  # services that nobody who has it used

    class Meta(LookedAfterRow.Meta):
        verbose_name_plural = "managed policies"
        indexes = [
            *LookedAfterRow.Meta.indexes,
            *listed_by("is_aws", "version_count", "attachment_count", "boundary_count", "updated_at"),
            *listed_by("level", "worst_finding", "holder_count", "last_used_at", "unused_count"),
            models.Index(fields=["aws_account", "arn"], name="%(class)s_arn"),
        ]

    @property
    def kept_by_aws(self) -> str:
        return f"{self.name} is managed by AWS: nobody else can change it." if self.is_aws else ""

    @property
    def default(self) -> PolicyVersion | None:
        """The version in force."""
        return self.versions.filter(version_id=self.default_version).select_related("document").first()


class PolicyVersion(models.Model):
    """A version of a managed policy. Its document never changes; a deleted version stays, with `gone_at`."""

    policy = models.ForeignKey(ManagedPolicy, models.PROTECT, related_name="versions")
    version_id = models.CharField(max_length=40)
    number = models.PositiveIntegerField()  # 3 of "v3", to sort by
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(null=True)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["policy", "version_id"], name="policies_version_once")]

    def __str__(self) -> str:
        return f"{self.policy.name} {self.version_id}"


# ---- What AWS Organizations has ------------------------------------------------------------------------------
class Organization(MirroredRow):
    """That there is one, every member may know (`DescribeOrganization`). Its name is its id: it has no other."""

    kind = "org.organization"

    management_id = models.CharField("management account", max_length=12)
    all_features = models.BooleanField(default=True)  # without them there are no control policies
    delegated = models.BooleanField(default=False)  # volatile: this AWS account is not the manager, and may read it


class OrgNode(MirroredRow):
    """A place of the tree: what policies are attached to."""

    parent_id = models.CharField(max_length=68, blank=True)  # the unit above, by AWS's id; "" at the root

    class Meta(MirroredRow.Meta):
        abstract = True


class OrgUnit(OrgNode):
    """The root or an organizational unit."""

    kind = "org.unit"

    path = models.CharField(max_length=600)  # as aws:PrincipalOrgPaths has it: o-…/r-…/ou-…/
    policy_types = models.JSONField(default=list, blank=True)  # of the root: the types that are switched on

    class Meta(OrgNode.Meta):
        verbose_name = "organizational unit"

    @property
    def is_root(self) -> bool:
        return not self.parent_id


class OrgAccount(OrgNode):
    """A member, or the management account. Its e-mail address is somebody's: it is not kept."""

    kind = "org.account"
    searched = ("name", "aws_id")

    state = models.CharField(max_length=24, blank=True)  # AWS's word: ACTIVE, SUSPENDED, CLOSED …
    invited = models.BooleanField(default=False)  # it was there before it joined
    joined_at = models.DateTimeField(null=True)

    class Meta(OrgNode.Meta):
        verbose_name = "account of the organization"
        verbose_name_plural = "accounts of the organization"


class OrgPolicy(MirroredRow):
    """A service control policy or a resource control policy."""

    class Type(models.TextChoices):
        SCP = "SERVICE_CONTROL_POLICY", "Service control policy"
        RCP = "RESOURCE_CONTROL_POLICY", "Resource control policy"

    kind = "org.policy"
    searched = ("name", "aws_id")

    type = models.CharField(max_length=32, choices=Type)
    description = models.CharField(max_length=512, blank=True)
    is_aws = models.BooleanField("made by AWS", default=False)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta(MirroredRow.Meta):
        verbose_name = "control policy"
        verbose_name_plural = "control policies"

    @property
    def kept_by_aws(self) -> str:
        return f"{self.name} is made by AWS: nobody else can change or delete it." if self.is_aws else ""


class OrgTarget(MirroredRow):
    """A policy attached to the root, a unit or an account; `name` is that of the target."""

    kind = "org.target"

    policy = models.ForeignKey(OrgPolicy, models.PROTECT, related_name="targets")
    target_id = models.CharField(max_length=68, db_index=True)  # of the `OrgUnit` or `OrgAccount`, by AWS's id


# ---- What operators type -------------------------------------------------------------------------------------
class EditorDraft(models.Model):
    """The text of an editor as an operator types it, until it is staged or discarded (policies/editor_drafts.py).

    One for an operator and what is edited. A text that came from an older tab is kept `beside` it until one is chosen.
    """

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="+")
    place = models.CharField(max_length=60)  # of the action: the name of a kind of object, or "account"
    aws_id = models.CharField(max_length=160, blank=True)  # of the object; "" for one that isn't there yet
    action = models.CharField(max_length=60)
    part = models.CharField(max_length=128, blank=True)  # of the object: the name of an inline policy
    object_name = models.CharField(max_length=512, blank=True)  # as it was called at the last save
    text = models.TextField(blank=True)
    fields = models.JSONField(default=dict)  # what was typed into the other fields of the form, by their names
    base = models.CharField(max_length=64, blank=True)  # what the form's `base` was when it began
    revision = models.PositiveIntegerField(default=1)
    tab = models.CharField(max_length=40, blank=True)  # the page that saved last, and the number of its message
    sequence = models.PositiveBigIntegerField(default=0)
    is_beside = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["aws_account", "place", "aws_id", "action", "part"], name="editor_draft_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["operator", "aws_account", "place", "aws_id", "action", "part"],
                condition=Q(is_beside=False),
                name="editor_draft_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.operator}: {self.action} of {self.object_name or self.place}"
