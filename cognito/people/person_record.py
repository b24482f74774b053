"""What AWS says of a person, as it is kept: who she is, how she stands, and the attributes on the pool's allow-list."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db.models import JSONField, OuterRef, Subquery

from cognito.models import CognitoUser, PoolPeopleSettings, UserPool
from cognito.models.people import usual_attributes
from sync.mirror import Item
from sync.mirror.bulk import Columns
from sync.mirror.hashing import moment

SUB = "sub"
_SAID_OF_MANY = frozenset({"true", "false"})  # nobody is looked for by these
_LONGEST_WORDS = 8000
_LONGEST_KEY = 256
_HASH_BYTES = 16


class Person(NamedTuple):
    """`attributes` are those that may be kept, in the order of their names."""

    sub: str
    username: str
    status: str
    enabled: bool
    created_at: datetime | None
    changed_at: datetime | None
    attributes: dict[str, str]
    content_hash: str

    @property
    def words(self) -> str:
        """What she is found by a part of. A username that is the `sub` is found by the whole of it."""
        return words_of(self.username, self.sub, self.attributes)

    def columns(self) -> Columns:
        return {
            "aws_id": self.sub,
            "name": self.username,
            "name_key": sort_key(self.username, self.sub, self.attributes),
            "status": self.status,
            "enabled": self.enabled,
            "created_at": self.created_at,
            "changed_at": self.changed_at,
            "attributes": self.attributes,
            "words": self.words,
            "content_hash": self.content_hash,
        }


def words_of(username: str, sub: str, attributes: Mapping[str, str]) -> str:
    said = [value for value in attributes.values() if value not in _SAID_OF_MANY]
    return "\n".join(said if username == sub else [username, *said])[:_LONGEST_WORDS]


def called(attributes: Mapping[str, str], username: str) -> str:
    """A name, as far as what is kept of her says one; at the least the username."""
    full = " ".join(filter(None, (attributes.get("given_name", ""), attributes.get("family_name", ""))))
    return attributes.get("name") or full or attributes.get("email") or attributes.get("phone_number") or username


def sort_key(username: str, sub: str, attributes: Mapping[str, str]) -> str:
    """By what lists go: the username, or what she is called where that is the `sub`, which says nothing to anybody."""
    return (called(attributes, username) if username == sub else username).casefold()[:_LONGEST_KEY]


def people_in(users: Iterable[Item], allowed: Sequence[str]) -> list[Person]:
    """`allowed`: names of attributes, sorted. What isn't among them goes no further than here."""
    return [_person(user, allowed) for user in users]


def _person(user: Item, allowed: Sequence[str]) -> Person:
    said = {each["Name"]: each.get("Value", "") for each in user["Attributes"]}
    kept = {name: said[name] for name in allowed if name in said}
    sub, username, status, enabled = said[SUB], user["Username"], user.get("UserStatus", ""), user.get("Enabled", True)
    created, changed = user.get("UserCreateDate"), user.get("UserLastModifiedDate")
    # No text of an answer has a NUL in it (sync/texts.py).
    about = "\0".join((sub, username, status, str(enabled), str(created), str(changed), *kept, *kept.values()))
    digest = blake2b(about.encode(), digest_size=_HASH_BYTES).hexdigest()
    return Person(sub, username, status, enabled, moment(created), moment(changed), kept, digest)


def people_settings_of(pool: UserPool) -> PoolPeopleSettings:
    """How its people are treated; the defaults where nobody has said so."""
    about = {"aws_account_id": pool.aws_account_id, "region": pool.region, "pool_id": pool.aws_id}
    return PoolPeopleSettings.objects.filter(**about).first() or PoolPeopleSettings(**about)


def cached_people_settings_of(pool: UserPool) -> PoolPeopleSettings:
    """The same, asked for once of this row of the pool: many people of it are told about."""
    kept: PoolPeopleSettings | None = vars(pool).get("_people_settings")
    if kept is None:
        kept = vars(pool)["_people_settings"] = people_settings_of(pool)
    return kept


def names_kept_of(person: CognitoUser, pool: UserPool) -> Collection[str]:
    """The attributes that are kept of the pool's people; asked for with the person on a page of theirs."""
    if hasattr(person, "kept_names"):
        return usual_attributes() if person.kept_names is None else list(person.kept_names)
    return allowed_by(cached_people_settings_of(pool))


def with_names_kept() -> Subquery:
    """For `annotate(kept_names=…)` of people."""
    about = {
        "aws_account": OuterRef("aws_account"),
        "region": OuterRef("pool__region"),
        "pool_id": OuterRef("pool__aws_id"),
    }
    return Subquery(PoolPeopleSettings.objects.filter(**about).values("attributes")[:1], output_field=JSONField())


def people_settings_by_pool(pools: Iterable[UserPool]) -> dict[int, PoolPeopleSettings]:
    """The same of pools of one AWS account, by their pks, in one query."""
    pools = list(pools)
    described: dict[tuple[str, str], PoolPeopleSettings] = {
        (people_settings.region, people_settings.pool_id): people_settings
        for people_settings in PoolPeopleSettings.objects.filter(
            aws_account__in={pool.aws_account_id for pool in pools}
        )
    }

    def people_settings(pool: UserPool) -> PoolPeopleSettings:
        about: dict[str, Any] = {"region": pool.region, "pool_id": pool.aws_id}
        found = described.get((pool.region, pool.aws_id))
        return found or PoolPeopleSettings(aws_account_id=pool.aws_account_id, **about)

    return {pool.pk: people_settings(pool) for pool in pools}


def allowed_by(people_settings: PoolPeopleSettings) -> list[str]:
    return sorted({*people_settings.attributes} - {SUB})
