"""Fault rules: what tests make AWS do wrong."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from threading import Condition
from typing import Any, Literal

from emulator.callers import caller_of
from emulator.wire import AwsError, AwsRequest

When = Literal["before", "after"]
_LISTINGS = ("", "split", "doubled", "shuffled")

_POLL_S = 0.05


class ClientGone(ConnectionAbortedError):
    """The client left before it had its answer."""


@dataclass
class Rule:
    """One rule. Its parts act in this order: wait `delay_s`, hold, then the error or the broken connection.

    `probability` is drawn alike each time after rules are set: the same calls meet the same faults.
    `when` is "before" AWS acts (so AWS does nothing, if the rule answers or the client leaves) or "after" (AWS has
    done it, the client doesn't learn so). `action` may be "*", or several calls that share a quota, as
    "ListUsers|ListUsersInGroup"; `account` is the AWS account that is called. `times` is how often the rule acts; None
    is always.
    `listing` (with "before") is how GetAccountAuthorizationDetails tells of the same objects: each "split" in two
    parts, each "doubled" at the end, or all "shuffled" (and so the columns of GetCredentialReport). It must stay the
    same from page to page.
    """

    action: str
    when: When = "before"
    service: str | None = None
    account: str | None = None
    probability: float = 1.0
    times: int | None = None
    error: dict[str, Any] | None = None
    delay_s: float = 0.0
    hold: bool = False
    truncate: bool = False
    listing: str = ""

    def __post_init__(self) -> None:
        if self.when not in ("before", "after"):
            raise ValueError(f"when is 'before' or 'after', not {self.when!r}")
        if self.listing not in _LISTINGS or (self.listing and self.when == "after"):
            raise ValueError(f"listing is one of {_LISTINGS} and goes with 'before', not {self.listing!r}")
        if self.error is not None and not {"code"} <= set(self.error) <= {"code", "status", "message"}:
            raise ValueError("error has a code and may have status and message")

    def matches(self, request: AwsRequest, when: When, chance: random.Random) -> bool:
        return (
            self.when == when
            and (self.action == "*" or request.action in self.action.split("|"))
            and self.service in (None, request.service)
            and (self.account is None or self.account == caller_of(request).account_id)
            and self.times != 0
            and chance.random() < self.probability
        )

    def as_error(self) -> AwsError | None:
        if self.error is None:
            return None
        code = str(self.error["code"])
        return AwsError(code, str(self.error.get("message", code)), int(self.error.get("status", 400)))


class Faults:
    """The rules in force, and the requests that they hold. Thread-safe; a held request blocks nobody else."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._rules: list[Rule] = []
        self._chance = random.Random()  # noqa: S311 (faults are no secrets)
        self._releases = 0

    def replace(self, rules: list[dict[str, Any]]) -> None:
        """Raises TypeError or ValueError for a rule that isn't one; then nothing is replaced."""
        parsed = [Rule(**rule) for rule in rules]
        with self._changed:
            self._rules = parsed
            self._chance.seed(0)

    def current(self) -> list[dict[str, Any]]:
        with self._changed:
            return [asdict(rule) for rule in self._rules]

    def release(self) -> None:
        """Lets go of everything that is held now; what comes later is held again."""
        with self._changed:
            self._releases += 1
            self._changed.notify_all()

    def meet(self, request: AwsRequest, when: When, *, on_hold: Callable[[], None]) -> Rule | None:
        """Waits as the first fitting rule says and returns it. Raises ClientGone if the client leaves meanwhile."""
        with self._changed:
            rule = next((rule for rule in self._rules if rule.matches(request, when, self._chance)), None)
            if rule is None:
                return None
            if rule.times is not None:
                rule.times -= 1
            releases = self._releases
        if rule.delay_s:
            self._wait(request, releases=None, until=time.monotonic() + rule.delay_s)
        if rule.hold:
            on_hold()
            self._wait(request, releases=releases, until=None)
        return rule

    def _wait(self, request: AwsRequest, *, releases: int | None, until: float | None) -> None:
        with self._changed:
            while releases is None or releases == self._releases:
                left = _POLL_S if until is None else min(_POLL_S, until - time.monotonic())
                if left <= 0:
                    return
                self._changed.wait(left)
                if request.client_is_gone:
                    raise ClientGone
