"""Lines about credentials under "Needs attention" on the overview."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.counts import first_of
from iamconsole.web.words import SOME, ago, counted, number, some
from identities.credentials.root import root_of
from identities.models import IamUser
from identities.models.credentials import key_cutoff
from sync.models import Ownership


def root_rows(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    root, url = root_of(aws_account), reverse("root_user", kwargs={"account_id": aws_account.account_id})
    if root.has_keys:
        yield panels.PanelRow(
            title="The root user has an access key",
            url=url,
            text="No policy limits what it may do, and nobody needs it: delete it once nothing uses it.",
            severity="critical",
            action="Look at it",
        )
    if root.mfa is False:
        yield panels.PanelRow(
            title="The root user has no MFA",
            url=url,
            text="Anybody who learns its password controls the AWS account.",
            severity="critical",
            action="Look at it",
        )
    if root.used_recently and root.last_used_at is not None:
        yield panels.PanelRow(
            title="The root user was used",
            url=url,
            text=f"{ago(root.last_used_at).capitalize()}. Few tasks need it; IAM roles are for all others.",
            severity="medium",
            action="Look at it",
        )


def credential_rows(request: HttpRequest, aws_account: AwsAccount) -> Iterator[panels.PanelRow]:
    users = IamUser.objects.live().filter(aws_account=aws_account).exclude(ownership=Ownership.IGNORED)
    yield from _row(
        aws_account,
        users.filter(has_password__in=[True], mfa_count=0),
        "mfa=none",
        ("user signs", "users sign", "in without MFA"),
        "With a password alone they can sign in to the AWS Management Console.",
    )
    yield from _row(
        aws_account,
        users.filter(oldest_key_at__lt=key_cutoff()),
        "keys=old",
        ("user has", "users have", "an access key older than 90 days"),
        "A key that leaked long ago still works.",
    )


def _row(
    aws_account: AwsAccount, users: QuerySet[IamUser], query: str, words: tuple[str, str, str], why: str
) -> Iterator[panels.PanelRow]:
    names = first_of(users.order_by("name_key").values_list("name", flat=True), SOME)
    if names:
        one, many, what = words
        url = reverse("users", kwargs={"account_id": aws_account.account_id})
        yield panels.PanelRow(
            title=f"{counted(names.total, one, many)} {what}",
            url=f"{url}?{query}",
            text=f"{some(names.rows, names.total)}. {why}",
            severity="high",
            action=f"Review {number(names.total)}",
        )


def register() -> None:
    for name, rows in (("root", root_rows), ("credentials", credential_rows)):
        panels.register(
            panels.Panel("overview.attention", name, "Needs attention", rows=rows, permission=SEE_IAM, position=20)
        )
