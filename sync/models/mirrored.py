"""Mirrored rows and their book-keeping: facets, revisions, facts.

An object is named across apps by (aws_account, kind, object_id): `kind` as its mirror is registered
(`iam.user`), `object_id` AWS's immutable id. `sync` never imports the models of the apps above it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Coalesce

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from sync.models.fields import FoldedField


class Ownership(models.TextChoices):
    """Who looks after an object, as the rules of its AWS account say."""

    MANAGED = "managed", "Managed here"
    READ_ONLY = "read_only", "Read-only: somebody else manages it"
    IGNORED = "ignored", "Ignored: hidden from lists and drift"


class MirrorQuerySet(models.QuerySet[Any]):
    def live(self) -> Self:
        """What AWS still has, as far as we know."""
        return self.filter(gone_at__isnull=True)

    def visible_to(self, operator: Operator, perm: str = SEE_IAM) -> Self:
        return self.filter(aws_account__in=AwsAccount.objects.visible_to(operator, perm))


MirrorManager = models.Manager.from_queryset(MirrorQuerySet)


class MirroredRow(models.Model):
    """What we last saw of one AWS object. Only pulls and applied changes write it; a pull never deletes it."""

    kind: ClassVar[str]  # as the mirror is registered, such as "iam.user"
    facet_columns: ClassVar[frozenset[str]] = frozenset()  # what other facets than `details` bring, and write alone
    called_by: ClassVar[str] = "name"  # the column that has what people call it
    searched: ClassVar[tuple[str, ...]] = ()  # the columns in the index of trigrams (iamconsole/web/trigrams.py)
    searched_by: ClassVar[str] = "aws_account"  # whose a row is there

    # Without an index of its own: the one that makes `aws_id` unique begins with it.
    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+", editable=False, db_index=False)
    region = models.CharField(max_length=32, default="", blank=True, editable=False)  # "" for global kinds, never null
    # AWS's immutable id (AIDA…); kinds without one: the owner's id, the name and an incarnation number.
    aws_id = models.CharField("unique id", max_length=400, editable=False)
    arn = models.CharField("ARN", max_length=2048, blank=True, editable=False)
    name = models.CharField(max_length=256, editable=False)
    name_key = FoldedField(max_length=256, editable=False)  # IAM names are unique without case
    first_seen = models.DateTimeField(editable=False)
    gone_at = models.DateTimeField(null=True, blank=True, editable=False)  # the tombstone

    objects = MirrorManager()

    class Meta:
        abstract = True
        # In this order: a page knows the id and not the Region, and must not look through all of an AWS account.
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "aws_id", "region"], name="%(app_label)s_%(class)s_aws_id")
        ]
        indexes = [
            models.Index(fields=["aws_account", "name_key", "id"], name="%(app_label).8s_%(class).12s_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kept_by_aws(self) -> str:
        """A sentence why nobody but AWS can change it; "" where its AWS account can."""
        return ""


class CodeOwnedRow(MirroredRow):
    """What code may own: Terraform by a state, CloudFormation by a stack. An app above finds that out."""

    in_code = models.BooleanField("owned by code", default=False, editable=False)

    class Meta(MirroredRow.Meta):
        abstract = True
        indexes = [
            *MirroredRow.Meta.indexes,
            models.Index(
                fields=["aws_account", "name_key", "id"],
                condition=Q(in_code=True),
                name="%(class).12s_in_code",
            ),
        ]


class LookedAfterRow(CodeOwnedRow):
    """What ownership rules are about: IAM's objects that have a name and a path."""

    path = models.CharField(max_length=512, default="/")
    ownership = models.CharField(max_length=9, choices=Ownership, default=Ownership.MANAGED, editable=False)

    class Meta(CodeOwnedRow.Meta):
        abstract = True
        # Small ones, for filters that few rows pass: along the index of all names their lists would read every row.
        indexes = [
            *CodeOwnedRow.Meta.indexes,
            models.Index(
                fields=["aws_account", "name_key", "id"],
                condition=Q(gone_at__isnull=False),
                name="%(class).12s_gone",
            ),
            models.Index(
                fields=["aws_account", "ownership", "name_key", "id"],
                condition=~Q(ownership="managed"),
                name="%(class).12s_ownership",
            ),
        ]


class Facet(models.Model):
    """What one source says of one object: the book-keeping of the mirror."""

    class Coverage(models.TextChoices):
        READ = "read", "Read"
        DENIED = "denied", "Not read: AWS doesn't let this console read it"
        UNSUPPORTED = "unsupported", "Not read: not supported there"

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+", db_index=False)
    region = models.CharField(max_length=32, default="", blank=True)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)
    source = models.CharField(max_length=40)  # the name of the facet: "details", "keys"
    raw_hash = models.CharField(max_length=64)  # of the raw item: equal means nothing to do
    fingerprint = models.CharField(max_length=64)  # of the canonical content, without what is volatile
    read_at = models.DateTimeField()  # when the newest answer that shows it was asked for
    run = models.ForeignKey("sync.Run", models.SET_NULL, null=True, related_name="+")  # the run that last saw it
    written_at = models.DateTimeField(null=True)  # our own last write of this object
    coverage = models.CharField(max_length=12, choices=Coverage, default=Coverage.READ)
    coverage_why = models.CharField(max_length=400, blank=True)
    # What AWS said beyond what the mirror understands: shown, never compared.
    extra: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # The first complete run that didn't show it: the next one that doesn't either tombstones it.
    missed_by = models.ForeignKey("sync.Run", models.SET_NULL, null=True, related_name="+")
    loose_ends = models.BooleanField(default=False)  # its content names an object that the mirror doesn't have (yet)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "region", "kind", "object_id", "source"], name="sync_facet_of_object"
            )
        ]
        indexes = [
            models.Index(fields=["aws_account", "kind", "source", "run"]),
            models.Index(fields=["aws_account", "kind"], condition=Q(loose_ends=True), name="sync_facet_loose"),
        ]

    def __str__(self) -> str:
        return f"{self.source} of {self.kind} {self.object_id}"


class Revision(models.Model):
    """A distinct state of a facet: what it said, since when, and who brought it about."""

    class Origin(models.TextChoices):
        IMPORT = "import", "First sight"
        CHANGE = "change", "A change of this console"
        OUTSIDE = "outside", "Changed outside this console"
        AWS = "aws", "Changed by AWS"

    facet = models.ForeignKey(Facet, models.PROTECT, related_name="revisions", db_index=False)  # the constraint has one
    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    content = models.JSONField()  # canonical; policy documents by the hash of their text
    gone = models.BooleanField(default=False)  # this revision says: it no longer exists
    seen_at = models.DateTimeField()  # when the answer that first showed it was asked for
    run = models.ForeignKey("sync.Run", models.SET_NULL, null=True, related_name="+")
    step = models.ForeignKey("sync.Step", models.SET_NULL, null=True, related_name="+")  # with origin `change`
    origin = models.CharField(max_length=8, choices=Origin)
    # Drift (origin `outside`) that an operator looked at and found right.
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    # … or that was accepted by itself, since it is of a pipeline that an owner named (`accepted_by`: that owner).
    accepted_pipeline = models.CharField(max_length=80, blank=True)
    reverted_at = models.DateTimeField(null=True)  # when somebody had changed it back outside this console
    reversal = models.ForeignKey(  # the change that was proposed to undo it
        "sync.Change", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # With origin `outside`, and only then: drift is found by it, without a look at all the other revisions.
    drift_in = models.ForeignKey(AwsAccount, models.PROTECT, null=True, related_name="+", db_index=False)
    # The number of the one before it, where states between them were thinned (sync/equal_states.py).
    follows = models.IntegerField(null=True, editable=False)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["facet", "number"], name="sync_revision_number")]
        indexes = [
            models.Index(
                fields=["drift_in", "-seen_at", "-id"], condition=Q(drift_in__isnull=False), name="sync_revision_drift"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facet}, revision {self.number}"

    @classmethod
    def before_each(cls) -> models.QuerySet[Revision]:
        """For subqueries of revisions: the one before each; none where history doesn't go back so far."""
        number = Coalesce(OuterRef("follows"), OuterRef("number") - 1)
        return cls.objects.filter(facet=OuterRef("facet"), number=number)

    @property
    def number_before(self) -> int:
        return self.number - 1 if self.follows is None else self.follows


class Fact(models.Model):
    """What an app above knows of a mirrored row, for lists to show and sort (effective level, risk …)."""

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)
    name = models.CharField(max_length=40)
    value = models.JSONField()
    sort_key = models.CharField(max_length=80, blank=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "kind", "object_id", "name"], name="sync_fact_of_object")
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.kind} {self.object_id}"


class OwnershipRule(models.Model):
    """The first rule that matches an object decides; none: managed."""

    class Matches(models.TextChoices):
        TAG = "tag", "Tag"
        PATH = "path", "Path"
        NAME = "name", "Name"

    aws_account = models.ForeignKey(AwsAccount, models.CASCADE, related_name="ownership_rules")
    position = models.PositiveIntegerField()
    matches = models.CharField(max_length=4, choices=Matches)
    tag_key = models.CharField(max_length=128, blank=True)  # with `tag`; the pattern is for its value
    pattern = models.CharField(max_length=512)  # * is any text, ? one character
    ownership = models.CharField(max_length=9, choices=Ownership)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["aws_account", "position"], name="sync_ownership_position")]

    def __str__(self) -> str:
        return f"{self.get_matches_display()} {self.pattern}: {self.get_ownership_display()}"
