"""What the page shell and the overview learn from `sync`: open changes, the age of the mirror, what went wrong."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from accounts.access import may, signed_in
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER, CARE, SEE_IAM, roles_with
from iamconsole.web import panels
from iamconsole.web.navigation import NavGroup, NavItem, ShellBanner, ShellProvider, WaitingCount
from iamconsole.web.panels import Panel, PanelRow
from iamconsole.web.shell import shell_for
from iamconsole.web.words import counted, some
from sync import counter, drift, selectors
from sync.account_status import aws_account_status
from sync.changes.approvers import may_review, nobody_reviews, to_review
from sync.models import Change
from sync.regions import looked_in
from sync.snapshot.importing import taken_at
from sync.views.words import ErrorView, state_word

ON_HOLD = "On hold: nothing is sent to AWS, and nobody is notified, until owners have looked at each open change."


def _open(request: HttpRequest, aws_account: AwsAccount) -> int | None:
    return shell_for(request).open_changes if may(signed_in(request), SEE_IAM, aws_account) else None


def _own_open(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    """For who looks after people, their own."""
    if may(signed_in(request), SEE_IAM, aws_account):
        return Change.objects.none()
    return Change.objects.filter(aws_account=aws_account, requested_by=signed_in(request), state__in=Change.OPEN)


def _asked(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    return selectors.asked_of(signed_in(request), aws_account)


def _drift(request: HttpRequest, aws_account: AwsAccount) -> QuerySet[Any]:
    return drift.to_count(aws_account)


class SyncShell(ShellProvider):
    navigation = (
        NavGroup(
            "",
            (
                NavItem(
                    "Changes",
                    "git-pull-request-arrow",
                    "changes",
                    _own_open,
                    permission=(SEE_IAM, CARE),
                    position=10,
                    asks=WaitingCount(_asked, "waiting=decision"),
                    count=_open,
                ),
                NavItem("Drift", "file-diff", "drift", _drift, counts_none=False, permission=SEE_IAM, position=15),
                NavItem("Pulls", "refresh-cw", "pulls", permission=SEE_IAM, position=20),
            ),
            position=0,
        ),
    )

    def age(self, request: HttpRequest, aws_account: AwsAccount | None) -> datetime | None:
        if aws_account is None:
            return None
        return aws_account_status(aws_account).age if aws_account.is_connected else taken_at(aws_account)

    def open_changes(self, request: HttpRequest, aws_account: AwsAccount | None) -> int | None:
        return aws_account_status(aws_account).open_changes if aws_account else None

    def banner(self, request: HttpRequest, aws_account: AwsAccount | None) -> ShellBanner | None:
        on_hold = aws_account_status(aws_account).is_on_hold if aws_account else counter.is_on_hold()
        if not on_hold:
            return None
        owns = signed_in(request).aws_accounts_with(roles_with(ADMINISTER))
        return ShellBanner(ON_HOLD, reverse("queue"), "What is on hold") if owns else ShellBanner(ON_HOLD)

    def rows_depend_on(self, request: HttpRequest, aws_account: AwsAccount | None) -> Hashable:
        return bool(aws_account and aws_account_status(aws_account).ignores)


def register_panels() -> None:
    panels.register(Panel("overview.side", "waiting", "Waits for you", rows=_waiting, permission=SEE_IAM, position=10))
    panels.register(
        Panel(
            "overview.side",
            "recent",
            "Recent changes",
            url_name="changes",
            rows=_recent,
            permission=SEE_IAM,
            empty="No change was made through this console yet.",
            position=20,
        )
    )
    panels.register(
        Panel(
            "overview.side",
            "age",
            "Age of what you see",
            url_name="pulls",
            link="All pulls",
            rows=_ages,
            permission=SEE_IAM,
            empty="Nothing was pulled yet.",
            position=30,
        )
    )
    panels.register(
        Panel("overview.attention", "glass", "Applied without approvals", rows=_unreviewed, permission=SEE_IAM)
    )
    panels.register(Panel("overview.attention", "stuck", "Changes", rows=_stuck, permission=SEE_IAM))
    panels.register(Panel("overview.attention", "drift", "Drift", rows=_drifted, permission=SEE_IAM))
    panels.register(Panel("overview.attention", "pulls", "Pulls", rows=_failed_pulls, permission=SEE_IAM))
    panels.register(Panel("overview.attention", "brake", "Brake", rows=_braked_pulls, permission=SEE_IAM))


def _waiting(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for change in selectors.notable_changes(signed_in(request), aws_account).waiting:
        yield PanelRow(
            f"{change.pk} {change.titled}",
            _change_url(change),
            text=f"By {change.requested_by}. {_next_action(change)}",
            icon="git-pull-request-arrow",
        )


def _next_action(change: Any) -> str:
    if change.unreviewed:
        return "Applied without its approvals: review it."
    if change.state in Change.STUCK:
        return f"{change.get_state_display()}: it needs you."
    if change.state == Change.State.PROPOSED and change.approvals_needed:
        return f"{change.approval_count} of {counted(change.approvals_needed, 'approval')}."
    return "Ready to apply."


def _recent(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for change in selectors.notable_changes(signed_in(request), aws_account).recent:
        yield PanelRow(
            change.titled,
            _change_url(change),
            by=str(change.requested_by),
            at=change.finished_at or change.created_at,
            state=change.state,
            state_word=state_word(change),
        )


def _ages(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    coverages = selectors.coverages_by_place(aws_account)
    url = reverse("pulls", kwargs={"account_id": aws_account.account_id})
    ages: dict[str, datetime] = {}
    for (source, _), found in coverages.items():
        if found.at:
            ages[source] = min(ages.get(source, found.at), found.at)
    if ages:
        (first, at), *others = ages.items()
        yield PanelRow(selectors.source_title(first), url, at=at)
        if others:
            title = f"{counted(len(others), 'other source')}, the oldest"
            yield PanelRow(title, url, at=min(at for _, at in others))
    missing = list(_missing(aws_account))
    if missing:
        yield PanelRow(f"Not read: {some(missing)}", f"{url}#sources", state="failed", state_word="Not up to date")
    if aws_account.is_connected and (ages or missing):
        regions = looked_in(aws_account)
        yield PanelRow(regions.sentence, f"{url}#regions", text=regions.listing.why, icon="globe")


def _stuck(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for change in selectors.notable_changes(signed_in(request), aws_account).stuck:
        error = ErrorView.of(change.error)
        yield PanelRow(
            f"Change {change.pk} stopped: {change.titled}",
            _change_url(change),
            text=error.sentence if error else change.get_state_display(),
            severity="failed",
            action="Open",
        )


_STAYS_OPEN = "It stays open until somebody else has reviewed it."


def _unreviewed(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for change in selectors.notable_changes(signed_in(request), aws_account).unreviewed:
        glass = to_review(change)
        if glass is not None:
            yield PanelRow(
                f"Applied without approvals: change {change.pk}, {change.titled}",
                _change_url(change),
                text=f"By {glass.operator}: “{glass.reason}” {nobody_reviews(change, glass.operator) or _STAYS_OPEN}",
                severity="high",
                action="Review" if may_review(signed_in(request), glass) else "Open",
            )


def _missing(aws_account: AwsAccount) -> dict[str, selectors.SourceCoverage]:
    """What isn't read, by title, each once however many Regions it is missing in."""
    found: dict[str, selectors.SourceCoverage] = {}
    for (source, _), coverage in selectors.coverages_by_place(aws_account).items():
        if not coverage.is_read:
            found.setdefault(selectors.source_title(source), coverage)
    return found


def _failed_pulls(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    missing = _missing(aws_account)
    if not missing:
        return
    titles, first = list(missing), next(iter(missing.values()))
    yield PanelRow(
        f"The last pull failed: {some(titles)}",
        f"{reverse('pulls', kwargs={'account_id': aws_account.account_id})}#sources",
        text=first.why,
        severity="failed",
        action="Open" if len(missing) == 1 else f"Review {len(missing)}",
    )


def _braked_pulls(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    for (source, _), found in selectors.coverages_by_place(aws_account).items():
        if found.braked_in:
            yield PanelRow(
                f"The brake holds a pull: {selectors.source_title(source)}",
                reverse("pull", kwargs={"account_id": aws_account.account_id, "pk": found.braked_in}),
                text=found.why,
                severity="high",
                action="Look at it",
            )


def _drifted(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    if count := drift.count_open(aws_account):
        yield PanelRow(
            f"{counted(count, 'change')} outside this console",
            reverse("drift", kwargs={"account_id": aws_account.account_id}),
            text="Somebody changed AWS by other means. Accept what is right, undo what isn’t.",
            severity="medium",
            action=f"Review {count}",
        )


def _change_url(change: Change) -> str:
    return reverse("change", kwargs={"account_id": change.aws_account.account_id, "pk": change.pk})
