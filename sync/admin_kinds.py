"""What admin pages of what is pulled have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from accounts.access import signed_in
from accounts.models import AwsAccount
from iamconsole.web.admin import ReadOnlyAdmin
from sync import pull
from sync.models import Run


class SyncAdmin(ReadOnlyAdmin):
    """Read-only; one may ask for a pull of the AWS accounts that the chosen rows belong to."""

    actions = ("pull_again",)
    page_name: ClassVar[str] = ""  # of the row's page in the console, which takes `account_id` and `page_key`
    page_key: ClassVar[str] = "pk"

    def view_on_site(self, obj: Any) -> str | None:
        if not self.page_name:
            return None
        kwargs = {"account_id": obj.aws_account.account_id, self.page_key: getattr(obj, self.page_key)}
        try:
            return reverse(self.page_name, kwargs=kwargs)
        except NoReverseMatch:
            return None

    @admin.action(description="Pull again (the AWS accounts of these rows)", permissions=["view"])
    def pull_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for aws_account in AwsAccount.objects.filter(pk__in=queryset.values(self.aws_account_path)):
            run = pull.start(aws_account=aws_account, trigger=Run.Trigger.OPERATOR, actor=signed_in(request))
            messages.success(request, f"{run} of {aws_account} is under way.")


class MirroredAdmin(SyncAdmin):
    """A kind of mirrored row."""

    list_display: Any = ("name", "aws_account", "aws_id", "first_seen", "gone_at", "console_page")
    list_filter: ClassVar[Any] = (("gone_at", admin.EmptyFieldListFilter),)
    search_fields: ClassVar[Any] = ("name", "name_key", "arn", "aws_id")
    ordering: ClassVar[Any] = ("name_key", "pk")
    page_key = "aws_id"
