"""What `resources` adds to the frame: the link of the sidebar, among what is folded."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from resources.models import Resource


def _live(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = Resource.objects.live().filter(aws_account=aws_account)
    return rows


_LINK = NavItem("Resources", "box", "resources", _live, SEE_IAM, position=52, counts_none=False)


def register() -> None:
    register_shell(ShellProvider(NavGroup("IAM", (_LINK,), position=10)))
