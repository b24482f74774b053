"""The actions of a statement as choices, by service and access level: chosen by name, or within a wildcard.

Service Authorization Reference: the actions table of each service. An action with two levels is shown once, under the
one that isn't Write ("Access levels in policy summaries", IAM User Guide).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel
from policies.engine.compiled import ActionPatterns
from policies.engine.summary import actions_by_level

SHOWN = 10  # of a level, until all are asked for
_PUNCTUATION = len('"",')


@dataclass(frozen=True)
class ActionChoice:
    """`is_chosen`: by its name. `is_within`: a wildcard of the statement has it."""

    name: str
    is_chosen: bool
    is_within: bool

    @property
    def short(self) -> str:
        """Without the service."""
        return self.name.partition(":")[2]


@dataclass(frozen=True)
class LevelChoices:
    """All actions of a service with one level. `fitting`: those that the filter lets through, as they are shown."""

    level: AccessLevel
    choices: tuple[ActionChoice, ...]
    fitting: tuple[ActionChoice, ...]
    is_whole: bool  # all that fit are shown, not the first ten only
    brackets: int  # characters that a list adds when the first name is written

    @property
    def chosen(self) -> tuple[ActionChoice, ...]:
        return tuple(each for each in self.choices if each.is_chosen)

    @property
    def within(self) -> int:
        """How many a wildcard has that aren't chosen by name."""
        return sum(each.is_within and not each.is_chosen for each in self.choices)

    @property
    def price(self) -> int:
        """How many characters the names of all would add, as AWS counts them."""
        return sum(len(each.name) + _PUNCTUATION for each in self.choices if not each.is_chosen) + self.brackets

    @property
    def shown(self) -> tuple[ActionChoice, ...]:
        """The chosen ones first; more than ten only if so many are chosen, or if all are asked for."""
        if self.is_whole:
            return self.fitting
        chosen = [each for each in self.fitting if each.is_chosen]
        others = [each for each in self.fitting if not each.is_chosen]
        return (*chosen, *others[: max(0, SHOWN - len(chosen))])

    @property
    def more(self) -> int:
        return len(self.fitting) - len(self.shown)

    @property
    def can_give_more_access(self) -> bool:
        return self.level is AccessLevel.PERMISSIONS


def action_groups(
    prefix: str,
    written: str | Sequence[str],
    *,
    words: str = "",
    only_chosen: bool = False,
    whole: Collection[str] = (),
) -> tuple[LevelChoices, ...]:
    """Of a service that the catalogue has. `written`: the statement's Action; `whole`: names of levels.

    `words`: parts of names, or a pattern such as `s3:Get*`; a choice fits one of them.
    """
    patterns = [written] if isinstance(written, str) else written
    brackets = len("[]") if isinstance(written, str) else 0 if written else -len(",")
    chosen = {each.lower() for each in patterns}
    within = ActionPatterns([each for each in patterns if is_wildcard(each)])
    found = []
    for level, names in actions_by_level(prefix).items():
        listed = sorted(names, key=str.lower)
        choices = tuple(ActionChoice(name, name.lower() in chosen, name.lower() in within) for name in listed)
        fitting = tuple(each for each in choices if _fits(each, words) and (each.is_chosen or not only_chosen))
        found.append(LevelChoices(level, choices, fitting, level.name.lower() in whole, brackets))
    return tuple(found)


def is_wildcard(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


def services_of(patterns: Iterable[str]) -> tuple[str, ...]:
    """The prefixes that the patterns name, in their order, in lower case; those that AWS doesn't have too."""
    named = (each.partition(":")[0].lower() for each in patterns if ":" in each)
    return tuple(dict.fromkeys(prefix for prefix in named if prefix and not is_wildcard(prefix)))


def known_services() -> Iterator[tuple[str, str]]:
    """(prefix, name), by name."""
    return iter(sorted(catalogue.service_names().items(), key=lambda each: (each[1].lower(), each[0])))


def _fits(choice: ActionChoice, words: str) -> bool:
    several = words.lower().replace(",", " ").split()
    return not several or any(_fits_word(choice.name.lower(), word) for word in several)


def _fits_word(name: str, word: str) -> bool:
    if not is_wildcard(word):
        return word in name
    pattern = word if ":" in word else f"*:{word}"
    return name in ActionPatterns([pattern])
