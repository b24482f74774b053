"""Mirrored rows and their book-keeping: facets, revisions, facts.

An object is named across apps by (aws_account, kind, object_id): `kind` as its mirror is registered
(`iam.user`), `object_id` AWS's immutable id. `sync` never imports the models of the apps above it.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM


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

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+", editable=False)
    region = models.CharField(max_length=32, default="", blank=True, editable=False)  # "" for global kinds, never null
    # AWS's immutable id (AIDA…); kinds without one: the owner's id, the name and an incarnation number.
    aws_id = models.CharField("unique id", max_length=400, editable=False)
    arn = models.CharField("ARN", max_length=2048, blank=True, editable=False)
    name = models.CharField(max_length=256, editable=False)
    name_key = models.CharField(max_length=256, editable=False)  # case-folded: IAM names are unique without case
    first_seen = models.DateTimeField(editable=False)
    gone_at = models.DateTimeField(null=True, blank=True, editable=False)  # the tombstone

    objects = MirrorManager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["aws_account", "region", "aws_id"], name="%(app_label)s_%(class)s_aws_id")
        ]
        indexes = [
            models.Index(fields=["aws_account", "name_key"], name="%(app_label).8s_%(class).12s_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Facet(models.Model):
    """What one source says of one object: the book-keeping of the mirror."""

    class Held(models.TextChoices):
        HELD = "held", "Held"
        DENIED = "denied", "Not held: AWS doesn't let this console read it"
        UNSUPPORTED = "unsupported", "Not held: not supported there"

    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+")
    region = models.CharField(max_length=32, default="", blank=True)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=400)
    source = models.CharField(max_length=40)  # "details"
    raw_hash = models.CharField(max_length=64)  # of the raw item: equal means nothing to do
    fingerprint = models.CharField(max_length=64)  # of the canonical content, without what is volatile
    read_at = models.DateTimeField()  # when the newest answer that shows it was asked for
    run = models.ForeignKey("sync.Run", models.SET_NULL, null=True, related_name="+")  # the run that last saw it
    written_at = models.DateTimeField(null=True)  # our own last write of this object
    held = models.CharField(max_length=12, choices=Held, default=Held.HELD)
    held_why = models.CharField(max_length=400, blank=True)
    loose_ends = models.BooleanField(default=False)  # its content names an object that the mirror doesn't have (yet)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["aws_account", "region", "kind", "object_id", "source"], name="sync_facet_of_object"
            )
        ]
        indexes = [models.Index(fields=["aws_account", "kind", "source", "run"])]

    def __str__(self) -> str:
        return f"{self.source} of {self.kind} {self.object_id}"


class Revision(models.Model):
    """A distinct state of a facet: what it said, since when, and who brought it about."""

    class Origin(models.TextChoices):
        IMPORT = "import", "First sight"
        CHANGE = "change", "A change of this console"
        OUTSIDE = "outside", "Changed outside this console"
        AWS = "aws", "Changed by AWS"

    facet = models.ForeignKey(Facet, models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    content = models.JSONField()  # canonical; policy documents by the hash of their text
    gone = models.BooleanField(default=False)  # this revision says: it no longer exists
    seen_at = models.DateTimeField()  # when the answer that first showed it was asked for
    run = models.ForeignKey("sync.Run", models.SET_NULL, null=True, related_name="+")
    step = models.ForeignKey("sync.Step", models.SET_NULL, null=True, related_name="+")  # with origin `change`
    origin = models.CharField(max_length=8, choices=Origin)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["facet", "number"], name="sync_revision_number")]

    def __str__(self) -> str:
        return f"{self.facet}, revision {self.number}"


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
