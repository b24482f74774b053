"""The Django admin of access reviews, to look at."""

from __future__ import annotations

from django.contrib import admin

from iamconsole.web.admin import ReadOnlyAdmin
from reviews.models import Review, ReviewedGrant, ReviewPart, ReviewReport


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    aws_account_path = ""  # it is of several: for the owners of all
    search_fields = ("title",)
    list_display = ("title", "state", "due_at", "started_by", "started_at")


@admin.register(ReviewPart)
class ReviewPartAdmin(ReadOnlyAdmin):
    aws_account_path = ""
    list_display = ("review", "reviewer", "finished_at")


@admin.register(ReviewedGrant)
class ReviewedGrantAdmin(ReadOnlyAdmin):
    search_fields = ("holder_name", "holder_id", "what")
    list_display = ("review", "holder_id", "what", "source", "reviewer", "decision", "outcome")


@admin.register(ReviewReport)
class ReviewReportAdmin(ReadOnlyAdmin):
    list_display = ("review", "aws_account", "made_at", "sha256")
