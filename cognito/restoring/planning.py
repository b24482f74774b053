"""What a file comes to at its target: parts to choose from, and the steps of what was chosen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from cognito.models import CognitoMembership, CognitoUser, UserPool
from cognito.people.guarded import VERIFIED, why_guarded_group
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.base import on_person
from cognito.people.operations.groups import AddToGroup
from cognito.people.person_record import people_settings_of
from cognito.pools.operations import create_pool, update
from cognito.pools.operations.shapes import GROUP, MFA, POOL, Settings, changes_texts, mfa_following
from cognito.restoring.belongings import GROUPED, parts_of_belongings
from cognito.restoring.comparing import ATTRIBUTE, MFA_KEY, RISK_KEY, parts_of_pool, schema_of
from cognito.restoring.items import RestoreItem, RestorePart, RestoreTarget, differing
from cognito.restoring.pool_file import FileMember, PoolFile
from cognito.setting_values import merged
from iamconsole.web.words import counted, number, some
from sync.operations import StepSpec
from sync.plan_draft import Draft

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


# ---- Who of a file's memberships is in the pool that it is restored to, as far as the mirror knows -----------------
MEMBERS = "members"
MOST_AT_ONCE = 1_000  # memberships in one change
_CHUNK = 500
_TITLE = "Memberships"
_NAMED = 20


def part_of_memberships(file: PoolFile, target: RestoreTarget) -> RestorePart:
    if file.memberships is None:
        return RestorePart(_TITLE, notes=["The file doesn’t say who is in which group: nobody is put into one."])
    total = sum(map(len, file.memberships.values()))
    if not total:
        return RestorePart(_TITLE, notes=["Nobody is in a group, in the file."])
    if target.pool is None:
        words = (
            f"{counted(total, 'membership')} of {counted(file.people, 'person', 'people')} can’t be restored with it: "
            "nobody is in a new pool. Invite or import the people, pull, then restore this file into the pool."
        )
        return RestorePart(_TITLE, notes=[words])
    if not people_settings_of(target.pool).mirrors_people:
        return RestorePart(
            _TITLE, notes=["This console keeps no people of this pool, so nobody can be put into a group."]
        )
    return _compared(file.memberships, file, target, target.pool)


def _compared(
    memberships: Mapping[str, Sequence[FileMember]], file: PoolFile, target: RestoreTarget, pool: UserPool
) -> RestorePart:
    found = _found(pool, {member.sub: member for each in memberships.values() for member in each}.values())
    groups, to_be_made = target.rows(GROUP), {group.name for group in file.groups}
    left, items, notes, same = MOST_AT_ONCE, [], [], 0
    for name, members in memberships.items():
        group = groups.get(name)
        if group is None and name not in to_be_made:
            notes.append(f"{name}: neither the pool nor the file has this group.")
            continue
        inside = _inside(group.pk) if group else set()
        here = {found[member.sub].pk: found[member.sub] for member in members if member.sub in found}
        missing = [person for person in here.values() if person.pk not in inside]
        same += len(here) - len(missing)
        if not missing:
            continue
        now, left = missing[:left], max(0, left - len(missing))
        if now:
            items.append(_members(name, now, pool, {} if group else {f"{GROUPED} {name}": f"the group {name}"}))
        if len(now) < len(missing):
            rest = counted(len(missing) - len(now), "more person is", "more people are")
            notes.append(
                f"{name}: {rest} still to be put into it. One change takes {number(MOST_AT_ONCE)} memberships at most: "
                "apply this one, then restore the file again."
            )
    return RestorePart(_TITLE, items, [*_not_found(file, found), *notes], same)


def _members(name: str, people: Sequence[CognitoUser], pool: UserPool, needs: Mapping[str, str]) -> RestoreItem:
    why = why_guarded_group(Draft(pool.aws_account), pool.arn, name)
    steps = tuple(on_person(person, AddToGroup.kind, NO_MESSAGE, group=name) for person in people)
    words = f"{counted(len(people), 'person is', 'people are')} put into it"
    return RestoreItem(f"{MEMBERS} {name}", name, words, True, steps=steps, warnings=(why,) if why else (), needs=needs)


def _not_found(file: PoolFile, found: Mapping[str, CognitoUser]) -> list[str]:
    everybody = {member.sub: member for each in (file.memberships or {}).values() for member in each}
    missing = sorted(member.words for sub, member in everybody.items() if sub not in found)
    if not missing:
        return []
    share = f"{number(len(missing))} of {counted(len(everybody), 'person', 'people')}"
    verb = "isn’t" if len(missing) == 1 else "aren’t"
    return [f"{share} of the file {verb} in this pool, as far as the mirror knows: {some(missing, shown=_NAMED)}."]


def _inside(group: int) -> set[int]:
    live = CognitoMembership.objects.filter(group=group, gone_at__isnull=True, user__gone_at__isnull=True)
    return set(live.values_list("user", flat=True))


# ---- Who it is -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Search:
    """People of the pool by what a file calls them."""

    pool: UserPool

    def by(self, lookup: str, values: Iterable[Any]) -> Iterator[CognitoUser]:
        live = CognitoUser.objects.live().filter(pool=self.pool).select_related("pool__aws_account")
        rest = iter(values)
        while some_of_them := list(islice(rest, _CHUNK)):
            yield from live.filter(**{f"{lookup}__in": some_of_them})

    def by_address(self, wanted: set[str]) -> dict[str, list[int]]:
        """What people sign in with, in one pass over all: it is in no index that takes many at once.

        An address that isn't the username counts once it is verified, as for AWS: anybody may give somebody else's.
        """
        found: defaultdict[str, list[int]] = defaultdict(list)
        names = [*self.pool.username_attributes, *self.pool.alias_attributes] or ["email"]
        live = CognitoUser.objects.live().filter(pool=self.pool).values_list("pk", "attributes")
        for pk, attributes in live.iterator(chunk_size=2_000):
            for name in names:
                if (value := str(attributes.get(name, "")).casefold()) in wanted and self._is_theirs(name, attributes):
                    found[value].append(pk)
        return found

    def _is_theirs(self, name: str, attributes: Mapping[str, Any]) -> bool:
        takes_code = f"{name}_verified" in VERIFIED and name not in self.pool.username_attributes
        return not takes_code or attributes.get(f"{name}_verified") == "true"


def _found(pool: UserPool, members: Iterable[FileMember]) -> dict[str, CognitoUser]:
    """By the `sub` of the file: who has that `sub`; else that username; else signs in with that address.

    Where several people are meant, nobody is.
    """
    search, wanted = _Search(pool), {member.sub: member for member in members}
    found = {row.aws_id: row for row in search.by("aws_id", wanted)}
    fold = _as_it_is if _has_case(pool) else str.casefold
    named = {fold(member.username): sub for sub, member in wanted.items() if sub not in found and member.username}
    rows = search.by("name_key", {name.casefold() for name in named})
    found |= {named[fold(row.name)]: row for row in rows if fold(row.name) in named}
    addressed = {
        words.casefold(): sub
        for sub, member in wanted.items()
        if sub not in found and (words := member.signs_in_with or member.username)
    }
    if not addressed:
        return found
    pks = {pk[0]: addressed[words] for words, pk in search.by_address(set(addressed)).items() if len(set(pk)) == 1}
    return found | {pks[row.pk]: row for row in search.by("pk", pks)}


def _as_it_is(name: str) -> str:
    return name


def _has_case(pool: UserPool) -> bool:
    """Whether "Jane" and "jane" are two people."""
    return bool(pool.settings.get("UsernameConfiguration", {}).get("CaseSensitive", True))
