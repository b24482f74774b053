"""Says on a plan which parameters have characters that nobody sees: pages show them, and few look for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from accounts.models import AwsAccount
from characters import unseen_in
from sync.checks import PlanCheck, PlanFinding
from sync.operation_mixins import written_document
from sync.operations import PlannedStep


class UnseenCheck(PlanCheck):
    """Policy documents are lint's: see policies/engine/lint/grammar.py."""

    name = "unseen"

    def look(self, aws_account: AwsAccount, steps: Sequence[PlannedStep]) -> list[PlanFinding]:
        return [finding for step in steps for finding in _of_step(aws_account, step)]


def _of_step(aws_account: AwsAccount, step: PlannedStep) -> Iterator[PlanFinding]:
    document = written_document(step.operation, aws_account, step.params)
    for name, value in asdict(step.params).items():
        numbers = list(
            dict.fromkeys(number for text in _texts(value) if text != document for number in unseen_in(text))
        )
        if numbers:
            listed = ", ".join(numbers)
            message = f"{name} has {listed}, which nobody sees: look where this page shows ⟨{numbers[0]}⟩."
            yield PlanFinding("INVISIBLE_CHARACTER", "warning", message, step.position, about=(name, *numbers))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in (*value, *value.values()):
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
