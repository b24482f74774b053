"""The answers of a question to all principals: who may, decided as which request, and why."""

from __future__ import annotations

from collections.abc import Hashable
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from access.holders import Holder
from policies.engine.combine import Decision
from policies.engine.conditions import Context
from policies.engine.evaluate import VerdictReason
from policies.engine.layers import LayerName
from policies.engine.somewhere import REGION

if TYPE_CHECKING:
    from access.question import WhoCanQuestion

_GRANTING = (LayerName.IDENTITY, LayerName.RESOURCE)


class ExampleRequest(NamedTuple):
    """What the engine says of an example: keys that the caller chooses, and those that are supposed to be so."""

    chosen: Context = MappingProxyType({})
    supposed: Context = MappingProxyType({})
    is_undecided: bool = False


class WhoCanMatch:
    """A principal who may do what was asked about; why is found out when somebody asks."""

    __slots__ = ("_question", "_where", "decision", "number")

    def __init__(
        self, question: WhoCanQuestion, number: int, decision: Decision, where: ExampleRequest | None = None
    ) -> None:
        """`where`: of a pattern, as which request it is decided."""
        self._question = question
        self._where = where
        self.number = number
        self.decision = decision

    def at(self, where: ExampleRequest) -> WhoCanMatch:
        return WhoCanMatch(self._question, self.number, self.decision, where)

    @property
    def holder(self) -> Holder:
        return self._question.index.holders[self.number]

    @property
    def arn(self) -> str:
        return self.holder.arn

    @property
    def alike(self) -> Hashable:
        """Two with the same, and the same decision, have it because of the same statements."""
        return id(self._question), self._question.deciding(self.number)

    @property
    def because(self) -> list[VerdictReason]:
        """The statements that allow it, of the principal's own policies and of the resource's."""
        return [
            reason
            for reason in self._question.verdict(self.number).reasons
            if reason.effect == "Allow" and reason.layer in _GRANTING and reason.policy
        ]

    @property
    def example(self) -> tuple[str, str]:
        """The action and the resource that it was decided for."""
        return self._question.about

    @property
    def chosen(self) -> Context:
        """Condition keys that the caller has to choose so, for the example to be allowed."""
        return self._where.chosen if self._where else {}

    @property
    def region(self) -> str:
        """Where the example is, or where the request has to be sent; "" where that makes no difference."""
        parts = self._question.about[1].split(":", 5)
        in_arn = parts[3] if len(parts) == 6 else ""
        return in_arn or next(iter(self.chosen.get(REGION, ())), "")

    @property
    def account(self) -> str:
        """The AWS account of the example."""
        return self._question.account

    @property
    def allowed_if(self) -> Context | None:
        """Of what is unknown, values of condition keys with which it is allowed; an empty tuple: without the key.

        None: nobody knows any.
        """
        if self.decision is not Decision.UNKNOWN:
            return None
        if self._where is not None:
            return None if self._where.is_undecided else self._where.supposed
        return self._question.allowed_if(self.number)

    @property
    def is_undecided(self) -> bool:
        """Whether there was too much to try."""
        return self._where is not None and self._where.is_undecided

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The context keys that decide, where they aren't known."""
        if self.decision is not Decision.UNKNOWN or self.is_undecided:
            return ()
        keys = set(self._question.verdict(self.number).missing_context)
        return tuple(sorted(keys.union(self._where.supposed if self._where else ())))

    @property
    def not_read(self) -> list[LayerName]:
        """What could still change it."""
        return sorted(self._question.not_read(self.number))
