"""What somebody types into the search box, read: "role deploy" are roles, "“role deploy”" is what is called so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from characters import UNSEEN

LONGEST = 600  # characters: an ARN of IAM with the longest path and name fits
_SPACES = re.compile(r"\s+")
_QUOTED = re.compile(r"[\"“”«»](.+)[\"“”«»]", re.DOTALL)
_AROUND = "\"'`“”„’‘«»,;"  # what is copied along with an id out of a log or a sentence
_BOUNDARY = re.compile(r"(?<=[^\W_])(?=[_\W])|(?<=[\W_])(?=[^\W_])|(?<=[a-z0-9])(?=[A-Z])")


class Rank(IntEnum):
    """How well something fits: the best first."""

    EXACT = 0
    BEGINS = 1
    WORD = 2  # a word of its name begins so
    PART = 3


@dataclass(frozen=True)
class SearchQuery:
    """`words` as they were typed; `text` is what is looked for, in `kinds` (names; none: in all).

    `is_literal`: put into quotation marks, so that no word of it means a kind.
    """

    words: str
    text: str
    kinds: frozenset[str] = frozenset()
    kind_word: str = ""
    is_literal: bool = False
    was_longer: bool = False

    @cached_property
    def key(self) -> str:
        return self.text.casefold()

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """All of which a thing has to have: words of three characters or more each, or the text as it is."""
        parts = tuple(dict.fromkeys(self.key.split()))
        return parts if len(parts) > 1 and min(map(len, parts)) > 2 and not self.is_literal else (self.key,)

    def rank(self, name: str, *others: str) -> Rank:
        """Of something called so; `others`: its ids, which count as a name does when they are asked for as a whole."""
        if any(self.key == other.casefold() for other in (name, *others)):
            return Rank.EXACT
        if any(other.casefold().startswith(self.key) for other in (name, *others)):
            return Rank.BEGINS
        starts = _word_starts(name)
        return Rank.WORD if all(_begins_a_word(starts, text) for text in self.texts) else Rank.PART

    def fits(self, *texts: str) -> bool:
        """Whether all that is asked for is in one of the texts or in them together."""
        whole = "\n".join(texts).casefold()
        return all(text in whole for text in self.texts)


def _word_starts(name: str) -> list[str]:
    """ "lambda-orders" → ["lambda-orders", "-orders", "orders"], in lower case."""
    return [name.casefold(), *(name[found.start() :].casefold() for found in _BOUNDARY.finditer(name))]


def _begins_a_word(starts: list[str], text: str) -> bool:
    return any(start.startswith(text) for start in starts)


def read(typed: str, kinds_by_word: Mapping[str, frozenset[str]]) -> SearchQuery:
    """`kinds_by_word`: names of kinds by what people call them, in lower case ("role", "user pools")."""
    whole = _SPACES.sub(" ", UNSEEN.sub("", typed)).strip()
    words = whole[:LONGEST].strip()
    longer = len(whole) > LONGEST
    if quoted := _QUOTED.fullmatch(words):
        return SearchQuery(words, quoted[1].strip(), is_literal=True, was_longer=longer)
    lowered = words.casefold()
    for word in sorted(kinds_by_word, key=len, reverse=True):
        rest = words[len(word) :].lstrip(" :").strip(_AROUND).strip()
        if rest and lowered.startswith((f"{word} ", f"{word}: ")):
            return SearchQuery(words, rest, kinds_by_word[word], word, was_longer=longer)
    return SearchQuery(words, words.strip(_AROUND).strip(), was_longer=longer)
