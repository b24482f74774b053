"""Actions of a draft that the catalogue doesn't know: what AWS doesn't know, nobody is given or loses by it.

The catalogue is of a day, and AWS goes on: of a service that it doesn't know either, nothing can be said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from iamconsole.web.words import some
from policies.access_lines import Item
from policies.engine import catalogue

_DONE = {"gained": "added", "allowed_again": "added", "lost": "removed", "denied": "removed", "perhaps": "changed"}
Kept = Mapping[str, Any]  # by kind of difference `{items, more}`, as `kept_items` has them; other names beside


@dataclass(frozen=True)
class KnownDifferences:
    """`kept`: of each that was given, what is about actions that the catalogue knows; None where that is nothing.
    `sentences`: about the others.
    """

    kept: Sequence[Kept | None]
    sentences: Sequence[str]


def known_only(differences: Iterable[Kept]) -> KnownDifferences:
    unknown = _UnknownNames()
    kept = [unknown.taken_out(each) for each in differences]
    return KnownDifferences(kept, list(unknown.sentences()))


@dataclass
class _UnknownNames:
    """The actions that were taken out: by what would have been done, those of known services and of others."""

    actions: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    of_services: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def taken_out(self, difference: Kept) -> Kept | None:
        """What is left of it."""
        kept = dict(difference)
        for kind in kept.keys() & _DONE.keys():
            items = list(self._known(kind, kept[kind]["items"]))
            kept[kind] = {**kept[kind], "items": items}
            if not items and not kept[kind]["more"]:
                del kept[kind]
        is_emptied = difference.keys() & _DONE.keys() and not kept.keys() & _DONE.keys()
        return None if is_emptied else kept

    def _known(self, kind: str, items: Iterable[Item]) -> Iterator[Item]:
        for item in items:
            known = [name for name in item["actions"] if catalogue.actions_matching(name)]
            for name in item["actions"]:
                if name not in known:
                    found = self.actions if _is_of_known_service(name) else self.of_services
                    found[_DONE[kind]].append(name)
            if known or item["more"]:
                yield {**item, "actions": known}

    def sentences(self) -> Iterator[str]:
        at = f"The catalogue of {catalogue.data_date():%-d %b %Y} doesn’t know"
        for done, listed in self.actions.items():
            names = list(dict.fromkeys(listed))
            it, action = ("it", "that action") if len(names) == 1 else ("them", "such actions")
            yield f"{at} {some(names)}: nothing is {done} by {it}, unless AWS has made {action} since."
        for done, listed in self.of_services.items():
            names = list(dict.fromkeys(listed))
            services = list(dict.fromkeys(name.partition(":")[0] for name in names))
            word = "service" if len(services) == 1 else "services"
            yield f"{at} the {word} {some(services)}: what is {done} by {some(names)} is unknown."


def _is_of_known_service(name: str) -> bool:
    return name.partition(":")[0].lower() in catalogue.service_names()  # IAM takes no wildcards there
