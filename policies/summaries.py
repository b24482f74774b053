"""What a document allows and denies, by service, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from policies.engine import catalogue
from policies.engine.statements import document_in
from policies.engine.summary import ServiceAccess, summary

MOST_SERVICES = 50


@dataclass(frozen=True)
class PolicySummaryView:
    """`more`: services that aren't shown; `is_everything`: all actions of all services, on everything."""

    effect: str
    services: Sequence[ServiceAccess]
    more: int
    is_everything: bool


@lru_cache(maxsize=128)
def summaries_of(text: str) -> list[PolicySummaryView]:
    """Of what it allows, and of what it denies, where it does."""
    found = summary(document_in(text))
    by_effect = [("Allows", found.allows), ("Denies", found.denies)]
    return [_of(effect, services) for effect, services in by_effect if services]


def _of(effect: str, services: Sequence[ServiceAccess]) -> PolicySummaryView:
    is_everything = len(services) == len(catalogue.service_names()) and all(
        each.is_full and each.on_everything and not each.conditions for each in services
    )
    return PolicySummaryView(effect, services[:MOST_SERVICES], len(services[MOST_SERVICES:]), is_everything)
