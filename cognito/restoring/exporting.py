"""A user pool as a file: what the mirror has of it, streamed, so that memory doesn't grow with its memberships."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from cognito.models import CognitoGroup, CognitoMembership, CognitoUser, UserPool
from cognito.people.person_record import people_settings_of
from cognito.pools.operations.pools import FIXED
from cognito.pools.operations.shapes import (
    AS_AWS_HAS_IT,
    CLIENT,
    GROUP,
    MFA,
    POOL,
    PROVIDER,
    RESOURCE_SERVER,
    RISK,
)
from cognito.restoring.pool_file import FORMAT, VERSION
from cognito.setting_values import canonical
from iamconsole.web.words import some

_CHUNK = 500
_OF_DOMAINS = ("CustomDomainConfig", "ManagedLoginVersion")
# What nobody gets out of AWS, or what this console doesn't keep: said in the file, and on the page.
NEVER = (
    "People: no attributes, passwords and second factors. AWS gives out no passwords; people are invited anew.",
    "Secrets of app clients: a client that is made from this file gets a new id and a new secret.",
    "Secrets of identity providers, and metadata that was given as a document: this console doesn’t keep them.",
    "How sign-in pages look, how apps register themselves: the mirror doesn’t have them.",
    "Tracking of sessions, and log delivery: they are set on the pool’s page.",
    "Threat protection of single app clients: a client that is made from this file has another id, and follows the "
    "pool.",
)
WITHOUT_MEMBERSHIPS = "Who is in which group: left out when the file was made, or not for who made it."
SETTINGS_ONLY = "Who is in which group: this console keeps no people of the pool."
GONE = "Who is in which group: the pool is gone from AWS, and its people with it."


def memberships_of(pool: UserPool) -> QuerySet[CognitoMembership]:
    """Of people who are there, by group."""
    live = CognitoMembership.objects.filter(
        group__pool=pool, gone_at__isnull=True, group__gone_at__isnull=True, user__gone_at__isnull=True
    )
    return live.select_related("group", "user").order_by("group__name", "group", "user__name_key", "user")


def people_in(pool: UserPool) -> int:
    return CognitoUser.objects.filter(pk__in=memberships_of(pool).order_by().values("user")).count()


def unread_groups(pool: UserPool) -> list[str]:
    """Groups of which nobody knows who is in them."""
    rows = CognitoGroup.objects.live().filter(pool=pool, members_read_at__isnull=True)
    return list(rows.order_by("name_key").values_list("name", flat=True))


def lines_of(pool: UserPool, *, memberships: bool) -> Iterator[str]:
    """The file, in pieces."""
    mirrored = people_settings_of(pool).mirrors_people
    head = json.dumps(_head(pool, memberships=memberships, mirrored=mirrored), indent=2, ensure_ascii=False)
    yield head.removesuffix("\n}")
    yield ',\n  "memberships": '
    yield from _membership_lines(pool) if memberships and mirrored and not pool.gone_at else ["null"]
    yield "\n}\n"


def _head(pool: UserPool, *, memberships: bool, mirrored: bool) -> dict[str, Any]:
    described = pool.settings
    return {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": timezone.now().isoformat(timespec="seconds"),
        "from": {"aws_account": pool.aws_account.account_id, "region": pool.region, "pool_id": pool.aws_id},
        "not_in_this_file": [*NEVER, *_missing(pool, memberships=memberships, mirrored=mirrored)],
        "pool": {
            "name": pool.name,
            "fixed": canonical(described, [name for name in FIXED if name != "Schema"]),
            "attributes": described.get("SchemaAttributes", []),
            "settings": _without(POOL.payload(described), "PoolName", "MfaConfiguration"),
        },
        "mfa": None if pool.mfa_config is None else MFA.payload(pool.mfa_config),
        "risk": None if pool.risk is None else RISK.payload(pool.risk),
        "domains": {name: canonical(about, _OF_DOMAINS) for name, about in sorted((pool.domains or {}).items())},
        **_belonging(pool),
    }


def _missing(pool: UserPool, *, memberships: bool, mirrored: bool) -> Iterator[str]:
    if pool.gone_at:
        yield GONE
    elif not mirrored:
        yield SETTINGS_ONLY
    elif not memberships:
        yield WITHOUT_MEMBERSHIPS
    elif unread := unread_groups(pool):
        yield f"Who is in {some(unread)}: not read yet."
    for what, held in (("MFA", pool.mfa_config), ("The domains", pool.domains)):
        if held is None:
            yield f"{what}: not read yet."
    if pool.risk is None:
        yield "Threat protection: the pool’s plan has none, or it wasn’t read yet."


def _of(pool: UserPool, relation: str) -> QuerySet[Any]:
    """What belongs to the pool; of one that is gone, what went with it: pulls see that its pool is gone first."""
    rows: QuerySet[Any] = getattr(pool, relation).order_by("name_key", "pk")
    went_with_it = Q(gone_at__gte=pool.gone_at) if pool.gone_at else Q(pk=None)
    return rows.filter(Q(gone_at__isnull=True) | went_with_it)


def _belonging(pool: UserPool) -> dict[str, Any]:
    clients, groups, providers = (_of(pool, name) for name in ("appclients", "cognitogroups", "poolproviders"))
    servers = _of(pool, "resourceservers").exclude(managed_by="COGNITO")
    return {
        "clients": [
            {
                "name": row.name,
                "id": row.aws_id,
                "has_secret": row.has_secret,
                "settings": _without(CLIENT.payload(row.settings), "ClientName"),
            }
            for row in clients
        ],
        "groups": [{"name": row.name, "settings": GROUP.payload(row.settings)} for row in groups],
        "resource_servers": [{"name": row.name, "settings": RESOURCE_SERVER.payload(row.settings)} for row in servers],
        "identity_providers": [_provider(row) for row in providers],
    }


def _provider(row: Any) -> dict[str, Any]:
    """Without what stands for a secret; which that is, is said."""
    settings = PROVIDER.payload(row.settings)
    details = settings.get("ProviderDetails", {})
    left_out = sorted(name for name, value in details.items() if value == AS_AWS_HAS_IT)
    in_words = {**settings, "ProviderDetails": _without(details, *left_out)}
    return {"name": row.name, "type": row.provider_type, "left_out": left_out, "settings": in_words}


def _membership_lines(pool: UserPool) -> Iterator[str]:
    """A person on each line."""
    by_group = groupby(memberships_of(pool).iterator(chunk_size=_CHUNK), key=lambda each: each.group)
    separator = "["
    for group, members in by_group:
        yield f'{separator}\n    {{"group": {json.dumps(group.name, ensure_ascii=False)}, "people": [\n      '
        comma = ""
        for each in members:
            yield f"{comma}{json.dumps(_person(pool, each.user), ensure_ascii=False)}"
            comma = ",\n      "
        yield "\n    ]}"
        separator = ","
    yield "[]" if separator == "[" else "\n  ]"


def _person(pool: UserPool, person: CognitoUser) -> dict[str, str]:
    """By what they are found in another pool, where their `sub` is another one."""
    said = {"sub": person.aws_id}
    if person.name != person.aws_id:
        said["username"] = person.name
    signs_in_with = [person.attributes.get(name) for name in pool.username_attributes]
    if found := next((value for value in signs_in_with if value), None):
        said["signs_in_with"] = str(found)
    return said


def _without(said: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name not in names}
