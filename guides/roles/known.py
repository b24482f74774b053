"""What the mirror knows for the role builder: resources by their names, and the keys that encrypt them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from aws_constraints.arn import Arn, name_of
from guides.roles.touched import BY_KIND, TOUCHABLES, touchable_of
from guides.roles.touching import Touchable, names_one
from resources.models import Resource

SUGGESTED = 500
_S3 = "arn:{}:s3:::"
KEY_FACT = "kms_key"


class NotFoundError(ValueError):
    """Why what was typed is no resource that a role may touch, and what to type, in sentences."""


@dataclass(frozen=True)
class FoundResource:
    """`row`: as the mirror has it; None: only its ARN is known. `prefix`: what was typed behind the name of a
    bucket.
    """

    touchable: Touchable
    arn: str
    prefix: str = ""
    row: Resource | None = None

    @property
    def name(self) -> str:
        """As people call it."""
        if self.row is not None:
            return self.row.name
        arn = Arn.parse(self.arn)
        resource = arn.resource if arn else self.arn
        kind = self.touchable.resource_type.arn.split(":", 5)[5].partition("$")[0]  # "table/", "log-group:"
        return resource.removeprefix(kind) or name_of(resource)

    @property
    def region(self) -> str:
        if self.row is not None and self.row.located_in:
            return self.row.located_in
        arn = Arn.parse(self.arn)
        return arn.region if arn else ""


def held(aws_account: AwsAccount) -> QuerySet[Any]:
    """What the mirror has that a role may touch."""
    rows: QuerySet[Any] = Resource.objects.live().filter(aws_account=aws_account, kind__in=list(BY_KIND))
    return rows.exclude(arn="").order_by("name_key", "kind")


def suggestions(aws_account: AwsAccount) -> list[tuple[str, str]]:
    """ARNs, each with what it is; the first ones of very many."""
    rows = held(aws_account)[:SUGGESTED]
    return [(row.arn, f"{row.name}: {BY_KIND[row.kind].label.lower()}, {row.located_in}".rstrip(", ")) for row in rows]


def found(aws_account: AwsAccount, typed: str) -> FoundResource:
    """By its ARN, or by its name where the mirror has one of that name. Raises NotFoundError."""
    typed = typed.strip()
    if not names_one(typed):
        raise NotFoundError("Give the name or the ARN of one, without spaces, quotes or wildcards.")
    if not typed.startswith("arn:"):
        return _by_name(aws_account, typed)
    bare = of_arn(aws_account, typed)
    return replace(bare, row=held(aws_account).filter(arn=bare.arn).first())


def of_arn(aws_account: AwsAccount, arn: str) -> FoundResource:
    """Whether or not the mirror has it: without its row. Raises NotFoundError."""
    prefix = ""
    if arn.startswith(_S3.format(aws_account.partition)):
        arn, _, prefix = arn.partition("/")
    arn = arn.removesuffix(":*")  # as AWS gives those of log groups
    parsed = Arn.parse(arn) if names_one(arn) else None
    touchable = touchable_of(arn) if parsed else None
    if parsed is None or touchable is None:
        kinds = ", ".join(each.label.lower() for each in TOUCHABLES)
        raise NotFoundError(f"This isn’t the ARN of something that the table has: {kinds}.")
    if parsed.partition != aws_account.partition:
        raise NotFoundError(f"This is of another partition: ARNs begin with arn:{aws_account.partition}: here.")
    return FoundResource(touchable, arn, prefix.removesuffix("*"))


def _by_name(aws_account: AwsAccount, typed: str) -> FoundResource:
    rows = list(held(aws_account).filter(name_key=typed.casefold())[:3])
    if not rows and "/" in typed:  # a bucket, and what in it
        bucket, _, prefix = typed.partition("/")
        buckets = list(held(aws_account).filter(name_key=bucket.casefold(), kind="s3.bucket")[:1])
        return _of_row(buckets[0], prefix) if buckets else _unknown(typed)
    if len(rows) > 1:
        several = " and ".join(f"{BY_KIND[row.kind].label.lower()} {row.arn}" for row in rows[:2])
        raise NotFoundError(f"Several are called so: {several}. Give the ARN.")
    return _of_row(rows[0]) if rows else _unknown(typed)


def _of_row(row: Resource, prefix: str = "") -> FoundResource:
    return FoundResource(BY_KIND[row.kind], row.arn, prefix, row)


def _unknown(typed: str) -> FoundResource:
    raise NotFoundError(f"The mirror has nothing called “{typed[:80]}”. Give its ARN; it needn’t exist yet.")


# ---- Keys of KMS -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class EncryptingKey:
    """The key of a resource. `arn`: "" where AWS names it in a way from which the mirror doesn't find it."""

    arn: str
    name: str


def keys_of(aws_account: AwsAccount, resources: Sequence[FoundResource]) -> dict[str, EncryptingKey]:
    """By ARN, the keys of the customer's that encrypt them, as far as the mirror tells. At most one query."""
    said = {each.arn: (each, name) for each in resources if (name := _key_named(each))}
    if not said:
        return {}
    rows = list(Resource.objects.live().filter(aws_account=aws_account, kind="kms.key"))
    return {arn: _key(each, name, rows) for arn, (each, name) in said.items()}


def _key_named(resource: FoundResource) -> str:
    """As AWS's answer names it; "" for none, and for keys that AWS manages: these take no permission."""
    if resource.row is None or not resource.touchable.via:
        return ""
    said = str(resource.row.facts.get(KEY_FACT) or "")
    return "" if said.rpartition("alias/")[2].startswith("aws/") else said


def _key(resource: FoundResource, said: str, rows: Sequence[Resource]) -> EncryptingKey:
    """By ARN, id or alias."""
    called = said.rpartition(":")[2]
    for row in rows:
        if said == row.arn or row.region != resource.region:
            names = {row.arn}
        else:
            aliases = row.facts.get("aliases") or ()
            names = {
                row.arn,
                row.arn.rpartition(":")[2],
                row.arn.rpartition("/")[2],
                *(f"alias/{each}" for each in aliases),
            }
        if said in names or called in names:
            return EncryptingKey(row.arn, row.name)
    return EncryptingKey(said if ":key/" in said else "", said.rpartition("/")[2])


def held_of(aws_account: AwsAccount, arns: Sequence[str]) -> dict[str, Resource]:
    """By ARN, in one query."""
    return {row.arn: row for row in held(aws_account).filter(arn__in=arns)} if arns else {}
