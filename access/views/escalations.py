"""Who can become an administrator, and how: the paths of an AWS account, what would end them, and which are muted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from access.cuts.account_paths import AccountPaths, PathGroup, PathView, account_paths, grouped
from access.cuts.candidates import CutHow
from access.cuts.losses import RankedCut, ranked
from access.cuts.path_graph import path_graph
from access.cuts.steps import NoSuchCutError, steps_of
from access.escalation.finding_source import RULES
from access.object_links import principal_url
from access.saved_tests.content import DENIED
from access.simulation.question import SimulationQuestion
from access.views.anywhere import certificate_lines
from access.views.beyond import HopLine, Seen, entered_lines, hop_lines, mute_url
from access.views.seen import aws_account_seen
from accounts.access import fetch_aws_account, may, signed_in
from accounts.models import AwsAccount
from accounts.roles import MUTE, PROPOSE
from findings.models import Finding, FindingQuerySet
from findings.mute_limits import MOST_AT_ONCE
from iamconsole.web.words import counted
from sync import changes
from sync.safeguards.services import may_change

SHOWN = 100  # groups of equal paths
SHOWN_CUTS = 8
NAMED = 5  # principals of a group
MOST_TESTED = 20  # principals of a test that is offered
TRYING_S = 1.5  # that a page waits for cuts that weren't tried yet
OPEN, MUTED = "open", "muted"


@require_GET
def escalations(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    rows = Finding.objects.filter(aws_account=aws_account, rule__in=RULES).there()

    def seen(other: str) -> AwsAccount | None:
        return aws_account if other == account_id else aws_account_seen(request, other)

    if request.GET.get("state") == MUTED:
        context = _muted(aws_account, rows, seen)
    else:
        context = _open(aws_account, rows, seen, of=request.GET.get("of", ""))
    may_test = may_change(signed_in(request), aws_account, blocks=False)
    context |= {
        "test_url": _test_url(aws_account, context.get("best")) if may_test else "",
        "aws_account": aws_account,
        "may_stage": may(signed_in(request), PROPOSE, aws_account),
        "may_mute": may(signed_in(request), MUTE, aws_account),
        "here": request.get_full_path(),
    }
    return render(request, "access/escalations.html", context)


def _tabs(aws_account: AwsAccount, current: str, total: int, muted: int) -> list[dict[str, Any]]:
    url = reverse("escalations", kwargs={"account_id": aws_account.account_id})
    return [
        {"label": "Open", "url": url, "current": current == OPEN, "count": total},
        {"label": "Muted", "url": f"{url}?state={MUTED}", "current": current == MUTED, "count": muted},
    ]


# ---- Open ones ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PathLine:
    """Equal paths in one line. `named`: principals with their addresses. `mute_url`: of the first `muting` of them; ""
    until they are findings. `hops`: of paths that lead over other AWS accounts, what is done there.
    """

    group: PathGroup
    named: Sequence[tuple[str, str]]
    more: int
    ends: int  # how many of them the proposed cut ends
    mute_url: str
    muting: int
    hops: Sequence[HopLine] = ()

    @property
    def leaves_some(self) -> bool:
        """Whether more are left when these are muted."""
        return self.muting < len(self.group.paths)


def _open(aws_account: AwsAccount, rows: FindingQuerySet, seen: Seen, *, of: str) -> dict[str, Any]:
    """`of`: the unique id of the one whose paths are shown; "" for all."""
    found = account_paths(aws_account)
    known = {row.fingerprint: row for row in rows.only("fingerprint", "state", "muted_until", "first_seen")}
    muted = {row.fingerprint for row in known.values() if row.is_muted}
    paths = [path for path in found.paths if path.fingerprint not in muted and of in ("", path.unique_id)]
    if paths:
        found.trials.go_on(aws_account, TRYING_S)
    cuts = ranked(aws_account, found.index, found.trials.found, {path.number for path in paths})[:SHOWN_CUTS]
    groups = grouped(paths, lambda account_id: seen(account_id) is not None)
    entered = [line for line in entered_lines(aws_account, seen) if line.fingerprint not in muted and not of]
    here = reverse("escalations", kwargs={"account_id": aws_account.account_id})
    ends = cuts[0].tried.ends if cuts else frozenset[int]()
    return {
        "state": OPEN,
        "of": of,
        "tabs": _tabs(aws_account, OPEN, len(paths) + len(entered), len(muted)),
        "total": len(paths),
        "people": len({path.source for path in paths}),
        "lines": [_line(aws_account, group, ends, known, seen) for group in groups[:SHOWN]],
        "entered": [(line, mute_url(aws_account, line, known, here)) for line in entered],
        "by_certificate": [] if of else certificate_lines(aws_account, {path.unique_id for path in paths}),
        "left_out": len(groups) - SHOWN,
        "cuts": cuts,
        "best": cuts[0] if cuts else None,
        "stays": _stays(paths, ends),
        "untried": not found.trials.is_done,
        "graph": path_graph(groups, ends, lambda path: principal_url(aws_account, path.unique_id, path.is_role)),
        "not_read": sorted(found.index.surroundings.not_read.values()),
        "first_seen": min((row.first_seen for row in known.values() if not row.is_muted), default=None),
        "is_sure": any(not path.supposes for path in paths),
    }


def _test_url(aws_account: AwsAccount, best: RankedCut | None) -> str:
    """Of the form of a test that the denial stays, for whoever it is about; "" where that isn't the cut, or many."""
    if best is None or best.cut.how is not CutHow.LIMIT or not 0 < len(best.losing) <= MOST_TESTED:
        return ""
    question = SimulationQuestion(tuple(best.losing), (best.cut.action,), best.cut.others)
    url = reverse("access_test_new", kwargs={"account_id": aws_account.account_id})
    return f"{url}?{urlencode([*question.pairs(), ('expected', DENIED)])}"


def _stays(paths: Sequence[PathView], ends: frozenset[int]) -> Sequence[str]:
    """The names of whom paths stay of, each once."""
    return list(dict.fromkeys(path.name for path in paths if path.number not in ends))


def _line(
    aws_account: AwsAccount, group: PathGroup, ends: frozenset[int], known: Mapping[str, Finding], seen: Seen
) -> PathLine:
    named = [(path.name, principal_url(aws_account, path.unique_id, path.is_role)) for path in group.paths[:NAMED]]
    pks = [known[path.fingerprint].pk for path in group.paths if path.fingerprint in known][:MOST_AT_ONCE]
    here = reverse("escalations", kwargs={"account_id": aws_account.account_id})
    query = urlencode([*(("finding", pk) for pk in pks), ("next", here)])
    url = f"{reverse('mute_findings', kwargs={'account_id': aws_account.account_id})}?{query}" if pks else ""
    hops = hop_lines(group.first.lead.hops, seen) if group.first.lead else []
    return PathLine(group, named, len(group.paths) - len(named), len(group.numbers & ends), url, len(pks), hops)


# ---- Muted ones --------------------------------------------------------------------------------------------------
def _muted(aws_account: AwsAccount, rows: FindingQuerySet, seen: Seen) -> dict[str, Any]:
    muted = rows.muted_at(timezone.now())
    findings = list(muted.select_related("muted_by").order_by("muted_until", "pk")[:SHOWN])
    total = muted.count()
    there = len(account_paths(aws_account).paths) + len(entered_lines(aws_account, seen))
    return {
        "state": MUTED,
        "tabs": _tabs(aws_account, MUTED, max(0, there - total), total),
        "findings": findings,
        "left_out": total - len(findings),
    }


# ---- A cut becomes a change ----------------------------------------------------------------------------------------
@require_POST
def stage_cut(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    here = redirect("escalations", account_id=account_id)
    found = account_paths(aws_account)
    best = _named(aws_account, found, request.POST.get("cut", ""))
    if best is None:
        messages.error(request, "That isn’t among the cuts any more: policies have changed. Choose another one.")
        return here
    title = best.words[:200]
    of = counted(len(found.paths), "privilege escalation path")
    try:
        change = changes.propose(
            aws_account=aws_account,
            actor=signed_in(request),
            title=title,
            reason=f"Ends {best.ended} of {of}.",
            steps=steps_of(aws_account, best.cut),
        )
    except (NoSuchCutError, changes.PlanError) as refusal:
        messages.error(request, str(refusal))
        return here
    return redirect("change", account_id=account_id, pk=change.pk)


def _named(aws_account: AwsAccount, found: AccountPaths, key: str) -> RankedCut | None:
    """Tried here, where the process that showed it is another one than this."""
    while found.trials.named(key) is None and not found.trials.is_done:
        found.trials.go_on(aws_account, TRYING_S)
    tried = found.trials.named(key)
    if tried is None or not tried.ends:
        return None
    return ranked(aws_account, found.index, [tried], range(len(found.paths)))[0]
