"""What the console may do in an AWS account: what its roles need, feature by feature, and what was found of it so far.

Pulls and changes have tried most of it already: the page asks AWS nothing, until an owner has it asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from accounts.roles import ADMINISTER
from sync import connect, mirror
from sync.aws.permission import IAM, Permission, RolePart, parts_of, permissions_of
from sync.aws.purpose import Tier
from sync.models import Attempt, Change, Step
from sync.operations import registry
from sync.selectors import coverages_by_place

RECENT_CHANGES = 500  # that are looked through; what was tried before says little of today


@dataclass(frozen=True)
class Trial:
    """What came of trying an action: `why` is a sentence, "" where it worked."""

    at: datetime | None
    why: str = ""


@dataclass(frozen=True)
class Feature:
    """What permissions are for. `refused` and `worked` are of the last pulls and changes that needed one of them."""

    words: str
    actions: list[str]
    trials: list[Trial]

    @property
    def refusal(self) -> Trial | None:
        return next((trial for trial in self.trials if trial.why), None)

    @property
    def worked_at(self) -> datetime | None:
        return max((trial.at for trial in self.trials if trial.at and not trial.why), default=None)


@dataclass(frozen=True)
class RoleFeatures:
    """What one of the console's two roles needs for one part."""

    tier: Tier
    part: RolePart
    features: list[Feature]

    @property
    def key(self) -> str:
        return f"{self.tier}-{self.part.name}"

    @property
    def title(self) -> str:
        return f"{'Reading' if self.tier == 'read' else 'Writing'} {self.part.title}".rstrip()

    @property
    def refused(self) -> list[Feature]:
        return [feature for feature in self.features if feature.refusal]

    @property
    def worked(self) -> list[Feature]:
        return [feature for feature in self.features if feature.worked_at and not feature.refusal]


@require_http_methods(["GET", "POST"])
def permissions(request: HttpRequest, account_id: str) -> HttpResponse:
    """A POST has AWS asked, which takes some seconds: for owners."""
    aws_account = fetch_aws_account(request, account_id)
    context: dict[str, Any] = {"aws_account": aws_account}
    if aws_account.is_connected:
        context["roles"] = list(roles_of(aws_account))
        if request.method == "POST":
            aws_account = fetch_aws_account(request, account_id, ADMINISTER)
            context["reports"] = connect.check(aws_account)
    return render(request, "sync/permissions.html", context)


def roles_of(aws_account: AwsAccount) -> Iterator[RoleFeatures]:
    found: Mapping[Tier, Mapping[str, list[Trial]]] = {
        "read": _by_action(_of_pulls(aws_account)),
        "write": _by_action(_of_changes(aws_account)),
    }
    for tier, trials in found.items():
        for part in (IAM, *parts_of(tier)):
            yield RoleFeatures(tier, part, list(_features(permissions_of(tier, part), trials)))


def _features(needed: list[Permission], trials: Mapping[str, list[Trial]]) -> Iterator[Feature]:
    for words, group in groupby(sorted(needed, key=lambda each: each.feature), key=lambda each: each.feature):
        actions = sorted(permission.action for permission in group)
        yield Feature(words, actions, [trial for action in actions for trial in trials.get(action, ())])


def _by_action(trials: Iterable[tuple[str, Trial]]) -> dict[str, list[Trial]]:
    found: dict[str, list[Trial]] = {}
    for action, trial in trials:
        found.setdefault(action, []).append(trial)
    return found


# ---- What pulls found ----------------------------------------------------------------------------------------
def _of_pulls(aws_account: AwsAccount) -> Iterator[tuple[str, Trial]]:
    """A refused pull says which action was refused, and nothing of the others that its source needs."""
    for (name, _), coverage in coverages_by_place(aws_account).items():
        needed = _needed_by(mirror.sources[name]) if name in mirror.sources else set()
        if coverage.state == "denied":
            yield from ((action, Trial(None, coverage.why)) for action in _refused_of(needed, coverage.why))
        elif coverage.is_read:
            yield from ((action, Trial(coverage.at)) for action in needed)


def _needed_by(source: mirror.Source) -> set[str]:
    mirrors = [mirror.registry.get((kind, source.facet)) for kind in source.kinds]
    permissions = [*source.permissions, *(each for found in mirrors if found for each in found.permissions)]
    return {permission.action for permission in permissions if permission.tier == "read"}


# ---- What changes found --------------------------------------------------------------------------------------
def _of_changes(aws_account: AwsAccount) -> Iterator[tuple[str, Trial]]:
    """By kind of step the last that was done, and the last that was refused, where that is the newer one."""
    recent = Change.objects.filter(aws_account=aws_account).order_by("-pk").values("pk")[:RECENT_CHANGES]
    tried = Attempt.objects.filter(step__change__in=recent).order_by()
    refused = Q(error__class="AccessDeniedError")
    times = tried.values("step__kind").annotate(
        done=Max("finished_at", filter=Q(outcome=Step.State.DONE)), refused=Max("pk", filter=refused)
    )
    by_kind = {each["step__kind"]: each for each in times if each["step__kind"] in registry}
    last = {each.pk: each for each in tried.filter(pk__in=[each["refused"] for each in by_kind.values()])}
    for kind, each in by_kind.items():
        needed = {permission.action for permission in registry[kind].permissions}
        refusal = last.get(each["refused"])
        if refusal and refusal.finished_at and (each["done"] is None or refusal.finished_at > each["done"]):
            why = str(refusal.error.get("sentence", ""))
            yield from ((action, Trial(refusal.finished_at, why)) for action in _refused_of(needed, why))
        elif each["done"]:
            yield from ((action, Trial(each["done"])) for action in needed)


def _refused_of(needed: set[str], why: str) -> set[str]:
    """The action that the sentence names; all of them where it names none, such as that to get in."""
    return {action for action in needed if action in re.findall(r"[\w-]+:\w+", why)} or needed
