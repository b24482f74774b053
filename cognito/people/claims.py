"""What the token of a person says, as far as it is known, and whether a rule of an identity pool looks for that."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from cognito.models import CognitoUser

GROUPS_CLAIM = "cognito:groups"


class Claims:
    """`kept` tells the names of the attributes that the mirror keeps of people of the pool, where that is asked.

    `groups` is None where nobody here knows all that the person is in.
    """

    def __init__(self, person: CognitoUser, groups: Sequence[str] | None, kept: Callable[[], Collection[str]]) -> None:
        self._values: dict[str, tuple[str, ...]] = {name: (value,) for name, value in person.attributes.items()}
        self._values |= {"sub": (person.aws_id,), "cognito:username": (person.name,)}
        if groups is not None:
            self._values[GROUPS_CLAIM] = tuple(groups)
        self._kept = kept

    def of(self, name: str) -> tuple[str, ...] | None:
        """Its values, none where it isn't in the token; None where nobody here knows."""
        found = self._values.get(name)
        return () if found is None and name in self._kept() else found


def is_met(rule: Mapping[str, str], claims: Claims) -> bool | None:
    """The claim has to be there ("MappingRule" in the API Reference). None: that isn't known."""
    wanted, said = rule["Value"], claims.of(rule["Claim"])
    if said is None:
        return None
    match rule["MatchType"]:
        case "Equals":
            return wanted in said
        case "NotEqual":
            return any(each != wanted for each in said)
        case "StartsWith":
            return any(each.startswith(wanted) for each in said)
        case "Contains":
            return any(wanted in each for each in said)
    return None
