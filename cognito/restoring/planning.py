"""What a file comes to at its target: parts to choose from, and the steps of what was chosen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cognito.pools.operations import create_pool, update
from cognito.pools.operations.shapes import MFA, POOL, Settings, changes_texts, mfa_following
from cognito.restoring.belongings import parts_of_belongings
from cognito.restoring.comparing import ATTRIBUTE, MFA_KEY, RISK_KEY, parts_of_pool, schema_of
from cognito.restoring.items import RestoreItem, RestorePart, differing
from cognito.restoring.matching import part_of_memberships
from cognito.restoring.pool_file import PoolFile
from cognito.restoring.target import RestoreTarget
from cognito.setting_values import merged
from sync.operations import StepSpec

MOST_OFFERED = 500  # so many boxes that a form sends are read


def parts_of(file: PoolFile, target: RestoreTarget) -> list[RestorePart]:
    """All that there is to say, in the order of the steps."""
    found = [*parts_of_pool(file, target), *parts_of_belongings(file, target), part_of_memberships(file, target)]
    return list(_bounded([part for part in found if part.has_contents]))


def _bounded(parts: Sequence[RestorePart]) -> Iterator[RestorePart]:
    left = MOST_OFFERED
    for part in parts:
        items, left = part.items[:left], max(0, left - len(part.items))
        rest = len(part.items) - len(items)
        words = [f"{rest:,} more differ: apply these first, then restore the file again."] if rest else []
        yield RestorePart(part.title, items, [*part.notes, *words], part.same)


def lacking(chosen: Sequence[RestoreItem]) -> list[str]:
    """Sentences: what was chosen needs something that wasn't."""
    keys = {item.key for item in chosen}
    return [
        f"{item.name} needs {words}, which isn’t there: tick it, too, or leave {item.name} out."
        for item in chosen
        for key, words in item.needs.items()
        if key not in keys
    ]


def steps_of(
    file: PoolFile, target: RestoreTarget, chosen: Sequence[RestoreItem], secrets: Mapping[str, str] | None = None
) -> list[StepSpec]:
    """`secrets`: references of what was typed and sealed, by the keys of items.

    Each piece is worth having without the others: all steps but those of the pool itself may be left out.
    """
    changes = {name: value for item in chosen for name, value in item.changes.items()}
    first = _of_the_pool(file, target, changes)
    mfa = list(_of_mfa(file, target, changes)) if _has(chosen, MFA_KEY) else []
    attributes = [step for item in chosen if item.key.startswith(f"{ATTRIBUTE} ") for step in item.steps]
    risk = [step for item in chosen if item.key == RISK_KEY for step in item.steps]
    rest = [
        step
        for item in chosen
        if item.key not in (MFA_KEY, RISK_KEY) and not item.key.startswith(f"{ATTRIBUTE} ")
        for step in _with_secret(item, secrets or {})
    ]
    # Threat protection at the end: what AWS says of it in a new pool is the least known.
    others = [*mfa, *attributes, *rest, *risk]
    return [*first, *(replace(step, is_optional=True) for step in others)]


def _has(chosen: Sequence[RestoreItem], key: str) -> bool:
    return any(item.key == key for item in chosen)


def _of_the_pool(file: PoolFile, target: RestoreTarget, changes: Mapping[str, Any]) -> list[StepSpec]:
    if target.pool is None:
        schema = schema_of(file)
        settings = {**merged({}, changes), **file.fixed, **({"Schema": schema} if schema else {})}
        return [create_pool(target.aws_account, target.region, target.name, settings)]
    return [update(POOL, target.arn, target.name, changes)] if changes else []


def _of_mfa(file: PoolFile, target: RestoreTarget, changes: Mapping[str, Any]) -> Iterator[StepSpec]:
    """What still differs once the step before has set how texts are sent."""
    held: Settings = target.held(MFA, file) or {}
    if target.pool is None:
        held = mfa_following({"MfaConfiguration": "OFF"}, changes)
    elif changes_texts(changes):
        held = mfa_following(held, merged(target.held(POOL, file) or {}, changes))
    if left := differing(held, file.mfa or {}):
        yield update(MFA, target.arn, target.name, left)


def _with_secret(item: RestoreItem, secrets: Mapping[str, str]) -> Iterator[StepSpec]:
    for step in item.steps:
        if not item.secret:
            yield step
            continue
        settings = dict(step.params["settings"])
        settings["ProviderDetails"] = {**settings.get("ProviderDetails", {}), item.secret: secrets[item.key]}
        yield StepSpec(step.kind, {**step.params, "settings": settings})


def chosen_of(parts: Sequence[RestorePart], keys: Collection[str]) -> list[RestoreItem]:
    return [item for part in parts for item in part.items if item.key in keys]
