"""The intersection of two patterns: a text that both match, if there is one, as an example to evaluate."""

from __future__ import annotations

from functools import lru_cache

_FILLER = "any"  # for what either pattern leaves open
_PARTS = 6
_MOST_STATES = 100_000  # for patterns that somebody made to take long: they then meet nowhere

State = tuple[int, int]  # how much of each pattern is used up


@lru_cache(maxsize=16384)
def meet(first: str, second: str) -> str | None:
    """`*` and `?` as IAM has them; ARNs part by part. Takes time as the product of the lengths, up to a limit."""
    if first.startswith("arn:") and second.startswith("arn:"):
        parts = [_meet(*pair) for pair in zip(_split(first), _split(second), strict=True)]
        return None if None in parts else ":".join(part for part in parts if part is not None)
    return _meet(first, second)


def _split(pattern: str) -> list[str]:
    """Parts that are missing are wildcards."""
    found = pattern.split(":", _PARTS - 1)
    return found + ["*"] * (_PARTS - len(found))


def _meet(first: str, second: str) -> str | None:
    if first == second and "*" not in first and "?" not in first:
        return first
    end = (len(first), len(second))
    came_from: dict[State, tuple[State, str]] = {}
    seen: set[State] = {(0, 0)}
    waiting: list[State] = [(0, 0)]
    while waiting and len(seen) < _MOST_STATES:
        state = waiting.pop()
        if state == end:
            return _spelled(state, came_from)
        for following, text in reversed(_steps(first, second, state)):  # the first is tried first
            if following not in seen:
                seen.add(following)
                came_from[following] = (state, text)
                waiting.append(following)
    return None


def _steps(first: str, second: str, state: State) -> list[tuple[State, str]]:
    """Where one gets from here, and by what text."""
    i, j = state
    one, other = first[i : i + 1], second[j : j + 1]
    if one == "*" and other == "*":
        return [((i + 1, j + 1), _FILLER), ((i + 1, j), _FILLER), ((i, j + 1), _FILLER)]
    if one == "*":
        taken = [((i, j + 1), "x" if other == "?" else other)] if other else []
        return [*taken, ((i + 1, j), "")]
    if other == "*":
        taken = [((i + 1, j), "x" if one == "?" else one)] if one else []
        return [*taken, ((i, j + 1), "")]
    if one and other and (one == other or "?" in (one, other)):
        return [((i + 1, j + 1), "x" if one == other == "?" else other if one == "?" else one)]
    return []


def _spelled(state: State, came_from: dict[State, tuple[State, str]]) -> str:
    texts = []
    while state in came_from:
        state, text = came_from[state]
        texts.append(text)
    return "".join(reversed(texts))
