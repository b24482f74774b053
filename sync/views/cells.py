"""The cells of the lists of changes and of pulls."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import AwsAccount
from iamconsole.web.cells import name_link
from iamconsole.web.elements import ago, flag, joined, muted, small, state
from sync.models import Change, Run
from sync.selectors import source_title
from sync.views.words import state_word

_HELD_BY_THE_BRAKE = flag("Held by the brake", "warn", "triangle-alert")


def change(row: Change, aws_account: AwsAccount) -> SafeString:
    url = reverse("change", kwargs={"account_id": aws_account.account_id, "pk": row.pk})
    below = [format_html('<span class="small num">Change {}</span>', row.pk)]
    if row.says_otherwise:
        below.append(format_html('<span class="small muted">{}</span>', row.named_does or row.does))
    return name_link(url, row.named_title or row.title, joined(below, " "))


def change_state(row: Change, aws_account: AwsAccount) -> SafeString:
    return state(row.state, state_word(row))


def pull(run: Run, aws_account: AwsAccount) -> SafeString:
    if run.of_several:
        url = f"{reverse('pulls', kwargs={'account_id': aws_account.account_id})}?together={run.pk}"
    else:
        url = reverse("pull", kwargs={"account_id": aws_account.account_id, "pk": run.pk})
    return format_html('<a class="name num" href="{}">Pull {}</a>', url, run.pk)


def run_source(run: Run, aws_account: AwsAccount) -> SafeString | str:
    if run.of_several is None:
        return source_title(run.source)
    return format_html("{} sources{}", run.of_several.sources, small(run.of_several.words))


def run_state(run: Run, aws_account: AwsAccount) -> SafeString:
    held = run.error.get("class") == "Brake"
    return _HELD_BY_THE_BRAKE if held else state(run.state, run.get_state_display())


def region(run: Run, aws_account: AwsAccount) -> SafeString:
    if run.of_several:
        return muted("Of each")
    return joined([run.region]) if run.region else muted("All")


def created(row: Any, aws_account: AwsAccount) -> SafeString:
    return ago(row.created_at)
