"""The attributes that the people of a pool have: the standard ones, the pool's own, and what their values may be.

"Working with user attributes" in the Amazon Cognito Developer Guide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from emulator.cognito_idp.errors import invalid

Attribute = dict[str, Any]

_LONGEST = "2048"
_STANDARD_STRINGS = """
    name given_name family_name middle_name nickname preferred_username profile picture website email gender birthdate
    zoneinfo locale phone_number address
    """
_STANDARD_BOOLEANS = ("email_verified", "phone_number_verified")
_MOST_CUSTOM = 50
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_PHONE = re.compile(r"\+\d{1,15}")


def standard() -> dict[str, Attribute]:
    found = {"sub": _string("sub", least="1", mutable=False, required=True)}
    for name in _STANDARD_STRINGS.split():
        found[name] = _string(name)
    found["birthdate"]["StringAttributeConstraints"] = {"MinLength": "10", "MaxLength": "10"}
    for name in _STANDARD_BOOLEANS:
        found[name] = _attribute(name, "Boolean")
    found["updated_at"] = _attribute("updated_at", "Number") | {"NumberAttributeConstraints": {"MinValue": "0"}}
    found["identities"] = _string("identities") | {"StringAttributeConstraints": {}}
    return found


def schema_of(asked: Iterable[Attribute]) -> dict[str, Attribute]:
    """The schema of a new pool, by the full names of attributes."""
    schema = standard()
    for wanted in asked:
        name = wanted["Name"]
        if name in schema:
            schema[name] |= {key: wanted[key] for key in ("Required", "Mutable") if key in wanted}
            if given := wanted.get("StringAttributeConstraints"):
                schema[name]["StringAttributeConstraints"] = given
        else:
            add_custom(schema, wanted)
    return schema


def add_custom(schema: dict[str, Attribute], wanted: Attribute) -> None:
    """Adds one for ever: custom attributes are neither changed nor removed."""
    prefix = "dev:custom:" if wanted.get("DeveloperOnlyAttribute") else "custom:"
    name = prefix + wanted["Name"].removeprefix("custom:")
    if name in schema:
        raise invalid(f"{name}: Existing attribute already has name {name}.")
    if sum(":" in other for other in schema) >= _MOST_CUSTOM:
        raise invalid("Exceeded the number of custom attributes.")
    if wanted.get("Required"):
        raise invalid("Required custom attributes are not supported currently.")
    kind = wanted.get("AttributeDataType", "String")
    made = _attribute(name, kind, mutable=wanted.get("Mutable", True))
    made["DeveloperOnlyAttribute"] = bool(wanted.get("DeveloperOnlyAttribute"))
    limits = {"String": "StringAttributeConstraints", "Number": "NumberAttributeConstraints"}.get(kind)
    if limits is not None:
        made[limits] = wanted.get(limits, {})
    schema[name] = made


def check_values(schema: dict[str, Attribute], values: dict[str, str]) -> None:
    """Raises what AWS answers where an attribute isn't in the schema, or a value doesn't fit."""
    problems = [f"{name}: {problem}" for name, value in values.items() if (problem := _problem(schema, name, value))]
    if problems:
        raise invalid("Attributes did not conform to the schema: " + "\n".join(problems) + "\n")
    if values.get("email") and not _EMAIL.fullmatch(values["email"]):
        raise invalid("Invalid email address format.")
    if values.get("phone_number") and not _PHONE.fullmatch(values["phone_number"]):
        raise invalid("Invalid phone number format.")


def check_required(schema: dict[str, Attribute], values: dict[str, str]) -> None:
    missing = [n for n, one in schema.items() if one["Required"] and n != "sub" and not values.get(n)]
    if missing:
        lines = "\n".join(f"{name}: The attribute is required" for name in missing)
        raise invalid(f"Attributes did not conform to the schema: {lines}\n")


def check_mutable(schema: dict[str, Attribute], names: Iterable[str]) -> None:
    for name in names:
        if name == "sub":
            raise invalid("Cannot modify the non-mutable attribute sub")
        if name in schema and not schema[name]["Mutable"]:
            raise invalid(f"user.{name}: Attribute cannot be updated.\n")


def _problem(schema: dict[str, Attribute], name: str, value: str) -> str:
    if name not in schema:
        return "Attribute does not exist in the schema."
    attribute = schema[name]
    kind = attribute["AttributeDataType"]
    if kind == "Boolean":
        return "" if value.lower() in ("true", "false") else "The attribute is not a boolean"
    if kind == "Number":
        return _number_problem(attribute.get("NumberAttributeConstraints") or {}, value)
    if kind == "DateTime":
        return ""
    limits = attribute.get("StringAttributeConstraints") or {}
    longest, least = int(limits.get("MaxLength") or _LONGEST), int(limits.get("MinLength") or 0)
    if len(value) > longest:
        return f"String length cannot be greater than {longest}"
    return f"String length cannot be less than {least}" if value and len(value) < least else ""


def _number_problem(limits: dict[str, str], value: str) -> str:
    if not value.lstrip("-").isdigit():
        return "The attribute is not a number"
    if limits.get("MinValue") and int(value) < int(limits["MinValue"]):
        return f"Number cannot be less than {limits['MinValue']}"
    if limits.get("MaxValue") and int(value) > int(limits["MaxValue"]):
        return f"Number cannot be greater than {limits['MaxValue']}"
    return ""


def _string(name: str, *, least: str = "0", mutable: bool = True, required: bool = False) -> Attribute:
    limits = {"StringAttributeConstraints": {"MinLength": least, "MaxLength": _LONGEST}}
    return _attribute(name, "String", mutable=mutable, required=required) | limits


def _attribute(name: str, kind: str, *, mutable: bool = True, required: bool = False) -> Attribute:
    return {
        "Name": name,
        "AttributeDataType": kind,
        "DeveloperOnlyAttribute": False,
        "Mutable": mutable,
        "Required": required,
    }
