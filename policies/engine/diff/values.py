"""Into which cells texts fall (values of a context key, resources) by what statements have to compare them with.

What a variable stands for is not known. In a *world* it has a value, or none, and all cells are real. Without a world a
value with a variable may match or not, unless it is plain for whatever the variable stands for: it matches nothing that
it wouldn't with `*` in the variable's place, and nothing that a wider one with the same variable doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, localcontext
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import pairwise, permutations

from policies.engine import variables
from policies.engine.conditions import ComparedType, Matcher, instant, number
from policies.engine.diff.budget import Budget, BudgetExceededError
from policies.engine.diff.cells import (
    Cells,
    Pattern,
    arn_pattern,
    cells,
    folded_pattern,
    is_plain_arn,
    resource_pattern,
    symbol,
    text_pattern,
)
from policies.engine.matching import Token, Wildcard
from policies.engine.variables import Part, Variable

# ---- Numbers, instants, addresses and bytes: some of each kind that given constants tell apart ---------------
_UNREADABLE = "?"
_PRECISIONS = (2, 10, 40, 290)
_OTHER_BYTES = ("b3RoZXI=", "YW5vdGhlcg==")


def samples(kind: ComparedType, constants: Sequence[str]) -> Iterator[str]:
    """Texts as a request has them."""
    yield _UNREADABLE
    yield from _KINDS[kind](constants)


def _numbers(constants: Sequence[str]) -> Iterator[str]:
    found = sorted({value for value in map(number, constants) if value is not None})
    with localcontext() as context:
        context.prec = 1000
        yield from (str(value) for value in found)
        for value in (found[0] - abs(found[0]) - 1, found[-1] + abs(found[-1]) + 1) if found else ():
            yield f"{value:.3e}"
        for low, high in pairwise(found):
            yield from _between(low, high)


def _between(low: Decimal, high: Decimal) -> Iterator[str]:
    """In few digits."""
    middle = (low + high) / 2
    for digits in _PRECISIONS:
        text = f"{middle:.{digits}e}"
        if low < Decimal(text) < high:
            yield text
            return


def _instants(constants: Sequence[str]) -> Iterator[str]:
    found = sorted({value for value in map(instant, constants) if value is not None})
    yield from (value.isoformat() for value in found)
    for value, away in ((found[0], timedelta(days=-1)), (found[-1], timedelta(days=1))) if found else ():
        try:
            yield (value + away).isoformat()
        except OverflowError:  # before the year 1, after 9999
            continue
    for low, high in pairwise(found):
        yield (low + (high - low) / 2).isoformat()


def _addresses(constants: Sequence[str]) -> Iterator[str]:
    yield from (str(IPv4Address(0)), str(IPv6Address(0)))
    for constant in constants:
        try:
            network = ip_network(constant.strip(), strict=False)
        except ValueError:
            continue
        yield str(network.network_address)
        after = int(network.broadcast_address) + 1
        if after < 1 << network.max_prefixlen:
            yield str(ip_address(after.to_bytes(network.max_prefixlen // 8, "big")))


def _bytes(constants: Sequence[str]) -> Iterator[str]:
    yield from constants
    yield from _OTHER_BYTES


_KINDS: Mapping[ComparedType, Callable[[Sequence[str]], Iterator[str]]] = {
    ComparedType.NUMBERS: _numbers,
    ComparedType.INSTANTS: _instants,
    ComparedType.ADDRESSES: _addresses,
    ComparedType.BYTES: _bytes,
}


World = Mapping[str, str | None]  # values by context key; None: the key isn't there
_MOST_FREE = 8  # values with variables that may match the same text or not
_TEXTS = frozenset(
    {
        ComparedType.TEXTS,
        ComparedType.TEXTS_WITHOUT_CASE,
        ComparedType.PATTERNS,
        ComparedType.ARNS,
        ComparedType.RESOURCES,
        ComparedType.TRUTH,
    }
)
_OF_ARNS: Mapping[ComparedType, Callable[[Sequence[Token]], Pattern]] = {
    ComparedType.ARNS: arn_pattern,
    ComparedType.RESOURCES: resource_pattern,
}


@dataclass(frozen=True)
class ConditionValue:
    """One value in a statement, and how it is compared with those of a request."""

    compares: ComparedType
    matcher: Callable[[Sequence[Token]], Matcher]
    parts: tuple[Part, ...]

    @property
    def is_fixed(self) -> bool:
        return variables.is_fixed(self.parts)

    @property
    def keys(self) -> set[str]:
        """Of its variables."""
        return {part.key for part in self.parts if isinstance(part, Variable)}

    @property
    def family(self) -> ComparedType:
        return ComparedType.TEXTS if self.compares in _TEXTS else self.compares

    def matches(self, text: str, world: World) -> bool:
        found = self.tokens(world)
        return found is not None and self.matcher(found)(text)

    def tokens(self, world: World) -> list[Token] | None:
        return variables.resolved(self.parts, world.get)


def are_plain(wanted: Iterable[ConditionValue]) -> bool:
    """Whether their cells are the same in every world."""
    wanted = list(wanted)
    return len({each.family for each in wanted}) < 2 and all(each.is_fixed for each in wanted)


@dataclass(frozen=True)
class ValueQuestion:
    """`within`: only texts that match this one, where all are texts. `alike`: where it says the same of several, it is
    enough to know one of them that matches.
    """

    wanted: Sequence[ConditionValue]
    alike: Sequence[Hashable]
    within: int | None = None

    def of(self, places: Sequence[int]) -> ValueQuestion:
        """Only about some."""
        return ValueQuestion(
            [self.wanted[place] for place in places],
            [self.alike[place] for place in places],
            places.index(self.within) if self.within in places else None,
        )


def value_cells(question: ValueQuestion, world: World | None, budget: Budget) -> Cells:
    """Raises BudgetExceededError."""
    wanted = question.wanted
    families: dict[ComparedType, list[int]] = {}
    for place, each in enumerate(wanted):
        families.setdefault(each.family, []).append(place)
    found = [
        {
            _spread(vector, places): text
            for vector, text in _family_cells(family, question.of(places), world, budget).items()
        }
        for family, places in families.items()
    ]
    if len(found) < 2:
        return found[0] if found else {0: ""}
    if world is None:
        return _products(found, budget)
    texts = {text for each in found for text in each.values()}
    budget.spend(len(texts) * len(wanted))
    return {_mask(each.matches(text, world) for each in wanted): text for text in texts}


def _products(found: Sequence[Cells], budget: Budget) -> Cells:
    whole: Cells = {0: ""}
    for each in found:
        budget.spend(len(whole) * len(each))
        whole = {one | other: "" for one in whole for other in each}
    return whole


def _family_cells(family: ComparedType, question: ValueQuestion, world: World | None, budget: Budget) -> Cells:
    if family is ComparedType.TEXTS:
        return _loose_cells(question, budget) if world is None else _text_cells(question, world, budget)
    constants = ["".join(map(str, each.parts)) for each in question.wanted]
    matchers = [each.matcher([constant]) for each, constant in zip(question.wanted, constants, strict=True)]
    found: Cells = {}
    for text in samples(family, constants):
        budget.spend(1 + len(matchers) // 4)
        found.setdefault(_mask(matches(text) for matches in matchers), text)
    return found


def _text_cells(question: ValueQuestion, world: World, budget: Budget) -> Cells:
    by_place: dict[int, Pattern] = {}
    for place, each in enumerate(question.wanted):
        tokens = each.tokens(world)
        pattern = _pattern(each.compares, tokens) if tokens is not None else None
        if pattern is not None:
            by_place[place] = pattern
    places = list(by_place)
    if question.within is not None and question.within not in by_place:
        return {}
    asked = question.of(places)
    found = cells(list(by_place.values()), budget, within=asked.within, alike=asked.alike)
    return {_spread(vector, places): text for vector, text in found.items()}


def _pattern(compares: ComparedType, tokens: Sequence[Token]) -> Pattern | None:
    """None: it matches nothing."""
    if compares in _OF_ARNS:
        return _OF_ARNS[compares](tokens)
    if compares is ComparedType.PATTERNS:
        return text_pattern(tokens)
    text = "".join(token if isinstance(token, str) else token.value for token in tokens)
    if compares is ComparedType.TEXTS:
        return text_pattern([text])
    if compares is ComparedType.TRUTH and text.lower() not in ("true", "false"):
        return None
    return folded_pattern(text)


# ---- Without a world -----------------------------------------------------------------------------------------
def _loose_cells(question: ValueQuestion, budget: Budget) -> Cells:
    wanted, within = question.wanted, question.within
    free = [place for place, each in enumerate(wanted) if not each.is_fixed]
    if not free:
        return _text_cells(question, {}, budget)
    wider = {(one, other) for one, other in permutations(free, 2) if _is_within(wanted[one], wanted[other], budget)}
    alike = [place if place in free else each for place, each in enumerate(question.alike)]
    widened = ValueQuestion([_widened(each) for each in wanted], alike, within)
    found: Cells = {}
    for vector, text in _text_cells(widened, {}, budget).items():
        for chosen in _choices([place for place in free if vector >> place & 1], wider, budget):
            loose = vector & ~_bits(free) | _bits(chosen)
            if within is None or loose >> within & 1:
                found.setdefault(loose, text)
    return found


def _choices(free: Sequence[int], wider: set[tuple[int, int]], budget: Budget) -> Iterator[list[int]]:
    """All subsets that have with each the wider ones."""
    if len(free) > _MOST_FREE:
        raise BudgetExceededError
    budget.spend(1 << len(free))
    for mask in range(1 << len(free)):
        chosen = [place for number, place in enumerate(free) if mask >> number & 1]
        if all(other in chosen for one, other in wider if one in chosen):
            yield chosen


def _widened(wanted: ConditionValue) -> ConditionValue:
    """Matches at least what it does, whatever its variables stand for."""
    if wanted.is_fixed:
        return wanted
    parts: tuple[Part, ...] = tuple(Wildcard.ANY if isinstance(part, Variable) else part for part in wanted.parts)
    if wanted.compares in (ComparedType.TEXTS, ComparedType.PATTERNS):
        return ConditionValue(ComparedType.PATTERNS, wanted.matcher, parts)
    if wanted.compares in _OF_ARNS and is_plain_arn(wanted.parts):
        return ConditionValue(wanted.compares, wanted.matcher, parts)
    return ConditionValue(ComparedType.PATTERNS, wanted.matcher, (Wildcard.ANY,))


def _is_within(one: ConditionValue, other: ConditionValue, budget: Budget) -> bool:
    """Whether what matches the one matches the other, too, whatever their variables stand for.

    A variable is read as a symbol that only itself and `*` take, so that an answer holds for any text in its place.
    """
    if not other.keys <= one.keys:
        return False
    symbols: dict[Variable, str] = {}
    patterns = [_symbolic(each, symbols) for each in (one, other)]
    found = [pattern for pattern in patterns if pattern is not None]
    return len(found) == 2 and all(vector & 0b10 for vector in cells(found, budget, within=0))


def _symbolic(wanted: ConditionValue, symbols: dict[Variable, str]) -> Pattern | None:
    tokens: list[Token] = [
        symbols.setdefault(part, symbol(len(symbols))) if isinstance(part, Variable) else part for part in wanted.parts
    ]
    if wanted.compares in _OF_ARNS:
        return _OF_ARNS[wanted.compares](tokens) if is_plain_arn(wanted.parts) else None
    return text_pattern(tokens) if wanted.compares in (ComparedType.TEXTS, ComparedType.PATTERNS) else None


def _spread(vector: int, places: Sequence[int]) -> int:
    return _bits(place for number, place in enumerate(places) if vector >> number & 1)


def _mask(answers: Iterable[bool]) -> int:
    return _bits(place for place, answer in enumerate(answers) if answer)


def _bits(places: Iterable[int]) -> int:
    found = 0
    for place in places:
        found |= 1 << place
    return found
