"""Access reviews: who was to look at which grants, what they decided, and the reports that were sealed of it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import AwsAccount, Operator
from accounts.names import on_one_line
from accounts.roles import ADMINISTER, SEE_IAM
from sync.models import Change

LONGEST_TITLE = 120


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, operator: Operator) -> Self:
        """Those with an AWS account whose IAM the operator may see."""
        seen = AwsAccount.objects.visible_to(operator, SEE_IAM)
        places = Review.aws_accounts.through.objects.filter(awsaccount__in=seen)
        return self.filter(pk__in=places.values("review"))

    def open(self) -> Self:
        return self.filter(state=Review.State.OPEN)


class Review(models.Model):
    """A look at the grants that there were when it began, in some AWS accounts.

    `sources`: the names of kinds of grants (reviews/grants.py). `groups`: of IAM or a user pool, by name; none: all.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        FINISHED = "finished", "Finished"
        ENDED = "ended", "Ended without a result"

    class Only(models.TextChoices):
        ALL = "all", "All of them"
        WRITING = "writing", "Those that can write or change permissions"
        POWERFUL = "powerful", "Those of administrators, and of who can become one"

    title = models.CharField(max_length=LONGEST_TITLE, validators=[on_one_line])
    aws_accounts = models.ManyToManyField(AwsAccount, related_name="reviews")
    sources: models.JSONField[Any, Any] = models.JSONField(default=list)
    only = models.CharField(max_length=10, choices=Only, default=Only.ALL)
    groups: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    due_at = models.DateTimeField()
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ReviewQuerySet] = ReviewQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="open"), name="reviews_open_by_due")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at <= timezone.now()


def may_manage(operator: Operator, review: Review) -> bool:
    """Who owns each of its AWS accounts: they pass grants on, finish the review, or end it."""
    places = {each.pk for each in review.aws_accounts.all()}
    owned = set(AwsAccount.objects.visible_to(operator, ADMINISTER).filter(pk__in=places).values_list("pk", flat=True))
    return bool(places) and owned == places


class ReviewPart(models.Model):
    """What one reviewer has to decide. `finished_at`: since when they have nothing to add."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="parts")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="review_parts")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "reviewer"], name="review_part_once")]

    def __str__(self) -> str:
        return f"{self.reviewer} in {self.review}"


class ReviewedGrant(models.Model):
    """Who has what through which, as it was when the review began.

    `key` says which grant it is, the same in every review. `holder_name` is empty for people: their ids alone stand
    here. `reviewer`: who decides; none where nobody may.
    """

    class Decision(models.TextChoices):
        OPEN = "", "No decision"
        KEEP = "keep", "Keep"
        REVOKE = "revoke", "Revoke"

    class Power(models.TextChoices):
        NONE = "", "Neither"
        CAN_BECOME = "can_become", "Can become administrator"
        ADMINISTRATOR = "administrator", "Administrator"

    class Use(models.TextChoices):
        UNKNOWN = "unknown", "Unknown"
        UNTRACKED = "untracked", "Not tracked by AWS"
        NOBODY = "nobody", "Nobody has it"
        NEVER = "never", "Never"
        USED = "used", "Used"

    class Moved(models.TextChoices):
        """Why the reviewer isn’t the one that it would be otherwise."""

        NO = "", ""
        OWN_ACCESS = "own", "It is access of the one who would have decided"
        LEFT = "left", "Who was to decide has left"
        PASSED_ON = "passed", "Somebody passed it on"

    class Outcome(models.TextChoices):
        NONE = "", ""
        STAGED = "staged", "In the change"
        GONE = "gone", "Gone before the review was finished"
        IN_CODE = "in_code", "Owned by code: as a patch of that"
        LEFT_OUT = "left_out", "Not in the change"

    review = models.ForeignKey(Review, models.CASCADE, related_name="grants")
    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+")
    source = models.CharField(max_length=40)
    key = models.CharField(max_length=1000)
    fingerprint = models.CharField(max_length=400, blank=True)  # of what it gave; "": the key says it all
    holder_kind = models.CharField(max_length=64)
    holder_id = models.CharField(max_length=400)
    holder_name = models.CharField(max_length=256, blank=True)
    what = models.CharField(max_length=256)
    since = models.DateTimeField(null=True, blank=True)  # when the mirror first saw it
    level = models.CharField(max_length=12, blank=True)  # of iamconsole.web.vocabulary.LEVELS; "": not known
    power = models.CharField(max_length=14, choices=Power, blank=True)
    risk = models.PositiveSmallIntegerField(default=0)  # what lists sort by
    use = models.CharField(max_length=9, choices=Use, default=Use.UNKNOWN)
    last_used_at = models.DateTimeField(null=True, blank=True)
    previous = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    moved = models.CharField(max_length=6, choices=Moved, blank=True)
    decision = models.CharField(max_length=6, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    why = models.CharField(max_length=1000, blank=True)  # … it isn’t in the change: a sentence
    change = models.ForeignKey(Change, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "aws_account", "source", "key"], name="reviewed_grant_once"),
            models.CheckConstraint(condition=~Q(decision="revoke") | ~Q(reason=""), name="revoked_with_a_reason"),
        ]
        indexes = [
            models.Index(fields=["review", "-risk", "-id"], name="reviewed_by_risk"),
            models.Index(fields=["review", "reviewer", "decision"], name="reviewed_by_reviewer"),
            models.Index(fields=["aws_account", "source", "holder_id"], name="reviewed_before"),
        ]

    def __str__(self) -> str:
        return f"{self.called}: {self.what}"

    @property
    def called(self) -> str:
        return self.holder_name or self.holder_id

    @property
    def is_unused(self) -> bool:
        return self.use == self.Use.NEVER


class ReviewReport(models.Model):
    """What was decided in one AWS account. Its digest is in the audit trail; it holds nothing that has to be erased."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="reports")
    aws_account = models.ForeignKey(AwsAccount, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    content: models.JSONField[Any, Any] = models.JSONField()  # as reviews/reports.py makes it
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "aws_account"], name="review_report_once")]

    def __str__(self) -> str:
        return f"Report on {self.review} in {self.aws_account}"
