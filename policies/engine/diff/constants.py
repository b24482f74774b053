"""Numbers, instants, addresses and bytes: some of each kind that given constants tell apart.

Comparisons change their answer at their constants only: these, what lies between and beside them, and something that
can't be read stand for all values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal, localcontext
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import pairwise

from policies.engine.conditions import ComparedType, instant, number

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
