"""Search by ids that aren't names: of access keys, sessions and root users; and for inline policies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse

from accounts.models import Operator
from accounts.roles import SEE_IAM, roles_with
from aws_constraints import key_ids
from aws_constraints.arn import Arn
from iamconsole.web.search import kinds
from iamconsole.web.search.asked import SearchQuery
from iamconsole.web.search.kinds import FoundKind, FoundRow, MirroredKind, Searcher, SearchHit, SearchScope
from identities.models import AccessKey, IamRole, InlinePolicy

_ROLE_AND_SESSION = re.compile(r"(AROA[A-Z0-9]{12,})(?::(.{2,64}))?", re.ASCII)  # as CloudTrail has a principalId
_KEY_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", re.ASCII | re.IGNORECASE)


def _seen(operator: Operator) -> SearchScope:
    return SearchScope(operator.aws_accounts_with(roles_with(SEE_IAM)))


def _place(row: Any, aws_id: str) -> dict[str, str]:
    return {"account_id": row.aws_account.account_id, "aws_id": aws_id}


# ---- Access keys: what a log or an alert names is the key, and who has it is the question --------------------------
def _show_keys(searcher: Searcher, rows: Sequence[FoundRow]) -> Mapping[int, SearchHit]:
    keys = AccessKey.objects.filter(pk__in=[row.pk for row in rows]).select_related("aws_account", "user")
    return {
        key.pk: SearchHit(
            key.name,
            reverse("user_credentials", kwargs=_place(key, key.user.aws_id)),
            f"An access key of {key.user.name}",
            gone_at=key.gone_at,
        )
        for key in keys
    }


def _show_inline(searcher: Searcher, rows: Sequence[FoundRow]) -> Mapping[int, SearchHit]:
    policies = InlinePolicy.objects.filter(pk__in=[row.pk for row in rows])
    return {
        policy.pk: SearchHit(
            policy.name,
            reverse(policy.owner.kind.removeprefix("iam."), kwargs=_place(policy, policy.owner.aws_id)),
            f"An inline policy of the {policy.owner.kind.removeprefix('iam.')} {policy.owner.name}",
            gone_at=policy.gone_at,
        )
        for policy in policies.select_related("aws_account", "user", "group", "role")
    }


# ---- Ids of sessions, of keys that nobody here has, and of root users ----------------------------------------------
def find_by_id(searcher: Searcher, asked: SearchQuery, most: int) -> Sequence[SearchHit]:
    """What an id says that is no object's own. What isn't to be seen is told like what isn't there."""
    found = [*_sessions(searcher, asked.text), *_roots(searcher, asked.text), *_keys(searcher, asked.text)]
    return found[:most]


def _sessions(searcher: Searcher, text: str) -> Iterator[SearchHit]:
    """Of `arn:aws:sts::…:assumed-role/ROLE/SESSION` or `AROA…:SESSION`: the role."""
    arn, by_id = Arn.parse(text), _ROLE_AND_SESSION.fullmatch(text)
    if arn and arn.role_of_session:
        wanted = Q(aws_account__account_id=arn.account, name_key=arn.role_of_session.casefold())
        session = arn.resource.split("/", 2)[2]
    elif by_id and by_id[2]:
        wanted, session = Q(aws_id=by_id[1]), by_id[2]
    else:
        return
    here = [aws_account.pk for aws_account in searcher.holding(SEE_IAM)]
    for role in IamRole.objects.filter(wanted, aws_account__in=here).select_related("aws_account"):
        yield SearchHit(
            role.name,
            reverse("role", kwargs=_place(role, role.aws_id)),
            f"The session {session} is one of this role’s",
            str(role.aws_account),
            gone_at=role.gone_at,
            elsewhere=searcher.is_elsewhere(role.aws_account_id),
            icon="hat-glasses",
        )


def _roots(searcher: Searcher, text: str) -> Iterator[SearchHit]:
    arn = Arn.parse(text)
    aws_account = (
        searcher.by_number.get(arn.account) if arn and (arn.service, arn.resource) == ("iam", "root") else None
    )
    if aws_account in searcher.holding(SEE_IAM) and aws_account:
        yield SearchHit(
            "Root user",
            reverse("root_user", kwargs={"account_id": aws_account.account_id}),
            "In a policy this ARN means the whole AWS account, and not only its root user",
            str(aws_account),
            elsewhere=searcher.is_elsewhere(aws_account.pk),
            icon="crown",
        )


def _keys(searcher: Searcher, text: str) -> Iterator[SearchHit]:
    """Whose AWS account a key is of that no user has whom the operator may see."""
    for found in dict.fromkeys(each.upper() for each in _KEY_ID.findall(text)[:1]):
        if AccessKey.objects.filter(name_key=found.casefold(), aws_account__in=_pks(searcher)).exists():
            continue
        account_id = key_ids.account_in_key_id(found)
        if not account_id:
            what, why = (
                f"{found} isn’t of a user here",
                "Its id doesn’t say its AWS account, as those made since 2019 do.",
            )
        else:
            what, why = f"{found} is of the AWS account {account_id}", "Read from the id, which AWS doesn’t document."
        how = "AWS says it for sure: sts:GetAccessKeyInfo, which the key’s page asks."
        session = " It is temporary: CloudTrail says whose session it was." if key_ids.is_temporary(found) else ""
        aws_account = searcher.by_number.get(account_id)
        url = f"{reverse('access_key')}?{urlencode({'key': found})}" if searcher.holding(SEE_IAM) else ""
        yield SearchHit(
            what,
            url,
            f"{why} {how}{session}",
            str(aws_account) if aws_account else "",
            icon="key-round",
        )


def _pks(searcher: Searcher) -> list[int]:
    return [aws_account.pk for aws_account in searcher.holding(SEE_IAM)]


def register() -> None:
    kinds.register(
        FoundKind(
            name="ids",
            label="By its id",
            icon="fingerprint-pattern",
            position=1,
            words=("id", "session"),
            find=find_by_id,
            least=16,
        ),
        MirroredKind(
            name="keys",
            label="Access keys",
            icon="key-round",
            position=35,
            words=("key", "keys", "access key"),
            model=AccessKey,
            sees=_seen,
            show=_show_keys,
        ),
        MirroredKind(
            name="inline",
            label="Inline policies",
            icon="file-text",
            position=42,
            words=("policy", "policies", "inline policy"),
            model=InlinePolicy,
            sees=_seen,
            show=_show_inline,
        ),
    )
