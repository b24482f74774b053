"""The answers with which the role builder opens: the usual ones, or those of a task of one click."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.crypto import get_random_string

from accounts.models import AwsAccount
from guides.roles import known
from guides.roles.invoking import HAND, LAMBDA
from guides.roles.known import FoundResource, NotFoundError
from guides.roles.outside import ISSUERS
from guides.roles.rows import ADD, with_row
from guides.roles.touched import BY_NAME
from identities.models import IamRole

_EXTERNAL_ID = 24
_ASKED, _LONGEST = ("user", "principal", "name"), 128


@dataclass(frozen=True)
class QuickStart:
    """A task of one click. `touches`: the kind of the first resource that the mirror has; `use`: what it may do
    there.
    """

    name: str
    title: str
    user: str
    touches: str = ""
    use: str = ""


QUICK_STARTS = (
    QuickStart("lambda-table", "Lambda with a table", LAMBDA, "table", "read-write"),
    QuickStart("lambda-bucket", "Lambda with a bucket", LAMBDA, "bucket", "read"),
    QuickStart("github", "GitHub Actions", "github"),
    QuickStart("account", "Another AWS account", "account"),
)
BY_NAME_OF_START = {each.name: each for each in QUICK_STARTS}


def opening(aws_account: AwsAccount, asked: Mapping[str, str]) -> QueryDict:
    """`asked`: the address's parameters: `start`, one of QUICK_STARTS; `resource`, an ARN; or some answers."""
    data = QueryDict(mutable=True)
    data.update(_usual(aws_account))
    data.update({name: asked[name][:_LONGEST] for name in _ASKED if asked.get(name)})
    if (start := BY_NAME_OF_START.get(asked.get("start", ""))) is not None:
        data["user"] = start.user
        found = _first(aws_account, start.touches, asked.get("resource", ""))
        if found is not None:
            data = with_row(data, found, start.use)
            data["named"] = _free(aws_account, found.name)
            data["region"] = found.region or aws_account.default_region
    elif resource := asked.get("resource", ""):
        try:
            data = with_row(data, known.found(aws_account, resource))
        except NotFoundError:
            data[ADD] = resource[:200]
    return _of_issuer(data)


def _usual(aws_account: AwsAccount) -> dict[str, str]:
    return {
        "user": LAMBDA,
        "region": aws_account.default_region,
        "starts": HAND,
        "own_logs": "on",
        "path": "/service/",
        "policy_as": "inline",
        "external_id": get_random_string(_EXTERNAL_ID),
    }


def _of_issuer(data: QueryDict) -> QueryDict:
    return with_usual(data, data.get("user", ""))


def with_usual(data: QueryDict, user: str) -> QueryDict:
    """With the usual address and audience of an issuer; those of another one go."""
    found = data.copy()
    chosen = next((each for each in ISSUERS if each.name == user), None)
    if chosen is None:
        return found
    for name, usual in (("url", chosen.url), ("audience", chosen.audience)):
        others = {getattr(each, name) for each in ISSUERS}
        if found.get(name, "") in {"", *others}:
            found[name] = usual
    return found


def _first(aws_account: AwsAccount, name: str, arn: str) -> FoundResource | None:
    """The one that is named, else the first of its kind in the mirror."""
    kind = BY_NAME[name].kind if name in BY_NAME else ""
    rows = known.held(aws_account).filter(kind=kind) if kind else known.held(aws_account).none()
    row = (rows.filter(arn=arn).first() if arn else None) or rows.first()
    return FoundResource(BY_NAME[name], row.arn, row=row) if row is not None else None


def _free(aws_account: AwsAccount, resource: str) -> str:
    """A name that no role has."""
    base = f"{resource.replace('/', '-').replace('.', '-')[:40]}-function"
    taken = set(
        IamRole.objects.live()
        .filter(aws_account=aws_account, name_key__startswith=base.casefold())
        .values_list("name_key", flat=True)
    )
    names = (base, *(f"{base}-{number}" for number in range(2, 100)))
    return next((each for each in names if each.casefold() not in taken), base)
