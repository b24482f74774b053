"""The kinds of whom one can contain: how their row is fetched by what the address says, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts.access import may_in_pool, signed_in
from accounts.roles import SEE_PEOPLE
from cognito.identity_pools.views import IDENTITY_POOL
from cognito.models import CognitoUser, IdentityPool
from cognito.object_pages import PERSON as POOL_PERSON
from cognito.people.display_names import title_of
from contain.models import Containment
from contain.subjects.base import AskedOf, Subject
from contain.subjects.cognito import IdentitySubject, PoolPersonSubject
from contain.subjects.iam import RoleSubject, UserSubject
from contain.subjects.person import PersonSubject
from directory.models import DirectoryUser
from directory.object_pages import PERSON
from directory.people.names import called, sees_people
from identities.models import IamRole, IamUser
from identities.object_pages import ROLE, USER
from objects.object_pages import ObjectPages, fetch_row


@dataclass(frozen=True)
class SubjectKind:
    """`fetch`: gets the request, the id of the AWS account and the object's; raises Http404. `model`: of its rows."""

    slug: str
    model: Any
    fetch: Callable[[HttpRequest, str, str], Any]
    make: Callable[[Any, AskedOf], Subject]


def _of_pages(pages: ObjectPages) -> Callable[[HttpRequest, str, str], Any]:
    return lambda request, account_id, aws_id: fetch_row(request, pages, account_id, aws_id)


def _looked_at(pages: ObjectPages) -> Callable[[HttpRequest, str, str], Any]:
    """Of people: who looks at whom is in the audit trail."""

    def fetch(request: HttpRequest, account_id: str, aws_id: str) -> Any:
        row = fetch_row(request, pages, account_id, aws_id)
        pages.looked_at(request, row)
        return row

    return fetch


KINDS: Mapping[str, SubjectKind] = {
    each.slug: each
    for each in (
        SubjectKind(UserSubject.slug, IamUser, _of_pages(USER), UserSubject),
        SubjectKind(PoolPersonSubject.slug, CognitoUser, _looked_at(POOL_PERSON), PoolPersonSubject),
        SubjectKind(IdentitySubject.slug, IdentityPool, _of_pages(IDENTITY_POOL), IdentitySubject),
        SubjectKind(PersonSubject.slug, DirectoryUser, _looked_at(PERSON), PersonSubject),
        SubjectKind(RoleSubject.slug, IamRole, _of_pages(ROLE), RoleSubject),
    )
}


def row_of(containment: Containment) -> Any | None:
    """Of the mirror, gone or not."""
    kind = KINDS.get(containment.slug)
    if kind is None:
        return None
    rows = kind.model.objects.filter(aws_account=containment.aws_account, aws_id=containment.object_id)
    return rows.select_related("aws_account").order_by("-pk").first()


def anew_url(containment: Containment) -> str:
    """Where the same is contained anew: the same identity of an identity pool, begun from the same key."""
    if containment.slug not in KINDS:
        return ""
    named = {"account_id": containment.aws_account.account_id, "aws_id": containment.object_id}
    said = {"key": containment.key}
    if containment.slug == IdentitySubject.slug:
        said["identity"] = containment.name
    query = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse(f'{containment.slug}_contain', kwargs=named)}{f'?{query}' if query else ''}"


def name_of(request: HttpRequest, containment: Containment, row: Any | None) -> str:
    """What the operator is told that they are called. That they are told a person's name is in the audit trail."""
    operator = signed_in(request)
    if isinstance(row, DirectoryUser) and sees_people(operator, containment.aws_account):
        PERSON.looked_at(request, row)
        return called(row)
    if isinstance(row, CognitoUser) and may_in_pool(operator, SEE_PEOPLE, containment.aws_account, row.pool.aws_id):
        POOL_PERSON.looked_at(request, row)
        return title_of(row) or containment.called
    return containment.called
