"""The Django admin of pulls and changes: read-only."""

from __future__ import annotations

from django.contrib import admin

from iamconsole.web.admin import ReadOnlyAdmin
from sync.admin_kinds import SyncAdmin
from sync.event_queues import admin as _event_queues  # noqa: F401  so that its models are registered, too
from sync.models import (
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
    Facet,
    Fact,
    HeldDecision,
    LabelRemoval,
    Lease,
    LeftOutChange,
    OverriddenObject,
    Override,
    OwnershipRule,
    PendingReread,
    PullDay,
    PullTurn,
    Region,
    Revision,
    RowWrite,
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


@admin.register(Run)
class RunAdmin(SyncAdmin):
    page_name = "pull"
    list_display = (
        "__str__",
        "aws_account",
        "state",
        "trigger",
        "started_by",
        "seen",
        "new",
        "changed",
        "gone",
        "created_at",
        "console_page",
    )
    list_filter = ("state", "trigger", "source")
    search_fields = ("source", "aws_account__name", "started_by__email")
    date_hierarchy = "created_at"


@admin.register(Change)
class ChangeAdmin(SyncAdmin):
    page_name = "change"
    list_display = ("__str__", "aws_account", "state", "requested_by", "created_at", "finished_at", "console_page")
    list_filter = ("state",)
    search_fields = ("title", "reason", "requested_by__email")
    date_hierarchy = "created_at"


class ChangePartAdmin(SyncAdmin):
    """What belongs to a change."""

    aws_account_path = "change__aws_account"


@admin.register(Step)
class StepAdmin(ChangePartAdmin):
    list_display = ("__str__", "kind", "part", "state", "finished_at")
    list_filter = ("state", "kind")
    search_fields = ("kind", "part", "change__title")


@admin.register(Attempt)
class AttemptAdmin(SyncAdmin):
    aws_account_path = "step__change__aws_account"
    list_display = ("__str__", "started_at", "finished_at", "outcome", "request_id")
    list_filter = ("outcome",)
    search_fields = ("request_id", "step__kind", "step__change__title")


@admin.register(ChangeLine)
class ChangeLineAdmin(ChangePartAdmin):
    list_display = ("change", "at", "line")
    search_fields = ("line", "change__title")


@admin.register(SealedSecret)
class SealedSecretAdmin(SyncAdmin):
    """That a secret waits, and for whom: never the blob."""

    exclude = ("blob", "reference")
    list_display = ("name", "aws_account", "operator", "change", "position", "created_at", "expires_at")
    search_fields = ("name", "operator__email", "change__title")


@admin.register(Approval)
class ApprovalAdmin(ChangePartAdmin):
    list_display = ("change", "operator", "approved", "at", "void")
    list_filter = ("approved", "void")
    search_fields = ("change__title", "operator__email", "comment")


@admin.register(ApprovalDemand)
class ApprovalDemandAdmin(ChangePartAdmin):
    list_display = ("change", "risk", "approvals", "role", "group_name")
    list_filter = ("risk",)
    search_fields = ("change__title", "group_name")


@admin.register(BreakGlass)
class BreakGlassAdmin(ChangePartAdmin):
    list_display = ("change", "operator", "at", "void", "reviewed_by", "reviewed_at")
    list_filter = ("void",)
    search_fields = ("change__title", "operator__email", "reason", "review")


@admin.register(SpanningChange)
class SpanningChangeAdmin(ReadOnlyAdmin):
    """Of several AWS accounts, so it is for owners of all."""

    aws_account_path = ""
    list_display = (
        "__str__",
        "organization_id",
        "requested_by",
        "created_at",
        "released_at",
        "halted_at",
        "finished_at",
    )
    search_fields = ("requested_by__email",)
    date_hierarchy = "created_at"


@admin.register(LeftOutChange)
class LeftOutChangeAdmin(ChangePartAdmin):
    list_display = ("change", "operator", "at")
    search_fields = ("change__title", "operator__email", "reason")


@admin.register(DryRun)
class DryRunAdmin(ChangePartAdmin):
    list_display = ("change", "asked_by", "asked_at", "finished_at")
    search_fields = ("change__title", "asked_by__email")


@admin.register(HeldDecision)
class HeldDecisionAdmin(ChangePartAdmin):
    list_display = ("change", "choice", "decided_by", "decided_at", "is_in_force")
    search_fields = ("change__title", "decided_by__email")
    list_filter = ("choice",)


@admin.register(Safeguard)
class SafeguardAdmin(SyncAdmin):
    list_display = ("pk", "kind", "aws_account", "label", "created_at", "deleted_at")
    search_fields = ("kind",)
    list_filter = ("kind",)


@admin.register(LabelRemoval)
class LabelRemovalAdmin(SyncAdmin):
    """Without what people typed."""

    list_display = ("label", "aws_account", "state", "author", "created_at")
    list_filter = ("state",)
    search_fields = ("author__email",)
    exclude = ("reason",)


@admin.register(SafeguardVersion)
class SafeguardVersionAdmin(SyncAdmin):
    """Without what people typed."""

    aws_account_path = "safeguard__aws_account"
    list_display = ("safeguard", "number", "state", "is_blocking", "deletes", "author", "created_at")
    list_filter = ("state", "is_blocking")
    search_fields = ("author__email",)
    exclude = ("name", "content", "reason")


@admin.register(OverriddenObject)
class OverriddenObjectAdmin(SyncAdmin):
    list_display = ("object_id", "kind", "aws_account", "override")
    search_fields = ("object_id",)


@admin.register(Override)
class OverrideAdmin(ChangePartAdmin):
    list_display = ("change", "operator", "at", "reason")
    search_fields = ("change__title", "operator__email", "reason")


@admin.register(Comment)
class CommentAdmin(ChangePartAdmin):
    list_display = ("change", "operator", "text", "at")
    search_fields = ("change__title", "operator__email", "text")


@admin.register(Lease)
class LeaseAdmin(SyncAdmin):
    list_display = ("object_key", "aws_account", "change", "taken_at")
    search_fields = ("object_key", "change__title")


@admin.register(Facet)
class FacetAdmin(SyncAdmin):
    list_display = ("kind", "object_id", "source", "aws_account", "coverage", "read_at", "gone_at")
    list_filter = ("kind", "source", "coverage")
    search_fields = ("object_id", "kind")


@admin.register(Revision)
class RevisionAdmin(SyncAdmin):
    aws_account_path = "facet__aws_account"
    list_display = ("facet", "number", "origin", "seen_at", "gone")
    list_filter = ("origin", "gone", "facet__kind")
    search_fields = ("facet__object_id", "fingerprint")
    date_hierarchy = "seen_at"


@admin.register(Fact)
class FactAdmin(SyncAdmin):
    list_display = ("name", "kind", "object_id", "value", "aws_account")
    list_filter = ("name", "kind")
    search_fields = ("object_id", "name")


@admin.register(Region)
class RegionAdmin(SyncAdmin):
    list_display = ("name", "aws_account", "enabled", "opt_in", "checked_at")
    list_filter = ("enabled", "opt_in")
    search_fields = ("name", "aws_account__name")


@admin.register(Schedule)
class ScheduleAdmin(SyncAdmin):
    list_display = ("source", "region", "aws_account", "next_at", "empty_pulls")
    list_filter = ("source",)
    search_fields = ("source", "aws_account__name")


@admin.register(SharedRate)
class SharedRateAdmin(ReadOnlyAdmin):
    """It names its AWS account by its number only, so it is for owners of all."""

    aws_account_path = ""
    list_display = ("category", "account_id", "region", "slowed")
    list_filter = ("category", "region")
    search_fields = ("category", "account_id", "region")


@admin.register(OwnershipRule)
class OwnershipRuleAdmin(SyncAdmin):
    """The page of the AWS account changes them: there one sees beforehand what a rule does."""

    list_display = ("position", "matches", "tag_key", "pattern", "ownership", "aws_account")
    list_filter = ("matches", "ownership")
    search_fields = ("pattern", "tag_key", "aws_account__name")


@admin.register(PendingReread)
class OwedReadingAdmin(SyncAdmin):
    """What a step wrote and could not read again."""

    list_display = ("kind", "source", "object_id", "aws_account", "step", "since")
    list_select_related = ("aws_account", "step__change")
    search_fields = ("object_id", "arn")


@admin.register(PullTurn)
class PullTurnAdmin(SyncAdmin):
    list_display = ("aws_account", "ended_at")
    search_fields = ("aws_account__name", "aws_account__account_id")


@admin.register(SourceState)
class SourceStateAdmin(SyncAdmin):
    list_display = ("source", "region", "aws_account", "done_id", "failed_id")
    search_fields = ("source", "region", "aws_account__name")


@admin.register(PullDay)
class PullDayAdmin(SyncAdmin):
    """Pulls that found nothing, summed up."""

    list_display = ("source", "aws_account", "day", "runs", "seen")
    search_fields = ("source", "aws_account__name")


@admin.register(TickPart)
class TickPartAdmin(ReadOnlyAdmin):
    """The periodic tasks, and which of them fail."""

    aws_account_path = ""
    list_display = ("name", "began_at", "failing_since", "error")
    search_fields = ("name", "error")


@admin.register(RowWrite)
class RowWriteAdmin(ReadOnlyAdmin):
    """Which rows of the mirror were written in the last day: what processes keep of them follows by that."""

    aws_account_path = ""
    list_display = ("at", "kind", "row_id", "aws_account_id")
    search_fields = ("kind",)


@admin.register(StepCounter)
class StepCounterAdmin(ReadOnlyAdmin):
    """How many steps were begun, and whether the queue is on hold: released on a page of the console, not here."""

    aws_account_path = ""
    list_display = ("number", "outside", "on_hold_since", "on_hold_why")
    search_fields = ("on_hold_why",)


@admin.register(TrailEvent)
class TrailEventAdmin(SyncAdmin):
    """Without session, person and address, which the page of the difference shows to whoever may see people."""

    exclude = ("personal",)
    list_display = ("name", "aws_account", "at", "doer", "called", "tool")
    list_filter = ("doer",)
    search_fields = ("name", "event_id", "request_id", "called")


@admin.register(Authorship)
class AuthorshipAdmin(SyncAdmin):
    list_display = ("revision", "aws_account", "state", "asked_at")
    list_filter = ("state",)
    search_fields = ("revision__facet__object_id",)


@admin.register(TrailQuestion)
class TrailQuestionAdmin(SyncAdmin):
    list_display = ("kind", "object_id", "aws_account", "next_at", "tries")
    search_fields = ("kind", "object_id")


@admin.register(ActivityAnswer)
class ActivityAnswerAdmin(SyncAdmin):
    """Without the calls, which are personal."""

    exclude = ("calls",)
    list_display = ("kind", "object_id", "aws_account", "state", "asked_at")
    list_filter = ("state",)
    search_fields = ("kind", "object_id")
