"""What the page of a label says of its guard rails and tests, and the overview of what waits for a second person."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import HttpRequest
from django.urls import reverse

from access.guard_rails import content as rails
from access.guard_rails.content import Mode, RailContent
from access.guard_rails.draft_block import effect_of
from access.saved_tests import content as tests
from accounts.models import AccountLabel, AwsAccount
from accounts.roles import SEE_IAM
from iamconsole.web import panels
from iamconsole.web.panels import Panel, PanelRow
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards.in_force import versions_of
from sync.safeguards.kinds import registry


def _rails(request: HttpRequest, label: AccountLabel) -> Iterator[PanelRow]:
    for each in versions_of(label, rails.KIND):
        found = RailContent.read(each.content)
        if found.mode is not Mode.OFF:
            url = reverse("label_guard_rail", args=[label.pk, each.safeguard_id])
            yield PanelRow(each.name, url, effect_of(found), icon="fence")


def _tests(request: HttpRequest, label: AccountLabel) -> Iterator[PanelRow]:
    for each in versions_of(label, tests.KIND):
        url = reverse("label_access_test", args=[label.pk, each.safeguard_id])
        blocks = " A plan that breaks it is blocked." if each.is_blocking else ""
        yield PanelRow(each.name, url, f"Expected: {each.content['expected']}.{blocks}", icon="list-checks")


_PAGES = {rails.KIND: "guard_rail", tests.KIND: "access_test"}


def _waiting(request: HttpRequest, aws_account: AwsAccount) -> Iterator[PanelRow]:
    held = Safeguard.objects.holding_in(aws_account).filter(kind__in=_PAGES)
    pending = SafeguardVersion.objects.filter(safeguard__in=held.values("pk"), state=SafeguardVersion.State.PENDING)
    for each in pending.select_related("safeguard", "author"):
        kind = each.safeguard.kind
        yield PanelRow(
            title=f"{'Delete' if each.deletes else 'Loosen'} the {registry[kind].noun} {each.name}?",
            url=reverse(_PAGES[kind], args=[aws_account.account_id, each.safeguard_id]),
            text="It blocks plans, so a second person has to agree.",
            at=each.created_at,
            by=str(each.author),
            severity="medium",
            action="Decide",
        )


def register() -> None:
    of_rails = Panel(
        "label",
        "guard_rails",
        "Guard rails",
        "label_guard_rails",
        link="Set guard rails",
        rows=_rails,
        empty="None is on.",
        position=10,
    )
    of_tests = Panel(
        "label", "tests", "Tests", "label_access_tests", link="All tests", rows=_tests, empty="None yet.", position=20
    )
    panels.register(of_rails)
    panels.register(of_tests)
    panels.register(Panel("overview.attention", "safeguards", "Safeguards", rows=_waiting, permission=SEE_IAM))
