"""Whether somebody may do something on *some* resource that a pattern matches: where, and if it isn't sure, when.

`exists(SomewhereQuestion(caller, actions, resource), layers)` gives a `SomewhereAnswer`. No single example is asked in
place of all: policies cut the pattern into parts that they don't tell apart (`resources.py`), and of condition keys all
values are tried that they do (`settle.py`). A request that counts as allowed was decided by the evaluator as a whole.
"""

from policies.engine.somewhere.asked import (
    REGION,
    ResourceContext,
    SomewhereAnswer,
    SomewhereQuestion,
    Witness,
    is_chosen,
    place_of,
)
from policies.engine.somewhere.resources import is_pattern, may_take
from policies.engine.somewhere.search import decisions, exists

__all__ = [
    "REGION",
    "ResourceContext",
    "SomewhereAnswer",
    "SomewhereQuestion",
    "Witness",
    "decisions",
    "exists",
    "is_chosen",
    "is_pattern",
    "may_take",
    "place_of",
]
