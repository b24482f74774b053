"""Other ways in which GetAccountAuthorizationDetails may tell of the same objects: AWS promises no order.

A fault rule's `listing` says which way is taken; see `emulator.faults.Rule`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial

from emulator.iam.details import Detail
from emulator.iam.shapes import Shape

_way: ContextVar[str] = ContextVar("way", default="")


@contextmanager
def telling(way: str) -> Iterator[None]:
    """Serve a request in the way `way`, one of `WAYS`; "" is plainly."""
    token = _way.set(way)
    try:
        yield
    finally:
        _way.reset(token)


def is_shuffled() -> bool:
    return _way.get() == "shuffled"


def described(details: list[Detail]) -> list[Detail]:
    """The same objects, at other places and in other parts."""
    way = _way.get()
    return [part for detail in details for part in WAYS[way](detail)] if way else details


def _split(detail: Detail) -> list[Detail]:
    """Two parts, one after the other: each has one half of every list, and all else."""
    return [
        Detail([*detail.position, number], detail.answer_key, partial(_half, detail.make, number)) for number in (0, 1)
    ]


def _half(make: Callable[[], Shape], number: int) -> Shape:
    shape = make()
    for key, value in shape.items():
        if isinstance(value, list):
            middle = (len(value) + 1) // 2
            shape[key] = value[middle:] if number else value[:middle]
    return shape


def _doubled(detail: Detail) -> list[Detail]:
    """Once where it belongs, and once more at the end of the listing."""
    return [detail, Detail([detail.position[0] + _BEHIND_ALL, *detail.position[1:]], detail.answer_key, detail.make)]


def _shuffled(detail: Detail) -> list[Detail]:
    """Kinds and names in no order, lists the other way round."""
    place = hashlib.sha256(detail.position[-1].encode()).hexdigest()
    return [Detail([place], detail.answer_key, partial(_turned_round, detail.make))]


def _turned_round(make: Callable[[], Shape]) -> Shape:
    return {key: value[::-1] if isinstance(value, list) else value for key, value in reversed(make().items())}


_BEHIND_ALL = 100
WAYS: dict[str, Callable[[Detail], list[Detail]]] = {"split": _split, "doubled": _doubled, "shuffled": _shuffled}
