"""Three-valued logic: what holds, what doesn't, and what depends on something that isn't known.

"And" is `min`, "or" is `max`. Who knows the whole context of a request never meets a MAYBE.
"""

from __future__ import annotations

from enum import Enum, IntEnum
from typing import Final, Literal, TypeAlias


class Truth(IntEnum):
    NO = 0
    MAYBE = 1
    YES = 2


NO: Final = Truth.NO
MAYBE: Final = Truth.MAYBE
YES: Final = Truth.YES
_OPPOSITES = (YES, MAYBE, NO)


def opposite(truth: Truth) -> Truth:
    return _OPPOSITES[truth]


class _Unknown(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Unknown.UNKNOWN  # a context key that may have any value, or none
UnknownType: TypeAlias = Literal[_Unknown.UNKNOWN]
