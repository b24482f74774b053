"""Whom a plan makes an administrator, found without asking the evaluator about everybody."""

from __future__ import annotations

from functools import cached_property

from access.escalation.administrator import is_administrator
from access.holders import Holder, caller_named
from access.plans.comparing import text
from access.plans.holdings import NOTHING, Combination
from access.surroundings import Surroundings, surroundings_of
from policies.engine.compiled import compiled
from policies.engine.layers import LayerPolicy


class Administrators:
    """Remembers: few different combinations of documents can make one."""

    def __init__(self, account_id: str) -> None:
        self._account_id = account_id
        self._known: dict[tuple[frozenset[str], str | None, bool], bool] = {}

    def becomes(self, arn: str, before: Combination, after: Combination) -> bool:
        return self._is_one(arn, after) and not self._is_one(arn, before)

    @cached_property
    def _surroundings(self) -> Surroundings:
        return surroundings_of(self._account_id)

    def _is_one(self, arn: str, has: Combination) -> bool:
        if not any(text(document).is_wide for document in has.documents):
            return False
        that_matter = frozenset(each for each in has.documents if text(each).is_wide or text(each).denies)
        key = (that_matter, has.boundary, ":role/" in arn)
        if key not in self._known:
            self._known[key] = self._asked(arn, that_matter, has.boundary)
        return self._known[key]

    def _asked(self, arn: str, documents: frozenset[str], boundary: str | None) -> bool:
        caller = caller_named(arn)
        if caller is None:
            return False
        holder = Holder(
            caller,
            0,
            "",
            tuple(LayerPolicy("", compiled(document)) for document in documents),
            None if boundary is None else LayerPolicy("", compiled(boundary)),
            trust=LayerPolicy("", compiled(NOTHING)) if ":role/" in arn else None,
        )
        return is_administrator(holder, self._surroundings)
