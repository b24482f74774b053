"""Sets guard rails: of one AWS account, or of several at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from access.guard_rails.content import KIND, RailContent
from access.guard_rails.rules import OWN
from accounts.models import Operator
from sync.models import Safeguard, SafeguardVersion
from sync.safeguards import services
from sync.safeguards.in_force import versions_of
from sync.safeguards.scopes import Scope
from sync.safeguards.services import SafeguardError, Wanted


@dataclass(frozen=True)
class WantedRail:
    """`name`: what operators call it; of a rule that the console has, its title."""

    name: str
    content: RailContent
    reason: str = ""

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.name, self.content.as_json(), self.content.is_blocking, self.reason)


def rail_of(scope: Scope, rule: str) -> SafeguardVersion | None:
    """The version in force of a rule of which there is one; None where nobody has set it."""
    return next((each for each in versions_of(scope, KIND) if each.content["rule"] == rule), None)


@transaction.atomic
def set_rail(*, scope: Scope, actor: Operator, rail: WantedRail) -> SafeguardVersion:
    """Of a rule of which there is one. Raises SafeguardError."""
    type(scope)._default_manager.select_for_update().get(pk=scope.pk)  # so that two at once don't make two of it
    before = rail_of(scope, rail.content.rule)
    if before is None:
        return services.make(kind=KIND, scope=scope, actor=actor, wanted=rail.wanted)
    return services.change(safeguard=before.safeguard, actor=actor, wanted=rail.wanted)


def make_own(*, scope: Scope, actor: Operator, rail: WantedRail) -> SafeguardVersion:
    """Raises SafeguardError."""
    return services.make(kind=KIND, scope=scope, actor=actor, wanted=rail.wanted)


def change_own(*, safeguard: Safeguard, actor: Operator, rail: WantedRail) -> SafeguardVersion:
    """Raises SafeguardError."""
    return services.change(safeguard=safeguard, actor=actor, wanted=rail.wanted)


@dataclass(frozen=True)
class SetInScope:
    """What came of it there: the version, which may wait for a second person, or why not."""

    scope: Scope
    version: SafeguardVersion | None = None
    why_not: str = ""


def set_in_each(*, rails: Mapping[Scope, WantedRail], actor: Operator) -> Sequence[SetInScope]:
    """The same in several AWS accounts: each as if it were set there alone, with an audit entry of its own."""
    found = []
    for scope, rail in rails.items():
        act = make_own if rail.content.rule == OWN else set_rail
        try:
            found.append(SetInScope(scope, act(scope=scope, actor=actor, rail=rail)))
        except SafeguardError as problem:
            found.append(SetInScope(scope, why_not=str(problem)))
    return found
