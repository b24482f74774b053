"""The settings of a pool in a file, compared with those of the pool that it is restored to.

Nothing that the file doesn't name is deleted; a setting of the pool that the file doesn't have is taken away only when
that is ticked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cognito.pools.operations import ADD_ATTRIBUTE, update
from cognito.pools.operations.pools import FIXED, LONGEST_CUSTOM
from cognito.pools.operations.shapes import MFA, POOL, RISK, Shape
from cognito.restoring.items import (
    RestoreItem,
    RestorePart,
    RestoreTarget,
    differing,
    setting_differences,
    with_warnings,
)
from cognito.restoring.pool_file import PoolFile
from iamconsole.web.words import some
from sync.operations import StepSpec

MFA_KEY, RISK_KEY, SETTING, ATTRIBUTE = "mfa", "risk", "setting", "attribute"
_CUSTOM, _OF_DEVELOPERS = "custom:", "dev:custom:"
_WAYS = {"email": "an e-mail address", "phone_number": "a phone number", "preferred_username": "a preferred username"}


def parts_of_pool(file: PoolFile, target: RestoreTarget) -> Iterator[RestorePart]:
    yield _fixed(file, target)
    yield _attributes(file, target)
    yield _settings(file, target)
    yield _whole(MFA, MFA_KEY, "Multi-factor authentication", file.mfa, file, target)
    yield _whole(RISK, RISK_KEY, "Threat protection", file.risk, file, target)


# ---- For as long as the pool lives ---------------------------------------------------------------------------
def _fixed(file: PoolFile, target: RestoreTarget) -> RestorePart:
    title = "How people sign in"
    if target.pool is None:
        return RestorePart(
            title, notes=[f"{_signs_in(file.fixed)} That is fixed when the pool is made, for as long as it lives."]
        )
    held = {name: target.pool.settings.get(name) for name in FIXED if target.pool.settings.get(name)}
    if held == file.fixed:
        return RestorePart(title, same=1)
    here, there = _signs_in(held), _signs_in(file.fixed)
    words = f"This is another kind of pool. {here} In the pool of the file: {there[0].lower()}{there[1:]}"
    return RestorePart(
        title, notes=[f"{words} AWS fixes that when a pool is made, so it isn’t restored: a new pool would have it."]
    )


def _signs_in(fixed: Mapping[str, Any]) -> str:
    names = [_WAYS.get(name, name) for name in fixed.get("UsernameAttributes", [])]
    aliases = [_WAYS.get(name, name) for name in fixed.get("AliasAttributes", [])]
    case = fixed.get("UsernameConfiguration", {}).get("CaseSensitive", True)
    who = f"People sign in with {' or '.join(names)}" if names else "People sign in with a username"
    also = f", or with {' or '.join(aliases)}" if aliases else ""
    return f"{who}{also}; upper and lower case {'matter' if case else 'don’t matter'}."


def _attributes(file: PoolFile, target: RestoreTarget) -> RestorePart:
    """In a new pool they are part of how it is made."""
    own = [each for each in file.attributes if ":" in each["Name"]]
    if target.pool is None:
        names = [each["Name"] for each in own]
        return RestorePart("Attributes", notes=[f"The pool is made with {some(names)}."] if names else [])
    items, notes, same = [], [], 0
    for each in file.attributes:
        held = target.attributes.get(each["Name"])
        if held == each:
            same += ":" in each["Name"]
        elif held is not None:
            notes.append(f"{each['Name']} is another one here ({_differs(held, each)}): AWS changes no attribute.")
        elif each["Name"].startswith(_CUSTOM) and len(each["Name"]) <= LONGEST_CUSTOM + len(_CUSTOM):
            items.append(_attribute(each, target))
        else:
            notes.append(f"{each['Name']} isn’t here, and this console doesn’t add such attributes.")
    return RestorePart("Attributes", items, notes, same)


def _attribute(each: Mapping[str, Any], target: RestoreTarget) -> RestoreItem:
    name, limits = each["Name"], each.get("StringAttributeConstraints", {})
    longest = int(limits.get("MaxLength", "2048")) if str(limits.get("MaxLength", "2048")).isdecimal() else 2048
    params = {
        "pool_arn": target.arn,
        "called": target.name,
        "attribute": name.removeprefix(_CUSTOM),
        "type": each.get("AttributeDataType", "String"),
        "mutable": each.get("Mutable", True),
        "longest": longest,
    }
    least = limits.get("MinLength", "0") != "0" or each.get("NumberAttributeConstraints")
    warnings = ["AWS neither changes nor removes an attribute of a pool: it is there for ever."]
    warnings += ["Its bounds in the file aren’t restored, but for the greatest length."] if least else []
    step = StepSpec(ADD_ATTRIBUTE, params)
    return RestoreItem(
        f"{ATTRIBUTE} {name}", name, f"Added, as a {params['type']}", False, steps=(step,), warnings=tuple(warnings)
    )


def _differs(held: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    return some([name for name in sorted({*held, *each}) if held.get(name) != each.get(name)])


# ---- The pool's own settings ---------------------------------------------------------------------------------
def _settings(file: PoolFile, target: RestoreTarget) -> RestorePart:
    held = dict(target.held(POOL, file) or {})
    held.pop("MfaConfiguration", None)  # with the second factors
    then = file.settings if target.pool is None else {**file.settings, "PoolName": file.name}
    changes = differing(held, then)
    items = [_setting(name, held, new, file, target) for name, new in changes.items()]
    return RestorePart("Settings", items, same=len({*held, *then}) - len(changes))


def _setting(name: str, held: Mapping[str, Any], new: Any, file: PoolFile, target: RestoreTarget) -> RestoreItem:
    does = "Removed: the file has none" if new is None else "Changed" if name in held else "Set"
    same_pool = target.pool is not None and target.pool.aws_id == file.pool_id
    ticked = new is not None and (name != "PoolName" or same_pool)
    warnings = []
    if name == "LambdaConfig" and new:
        warnings.append("Each function must let the pool call it (lambda:AddPermission). That isn’t done here.")
    item = RestoreItem(
        f"{SETTING} {name}",
        _capitalized(POOL.label(name)),
        does,
        ticked,
        {name: new},
        differences=setting_differences(POOL, held, {name: new}),
        warnings=tuple(warnings),
    )
    return with_warnings(item, target)


def _capitalized(label: str) -> str:
    return f"{label[0].upper()}{label[1:]}"


def _whole(
    of: Shape, key: str, title: str, then: Mapping[str, Any] | None, file: PoolFile, target: RestoreTarget
) -> RestorePart:
    """Settings that fit together, and are restored together."""
    held = target.held(of, file)
    if not then:
        missing = [] if then is not None or of is RISK else ["The file doesn’t have it: it stays as it is."]
        return RestorePart(title, notes=missing)
    if held is None:
        why = "this pool’s plan has no threat protection, or it wasn’t read yet" if of is RISK else "it wasn’t read yet"
        return RestorePart(
            title, notes=[f"It can’t be compared: {why}. Restore the rest, refresh the pool, and look again."]
        )
    changes = differing(held, then)
    if not changes:
        return RestorePart(title, same=1)
    warnings = []
    if of is MFA and then.get("MfaConfiguration") == "ON":
        warnings.append("MFA is required then: who has no second factor sets one up at the next sign-in.")
    steps = (update(of, target.arn, target.name, changes),)
    item = RestoreItem(
        key,
        title,
        "Changed" if target.pool else "Set",
        True,
        steps=steps,
        differences=setting_differences(of, held, changes),
        warnings=tuple(warnings),
    )
    return RestorePart(title, [with_warnings(item, target)])


def schema_of(file: PoolFile) -> list[dict[str, Any]]:
    """As CreateUserPool takes it: the pool's own attributes, and the standard ones that aren't as AWS makes them."""
    found = []
    for each in file.attributes:
        name = each["Name"]
        if ":" in name:
            bare = name.removeprefix(_OF_DEVELOPERS).removeprefix(_CUSTOM)
            found.append({**each, "Name": bare, "DeveloperOnlyAttribute": name.startswith(_OF_DEVELOPERS)})
        elif name != "sub" and not _is_usual(each):
            found.append({key: value for key, value in each.items() if key != "DeveloperOnlyAttribute"})
    return [{key: value for key, value in each.items() if value is not None} for each in found]


def _is_usual(each: Mapping[str, Any]) -> bool:
    lengths = (
        {"MinLength": "10", "MaxLength": "10"}
        if each["Name"] == "birthdate"
        else {"MinLength": "0", "MaxLength": "2048"}
    )
    same_lengths = each.get("StringAttributeConstraints", lengths) == lengths
    return not each.get("Required", False) and each.get("Mutable", True) is True and same_lengths
