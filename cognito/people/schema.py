"""What attributes the people of a pool have, and whether values fit: said before AWS refuses them.

"Working with user attributes" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cognito.models import UserPool

Attribute = Mapping[str, Any]
_LONGEST = 2048
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+\d{1,15}")
_BY_AWS = frozenset({"sub", "identities", "updated_at"})  # nobody else sets them


def schema_of(pool: UserPool) -> dict[str, Attribute]:
    """By the attributes' full names ("custom:plan")."""
    return {each["Name"]: each for each in pool.settings.get("SchemaAttributes", [])}


def settable(pool: UserPool, *, new: bool = False) -> list[str]:
    """Names of those that can be set, of somebody `new` also the ones that never change."""
    return [
        name
        for name, each in schema_of(pool).items()
        if name not in _BY_AWS and (new or each.get("Mutable", True)) and not name.startswith("dev:")
    ]


def fixed_ones(pool: UserPool, names: Iterable[str]) -> list[str]:
    """Those that never change, sorted: what a provider's attributes are mapped to "must be mutable" (API reference,
    SchemaAttributeType).
    """
    known = schema_of(pool)
    return sorted(name for name in set(names) if name in known and not known[name].get("Mutable", True))


def required(pool: UserPool) -> list[str]:
    return [name for name, each in schema_of(pool).items() if each.get("Required") and name not in _BY_AWS]


def problems(pool: UserPool, values: Mapping[str, str], *, new: bool = False) -> dict[str, str]:
    """A sentence for each value that AWS would refuse, by its attribute. `new`: of somebody who isn't there yet."""
    schema = schema_of(pool)
    if not schema:  # not held: AWS says so itself
        return {}
    found = {name: sentence for name, value in values.items() if (sentence := _problem(schema, name, value, new))}
    if new:
        missing = [name for name in required(pool) if not values.get(name)]
        found |= {name: f"The pool requires the attribute {name}." for name in missing if name not in found}
    return found


def undeletable(pool: UserPool, name: str) -> str:
    """A sentence why the attribute can't be taken away; "" when it can."""
    known = schema_of(pool).get(name)
    if known is None:
        return f"The pool has no attribute {name}." if schema_of(pool) else ""
    if known.get("Required") or name in pool.username_attributes:
        return f"The pool requires the attribute {name}: give it another value instead."
    return "" if known.get("Mutable", True) else f"The attribute {name} can’t be changed once it is set."


def _problem(schema: Mapping[str, Attribute], name: str, value: str, new: bool) -> str:
    known = schema.get(name)
    if known is None or name in _BY_AWS:
        return f"The pool has no attribute {name} that can be set."
    if not new and not known.get("Mutable", True):
        return f"The attribute {name} can’t be changed once it is set."
    if name == "email" and not _EMAIL.fullmatch(value):
        return "This is no e-mail address."
    if name == "phone_number" and not _PHONE.fullmatch(value):
        return "A phone number begins with + and the country, and has digits only: +491701234567."
    return _TYPES.get(known.get("AttributeDataType", "String"), _any_text)(name, known, value)


def _any_text(name: str, known: Attribute, value: str) -> str:
    limits = known.get("StringAttributeConstraints") or {}
    least, most = int(limits.get("MinLength") or 0), int(limits.get("MaxLength") or _LONGEST)
    if len(value) > most:
        return f"{name} has {len(value)} characters: the pool takes {most} at most."
    return f"{name} has {len(value)} characters: the pool wants {least} or more." if len(value) < least else ""


def _number(name: str, known: Attribute, value: str) -> str:
    if not re.fullmatch(r"-?\d{1,15}", value, re.ASCII):
        return f"{name} is a whole number."
    limits = known.get("NumberAttributeConstraints") or {}
    if "MinValue" in limits and int(value) < int(limits["MinValue"]):
        return f"{name} is {limits['MinValue']} or more."
    return f"{name} is {limits['MaxValue']} at most." if int(value) > int(limits.get("MaxValue") or value) else ""


def _boolean(name: str, known: Attribute, value: str) -> str:
    return "" if value in ("true", "false") else f"{name} is true or false."


_TYPES = {"String": _any_text, "Number": _number, "Boolean": _boolean}
