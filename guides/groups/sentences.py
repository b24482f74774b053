"""What is proved of the move into groups, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_constraints.arn import name_of
from guides.groups.proof import AccessProof
from guides.sentences import NO, UNKNOWN, YES, Sentence
from iamconsole.web.words import counted, number, some

_SHOWN = 5


def sentences_of(proof: AccessProof) -> Iterator[Sentence]:
    if proof.differing:
        yield Sentence(NO, f"Access changes for {_names(proof.differing)}.")
    if proof.unknown:
        yield Sentence(UNKNOWN, f"The access of {_names(proof.unknown)} stays the same.")
    if proof.same:
        yield Sentence(YES, _same(proof), [_how(proof)])
    if proof.at_risk:
        yield Sentence(NO, f"In between, {_names(proof.at_risk)} would have less than before.")
    else:
        words = "In between nobody has less: groups give before users give up, wherever the change stops."
        yield Sentence(YES, words)
    yield from (Sentence(NO, risk) for risk in proof.measure.risks)
    if proof.measure.notes:
        yield Sentence(UNKNOWN, "Nobody else gets a way to become an administrator.", proof.measure.notes)
    elif not proof.measure.risks:
        yield Sentence(YES, "Nobody gets a new way to become an administrator, by what may change these groups either.")


def _same(proof: AccessProof) -> str:
    """Of everybody whom it touches."""
    if proof.differing or proof.unknown:
        return f"Of {counted(len(proof.same), 'other user')} nothing changes."
    return f"Nobody’s access changes: proved for {counted(len(proof.same), 'user')}."


def _how(proof: AccessProof) -> str:
    same = "the very same policies before and after, within the same boundary and control policies"
    if proof.alike == len(proof.states):
        return f"Each has {same}."
    return f"{number(proof.alike)} of {number(len(proof.states))} have {same}; what the others have was compared."


def _names(arns: Sequence[str]) -> str:
    return some([name_of(arn) for arn in arns[:_SHOWN]], len(arns))


def summary_of(proof: AccessProof) -> str:
    """For a screen reader, when it has changed."""
    if proof.is_proved:
        return f"Nobody’s access changes: proved for {counted(len(proof.same), 'user')}."
    if not proof.differing and not proof.unknown and proof.measure.notes:
        return "It isn’t proved that nobody gets a way to become an administrator."
    return f"It isn’t proved that nobody’s access changes: {len(proof.differing)} differ, {len(proof.unknown)} unknown."
