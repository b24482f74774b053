"""What somebody did lately, as CloudTrail told when it was asked last: which roles they took on, and what they made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import AwsAccount, Operator
from contain.left_behind import MadeThing, is_making, made_things
from sync.activity import principals
from sync.activity.erasing import ERASED
from sync.activity.people import DoerNames
from sync.activity.principals import ShownCall
from sync.models import ActivityAnswer, MirroredRow, TrailEvent

SHOWN = 12


@dataclass(frozen=True)
class LateCall:
    """`by` and `address` are "" for those who may not see people."""

    call: ShownCall
    by: str
    address: str
    is_making: bool


class Lately:
    """Of a user or role; of others nobody can ask CloudTrail by a name: `row` is None."""

    def __init__(self, aws_account: AwsAccount, row: MirroredRow | None, operator: Operator) -> None:
        self.aws_account, self.row, self._operator = aws_account, row, operator
        self.answer = principals.answer_of(row) if row is not None else None

    @property
    def is_waiting(self) -> bool:
        return self.answer is not None and self.answer.state == ActivityAnswer.State.WAITING

    @property
    def is_told(self) -> bool:
        return self.answer is not None and self.answer.state == ActivityAnswer.State.ANSWERED and not self.is_erased

    @property
    def is_erased(self) -> bool:
        return self.answer is not None and self.answer.calls == ERASED

    @cached_property
    def calls(self) -> Sequence[ShownCall]:
        """The newest first."""
        return principals.calls_in(self.answer) if self.answer else ()

    @cached_property
    def sees_people(self) -> bool:
        if self.row is None:
            return False
        kinds = {"iam.user": TrailEvent.Doer.USER, "iam.role": TrailEvent.Doer.ROLE}
        return DoerNames(self._operator, self.aws_account).may_know(kinds[self.row.kind], self.row.name)

    @property
    def lines(self) -> list[LateCall]:
        sees = self.sees_people
        return [
            LateCall(each, (each.person or each.session) if sees else "", each.address if sees else "", is_making(each))
            for each in self.calls[:SHOWN]
        ]

    @property
    def more(self) -> int:
        return max(0, len(self.calls) - SHOWN)

    @cached_property
    def assumed(self) -> dict[str, datetime]:
        """By the ARN of each role that they took on, when they did so last."""
        found: dict[str, datetime] = {}
        for each in self.calls:
            if each.name.startswith("AssumeRole") and not each.error and each.member == "roleArn":
                found.setdefault(each.about, each.moment)
        return found

    @cached_property
    def made(self) -> list[MadeThing]:
        return made_things(self.aws_account, self.calls)
