"""Fixes of what lint finds in a draft: one that somebody chose, or all that are safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from policies.engine.diff.compare import PrincipalDocuments
from policies.engine.diff.report import held_denial_diff, held_diff
from policies.engine.document import load
from policies.engine.lint import LintFinding

SAFE = "safe"  # in place of the key of a finding
MOST = 50  # fixes at once; the next click does more
_STEPS = 20_000  # of the comparison of one fix: some milliseconds
_CHANGED = "Nothing was fixed: the text has changed since. Choose a fix from the findings of the text as it is now."
_NO_SAFE = "Nothing was fixed: with each fix that is left the document could allow more. Choose them one by one."


@dataclass(frozen=True)
class FixedDraft:
    """`done`: the titles of the fixes, in their order; `why`: a sentence, where there is none."""

    text: str
    done: tuple[str, ...] = ()
    why: str = ""

    @property
    def words(self) -> str:
        return self.why or f"Fixed: {', '.join(dict.fromkeys(self.done))}."


def key_of(finding: LintFinding) -> str:
    """A finding is known by its code and its place."""
    return f"{finding.code} {finding.start}"


def is_safe(text: str, finding: LintFinding) -> bool:
    """Whether the document with the fix allows nothing more, and denies nothing less, than without it."""
    if finding.fix is None:
        return False
    before, after = load(text), load(finding.fix.applied_to(text))
    if before is None or after is None:
        return False
    was, becomes = PrincipalDocuments([before]), PrincipalDocuments([after])
    comparisons = (held_diff(was, becomes, _STEPS), held_denial_diff(was, becomes, _STEPS))
    return not any(found["gained"] or found["undecided"] for found in comparisons)


def fixed(text: str, key: str, look: Callable[[str], Sequence[LintFinding]]) -> FixedDraft:
    """`key`: `key_of` a finding, or SAFE. `look` finds what there is in a text, after each fix anew."""
    done: list[str] = []
    while len(done) < (MOST if key == SAFE else 1):
        fitting = (each for each in look(text) if (is_safe(text, each) if key == SAFE else key_of(each) == key))
        fix = next((each.fix for each in fitting if each.fix), None)
        if fix is None or fix.applied_to(text) == text:
            break
        text = fix.applied_to(text)
        done.append(fix.title)
    return FixedDraft(text, tuple(done), "" if done else _NO_SAFE if key == SAFE else _CHANGED)
