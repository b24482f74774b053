"""What belongs to the pool, in a file and at the target: groups, app clients, providers, resource servers, domains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cognito.models import UserPool
from cognito.people.guarded import describe_role
from cognito.pools.operations import CREATE_DOMAIN, UPDATE_DOMAIN, create_client, make, set_domain, update
from cognito.pools.operations.shapes import (
    AS_AWS_HAS_IT,
    CLIENT,
    GROUP,
    METADATA,
    PROVIDER,
    RESOURCE_SERVER,
    SECRETS,
    Settings,
    Shape,
)
from cognito.restoring.comparing import ATTRIBUTE
from cognito.restoring.items import (
    RestoreItem,
    RestorePart,
    RestoreTarget,
    differing,
    setting_differences,
    with_warnings,
)
from cognito.restoring.pool_file import FileObject, PoolFile
from cognito.setting_form import different_from
from iamconsole.web.words import counted, some
from sync.operations import StepSpec

SERVER, PROVIDED, GROUPED, APP, DOMAIN = "server", "provider", "group", "client", "domain"
_COGNITO = "COGNITO"


def parts_of_belongings(file: PoolFile, target: RestoreTarget) -> Iterator[RestorePart]:
    """In the order in which they are made: clients name providers and scopes."""
    yield _by_name(RESOURCE_SERVER, SERVER, "Resource servers", file.servers, target)
    yield _by_name(PROVIDER, PROVIDED, "Identity providers", file.providers, target)
    yield _by_name(GROUP, GROUPED, "Groups", file.groups, target)
    yield _clients(file, target)
    yield _domains(file, target)


def _by_name(of: Shape, key: str, title: str, things: Sequence[FileObject], target: RestoreTarget) -> RestorePart:
    rows, items, notes, same = target.rows(of), [], [], 0
    for thing in things:
        row = rows.pop(thing.name, None)
        if row is None:
            if METADATA in thing.left_out:
                words = "its metadata isn’t in the file, so it isn’t restored: make it with its document"
                notes.append(f"{thing.name}: {words}, then look again.")
                continue
            items.append(with_warnings(_made(of, key, thing, target), target))
        elif of is PROVIDER and row.provider_type != thing.type:
            notes.append(
                f"{thing.name} is of the type {row.provider_type} here, and {thing.type} in the file: it stays."
            )
        elif item := _changed(of, f"{key} {thing.name}", thing, row, thing.name, target):
            items.append(item)
        else:
            same += 1
    return RestorePart(title, items, [*notes, *_others(list(rows))], same)


def _others(names: Sequence[str]) -> list[str]:
    """What the file doesn't name is never deleted."""
    return [f"{some(names)}: not in the file, and left alone."] if names else []


def _made(of: Shape, key: str, thing: FileObject, target: RestoreTarget) -> RestoreItem:
    step = make(of, target.arn, thing.name, thing.settings, thing.type)
    warnings = _of_role(thing) if of is GROUP else []
    secret = next((name for name in thing.left_out if name in SECRETS), "")
    return RestoreItem(
        f"{key} {thing.name}",
        thing.name,
        f"Made{_words(of, thing)}",
        True,
        steps=(step,),
        warnings=tuple(warnings),
        secret=secret,
    )


def _of_role(thing: FileObject) -> list[str]:
    role = thing.settings.get("RoleArn")
    return [describe_role(thing.name, role)] if role else []


def _words(of: Shape, thing: FileObject) -> str:
    if of is GROUP:
        precedence = thing.settings.get("Precedence")
        return "" if precedence is None else f", precedence {precedence}"
    if of is RESOURCE_SERVER:
        return f", with {counted(len(thing.settings.get('Scopes', [])), 'scope')}"
    return f", of the type {thing.type}" if of is PROVIDER else ""


def _changed(of: Shape, key: str, thing: FileObject, row: Any, name: str, target: RestoreTarget) -> RestoreItem | None:
    """`name`: as calls say which it is. None where nothing differs."""
    held, then = of.payload(row.settings), dict(thing.settings)
    if of is CLIENT:
        then["ClientName"] = thing.name
    changes = _of_provider(held, then) if of is PROVIDER else differing(held, then)
    if not changes:
        return None
    step = update(of, target.arn, row.name, changes, name)
    taken = all(value is None for value in changes.values())
    shown = setting_differences(of, _flat(held) if of is PROVIDER else held, changes)
    new_role = of is GROUP and "RoleArn" in changes
    item = RestoreItem(
        key,
        thing.name,
        "Changed",
        not taken,
        steps=(step,),
        differences=shown,
        warnings=tuple(_of_role(thing) if new_role else []),
    )
    return with_warnings(item, target)


def _of_provider(held: Settings, then: Settings) -> dict[str, Any]:
    """Path by path: what the console doesn't keep of the details stays as AWS has it."""
    flat, wanted = _flat(held), _flat(then)
    return different_from(held, {name: wanted.get(name) for name in sorted({*flat, *wanted})})


def _flat(settings: Mapping[str, Any]) -> dict[str, Any]:
    """… without what stands for a secret."""
    rest = {name: value for name, value in settings.items() if name != "ProviderDetails"}
    details = settings.get("ProviderDetails", {})
    return rest | {
        f"ProviderDetails.{name}": value
        for name, value in details.items()
        if value != AS_AWS_HAS_IT and name not in (*SECRETS, METADATA)
    }


# ---- App clients ---------------------------------------------------------------------------------------------
def _clients(file: PoolFile, target: RestoreTarget) -> RestorePart:
    """A client is the one of its id, or else the only one of its name: names aren't unique."""
    rows, items, notes, same = target.rows(CLIENT), [], [], 0
    found = {place: rows.pop(each.id) for place, each in enumerate(file.clients) if each.id in rows}
    in_file = Counter(each.name for place, each in enumerate(file.clients) if place not in found)
    for place, client in enumerate(file.clients):
        named = [row for row in rows.values() if row.name == client.name]
        if place not in found and named and (len(named) > 1 or in_file[client.name] > 1):
            notes.append(f"{client.name}: several app clients are called so, and none has the id {client.id}.")
            continue
        row = found.get(place) or (rows.pop(named[0].aws_id) if named else None)
        if row is not None and row.has_secret is not client.has_secret:
            notes.append(
                f"{client.name} was made with{'' if row.has_secret else 'out'} a secret: AWS doesn’t change that."
            )
        item = _client(place, client, row, file, target)
        if item is None:
            same += 1
        else:
            items.append(item)
    return RestorePart("App clients", items, [*notes, *_others([row.name for row in rows.values()])], same)


def _client(place: int, client: FileObject, row: Any, file: PoolFile, target: RestoreTarget) -> RestoreItem | None:
    key, needs = f"{APP} {place} {client.name}", dict(_needs(client.settings, file, target))
    if row is not None:
        item = _changed(CLIENT, key, client, row, row.aws_id, target)
        return None if item is None else _with(item, needs)
    words = "Made, with a new id and a new secret" if client.has_secret else "Made, with a new id"
    step = create_client(target.arn, client.name, client.settings, secret=client.has_secret)
    return with_warnings(RestoreItem(key, client.name, words, True, steps=(step,), needs=needs), target)


def _with(item: RestoreItem, needs: Mapping[str, str]) -> RestoreItem:
    return replace(item, needs=needs)


def _needs(settings: Settings, file: PoolFile, target: RestoreTarget) -> Iterator[tuple[str, str]]:
    """What AWS asks to be there first: keys of items, and what these are; what the target has is left out."""
    providers, servers = target.rows(PROVIDER), target.rows(RESOURCE_SERVER)
    for name in settings.get("SupportedIdentityProviders", []):
        if name != _COGNITO and name not in providers:
            yield f"{PROVIDED} {name}", f"the identity provider {name}"
    scopes = {f"{name}/{scope}" for name, row in servers.items() for scope in row.settings.get("Scopes", {})}
    for scope in settings.get("AllowedOAuthScopes", []):
        if "/" in scope and scope not in scopes:
            identifier = scope.rpartition("/")[0]
            yield f"{SERVER} {identifier}", f"the scope {scope}"
    if target.pool is not None:
        for name in {*settings.get("ReadAttributes", []), *settings.get("WriteAttributes", [])}:
            if ":" in name and name not in target.attributes:
                yield f"{ATTRIBUTE} {name}", f"the attribute {name}"


# ---- Domains -------------------------------------------------------------------------------------------------
def _domains(file: PoolFile, target: RestoreTarget) -> RestorePart:
    if target.pool is not None and target.pool.domains is None:
        return RestorePart("Domains", notes=["The domains weren’t read yet: refresh the pool, and look again."])
    held: dict[str, Settings] = target.pool.domains if target.pool else {}
    items, notes, same = [], [], 0
    for name, about in file.domains.items():
        version = about.get("ManagedLoginVersion", 1)
        certificate = about.get("CustomDomainConfig", {}).get("CertificateArn", "")
        others = [each for each in held if each != name and ("." in each) is ("." in name)]
        if others:
            notes.append(f"{name}: the pool has {others[0]}, and a pool has one domain of each kind. It stays.")
            continue
        now = held.get(name)
        kind = CREATE_DOMAIN if now is None else UPDATE_DOMAIN
        if now is not None and _same_domain(now, version, certificate):
            same += 1
            continue
        step = set_domain(kind, target.arn, target.name, name, version, certificate)
        items.append(with_warnings(_domain(name, step, now, target), target))
    return RestorePart("Domains", items, [*notes, *_others([each for each in held if each not in file.domains])], same)


def _same_domain(now: Settings, version: int, certificate: str) -> bool:
    held = now.get("CustomDomainConfig", {}).get("CertificateArn", "")
    return bool(now.get("ManagedLoginVersion", 1) == version and held == certificate)


def _domain(name: str, step: StepSpec, now: Settings | None, target: RestoreTarget) -> RestoreItem:
    """A domain is of one pool at a time: while somebody has it, it isn't ticked."""
    if now is not None:
        return RestoreItem(f"{DOMAIN} {name}", name, "Changed", True, steps=(step,))
    which = "custom_domain" if "." in name else "domain"
    owners = UserPool.objects.live().filter(aws_account=target.aws_account, **{which: name})
    owner = owners.order_by("pk").first()
    warning = (
        f"The user pool {owner.name} ({owner.aws_id}) has it: take it from there first."
        if owner
        else "A domain is of one pool at a time. AWS refuses it while another pool has it, in whatever AWS account."
    )
    return RestoreItem(f"{DOMAIN} {name}", name, "Given to the pool", False, steps=(step,), warnings=(warning,))
