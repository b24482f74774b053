"""What the mirrors hold of what a policy names: objects by their ARNs, AWS accounts by their numbers.

Each operator is told of what they may see, and of nothing else: what isn't held and what they may not see are the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from aws_constraints.arn import Arn
from iamconsole.web.search import narrowed
from objects import kinds
from objects.kinds import AwsKind
from policies.engine import catalogue
from policies.models import OrgAccount, Organization

MOST = 50  # objects of a type that are offered
MOST_TYPES = 6
MOST_ACCOUNTS = 200


@dataclass(frozen=True)
class HeldObject:
    """`word`: of its kind, such as "role". `account`, `account_name`: the AWS account that has it."""

    arn: str
    word: str
    account: str
    account_name: str


@dataclass(frozen=True)
class NamedThing:
    """What an ARN or an AWS account's number names. `url` is "" where no page shows it."""

    title: str
    sentence: str
    url: str = ""


def kind_with(service: str, resource: str) -> AwsKind | None:
    """The kind whose ARNs have this service and this word: iam and role."""
    if not resource:
        return None
    return next((each for each in kinds.registered() if (each.service, each.resource) == (service, resource)), None)


def held_types() -> list[str]:
    """Those of which `objects_of` knows objects."""
    return sorted(f"{each.service}:{each.resource}" for each in kinds.registered() if each.resource)


def objects_of(
    operator: Operator, aws_account: AwsAccount, types: Iterable[str], words: str, *, everywhere: bool = False
) -> list[HeldObject]:
    """Of types such as "iam:role", what AWS has with the words in name or ARN: at most MOST of each, by name.

    `words` may be the beginning of an ARN. `everywhere`: also in the other AWS accounts that the operator may see,
    behind those of this one.
    """
    found: list[HeldObject] = []
    for name in list(dict.fromkeys(types))[:MOST_TYPES]:
        service, _, resource = name.partition(":")
        if kind := kind_with(service, resource):
            found += _objects(kind, operator, aws_account, _name_in(words), everywhere)
    return sorted(found, key=lambda each: each.account != aws_account.account_id)


def _objects(
    kind: AwsKind, operator: Operator, aws_account: AwsAccount, name: str, everywhere: bool
) -> Iterator[HeldObject]:
    rows = kind.rows_for(operator).filter(gone_at=None).select_related("aws_account")
    own = narrowed(rows.filter(aws_account=aws_account), name).order_by("name_key")[:MOST]
    others = narrowed(rows.exclude(aws_account=aws_account), name).order_by("name_key")[:MOST] if everywhere else ()
    for row in (*own, *others):
        yield HeldObject(kind.arn_of_row(row), kind.word, row.aws_account.account_id, row.aws_account.name)


def _name_in(words: str) -> str:
    """What is typed of the name: `rep` of `arn:aws:iam::123456789012:role/rep`."""
    if not words.startswith("arn:"):
        return words
    resource = words.split(":", 5)[5:]
    return resource[0].replace(":", "/").rpartition("/")[2] if resource and "/" in resource[0] else ""


# ---- What an ARN names ---------------------------------------------------------------------------------------
_PATTERN = "A pattern: it stands for all whose ARNs match it."


def thing_with(arn: str, operator: Operator, accounts: Mapping[str, str]) -> NamedThing | None:
    """None for what is no ARN. `accounts`: names by number, of those that the operator may know."""
    parts = Arn.parse(arn)
    if parts is None:
        return None
    where = _where(parts.account, accounts)
    if "*" in arn or "?" in arn or "${" in arn:
        return NamedThing(_title(arn), f"{_PATTERN}{where}")
    kind = kind_with(parts.service, parts.kind)
    if kind is None:
        return NamedThing(_title(arn), f"The mirror holds no objects of this type.{where}")
    row = _row(kind, operator, arn)
    title = f"{kind.word[0].upper()}{kind.word[1:]} {row.name if row else kind.name_of(arn)}"
    if row is None:
        return NamedThing(title, f"The mirror doesn’t hold it, as far as you may see.{where}")
    url = reverse(kind.name, kwargs={"account_id": row.aws_account.account_id, "aws_id": row.aws_id})
    held = "It was deleted." if row.gone_at else "The mirror holds it."
    return NamedThing(title, f"{held}{where}", url)


def _row(kind: AwsKind, operator: Operator, arn: str) -> Any:
    """The live one of several that had the ARN."""
    name = kind.name_of(arn)
    rows = kind.rows_for(operator).filter(Q(name_key=name.casefold()) | Q(aws_id=name)).select_related("aws_account")
    found = [row for row in rows.order_by("-pk")[:MOST] if kind.arn_of_row(row) == arn]
    return min(found, key=lambda row: row.gone_at is not None, default=None)


def _title(arn: str) -> str:
    types = sorted({each.name for each in catalogue.types_of_arn(arn)})
    service = catalogue.service_names().get(arn.split(":")[2], "")
    if not types:
        return f"ARN of {service}" if service else "ARN"
    return f"{' or '.join(types[:3])}{' …' if len(types) > 3 else ''} of {service or arn.split(':')[2]}"


def _where(number: str, accounts: Mapping[str, str]) -> str:
    if not number.isdecimal():
        return ""
    return f" {account_with(number, accounts).sentence}"


# ---- AWS accounts --------------------------------------------------------------------------------------------
def account_with(number: str, accounts: Mapping[str, str]) -> NamedThing:
    name = accounts.get(number)
    if name is None:
        return NamedThing(f"AWS account {number}", f"You may see no AWS account with the number {number} here.")
    return NamedThing(f"AWS account {number}", f"AWS account {number} is {name}.")


def names_of_accounts(operator: Operator, visible: Sequence[AwsAccount]) -> dict[str, str]:
    """By number: those of this console, then those of the organizations that its mirrors hold."""
    members = OrgAccount.objects.visible_to(operator, SEE_IAM).live().order_by("name_key")[:MOST_ACCOUNTS]
    return {**dict(members.values_list("aws_id", "name")), **{each.account_id: each.name for each in visible}}


def organization_of(aws_account: AwsAccount) -> str:
    """Its id, o-…; "" where the mirror holds none."""
    found = Organization.objects.live().filter(aws_account=aws_account).values_list("aws_id", flat=True).first()
    return found or ""
