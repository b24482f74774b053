"""The faults of Acme one by one, as `data/faults.py` has them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from emulator.sample_estate.data.faults import FAULTS


@dataclass(frozen=True)
class Fault:
    """`says`: words of the finding's sentence, "" where its object has one of the rule only."""

    account_id: str
    rule: str
    name: str
    says: str = ""

    def is_shown_by(self, account_id: str, rule: str, name: str, sentence: str) -> bool:
        is_named = name == self.name or name.rpartition("_")[0] == self.name
        return (account_id, rule) == (self.account_id, self.rule) and is_named and self.says in sentence

    def __str__(self) -> str:
        return f"{self.rule} of {self.name} in {self.account_id}{': ' if self.says else ''}{self.says}"


def all_faults() -> Iterator[Fault]:
    for account_id, by_rule in FAULTS.items():
        for rule, entries in by_rule.items():
            for entry in entries:
                yield Fault(account_id, rule, *([entry] if isinstance(entry, str) else entry))
