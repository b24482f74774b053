"""A request as lists show it."""

from __future__ import annotations

from dataclasses import dataclass

from access_requests.models import AccessRequest
from access_requests.standing import may_be_withdrawn, standing, words_of_decision


@dataclass(frozen=True)
class RequestLine:
    made: AccessRequest
    standing: str
    decision: str
    may_withdraw: bool

    @classmethod
    def of(cls, made: AccessRequest) -> RequestLine:
        return cls(made, standing(made), words_of_decision(made), may_be_withdrawn(made))
