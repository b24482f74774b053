"""Objects of AWS as the mirror has them: users, groups, roles, policies and other kinds, each as its list has it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router, Schema

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from api.interface import asks
from api.listing import ListQuery, fields_of, list_page
from api.paging import Cursors, PageQuery
from api.table_parameters import listed_by
from iamconsole.web.addresses import needs
from objects.history import history_of, raw_of
from objects.object_pages import rows_for
from objects.views.lists import ObjectList, object_lists

router = Router(tags=["Objects"])

Kind = Annotated[str, Path(description="Such as users, groups, roles or policies: see the list of kinds.")]


class FilterOut(Schema):
    name: str
    words: str


class KindOut(Schema):
    kind: str
    one: str
    many: str
    filters: list[FilterOut]
    sorts: list[str]


class KindsOut(Schema):
    items: list[KindOut]


class ObjectRow(Schema):
    """`fields`: the columns of the list, as its file has them."""

    id: str
    kind: str
    name: str
    arn: str | None
    fields: dict[str, Any]


class ObjectPage(Schema):
    items: list[ObjectRow]
    next: str | None


class ObjectFacet(Schema):
    """What one source says of it. `content`: as the console understands it; `extra`: what AWS says beside that."""

    name: str
    title: str
    read_at: datetime
    content: Any
    extra: Any


class ObjectOut(ObjectRow):
    gone_at: datetime | None
    facets: list[ObjectFacet]


class RevisionOut(Schema):
    """`words`: what it changed. `origin`: import, change (by this console), outside, or aws. `content`: with
    documents in the place of references to them, as pages show it; null where it is gone.
    """

    number: int
    facet: str
    seen_at: datetime
    origin: str
    change: int | None
    gone: bool
    words: list[str]
    content: Any


class RevisionPage(Schema):
    items: list[RevisionOut]
    next: str | None


def listings() -> dict[str, ObjectList]:
    """By kind, in an order that doesn't depend on which app came first."""
    found = {name: each for name, each in object_lists().items() if each.kind.of.see == SEE_IAM}
    return dict(sorted(found.items()))


def _listing_of(kind: str) -> ObjectList:
    found = listings().get(kind)
    if found is None:
        raise Http404
    return found


@router.get("/aws-accounts/{account_id}/objects", response=KindsOut, url_name="api_kinds", operation_id="list_kinds")
@asks(needs(SEE_IAM))
def list_kinds(request: HttpRequest, account_id: str) -> KindsOut:
    """The kinds of objects, with the filters that their lists take as parameters."""
    return KindsOut(items=[_kind(name, each) for name, each in listings().items()])


def _kind(name: str, listing: ObjectList) -> KindOut:
    table = listing.table
    return KindOut(
        kind=name,
        one=table.one,
        many=table.many,
        filters=[FilterOut(name=each.name, words=each.label) for each in table.filters],
        sorts=[column.name for column in table.columns if column.sort],
    )


@router.get(
    "/aws-accounts/{account_id}/objects/{kind}",
    response=ObjectPage,
    url_name="api_objects",
    operation_id="list_objects",
)
@asks(needs(SEE_IAM))
@listed_by(lambda: {kind: each.table for kind, each in listings().items()})
def list_objects(request: HttpRequest, account_id: str, kind: Kind, asked: Query[ListQuery]) -> ObjectPage:
    """A page of the list. Filters of the kind are parameters, too: `?mfa=none`."""
    aws_account, listed = fetch_aws_account(request, account_id), _listing_of(kind)
    rows = (listed.rows or listed.kind.rows_of)(aws_account)
    page = list_page(request, listed.table, rows, aws_account, limit=asked.limit, after=asked.after)
    return ObjectPage(items=[_row(listed, row) for row in page.rows], next=page.next)


def _row(listed: ObjectList, row: Any) -> ObjectRow:
    return ObjectRow(**_head(listed, row), fields=fields_of(listed.table, row))


def _head(listed: ObjectList, row: Any) -> dict[str, Any]:
    kind = listed.kind
    return {
        "id": row.aws_id,
        "kind": kind.of.list_name,
        "name": kind.called(row),
        "arn": kind.of.arn_of_row(row) or None,
    }


@router.get(
    "/aws-accounts/{account_id}/objects/{kind}/{object_id}",
    response=ObjectOut,
    url_name="api_object",
    operation_id="read_object",
)
@asks(needs(SEE_IAM))
def read_object(request: HttpRequest, account_id: str, kind: Kind, object_id: str) -> ObjectOut:
    """One object by AWS's immutable id, with all that is known of it; also one that is gone."""
    listed, row = _fetch(request, account_id, kind, object_id)
    facets = [
        ObjectFacet(
            name=each.facet.source,
            title=each.title,
            read_at=each.facet.read_at,
            content=_json(each.content),
            extra=_json(each.extra),
        )
        for each in raw_of(row)
    ]
    fields = fields_of(listed.table, row)
    return ObjectOut(**_head(listed, row), fields=fields, gone_at=row.gone_at, facets=facets)


def _fetch(request: HttpRequest, account_id: str, kind: str, object_id: str) -> tuple[ObjectList, Any]:
    aws_account: AwsAccount = fetch_aws_account(request, account_id)
    listed = _listing_of(kind)
    permitted = rows_for(signed_in(request), listed.kind, aws_account, SEE_IAM)
    row = get_object_or_404(permitted.select_related("aws_account"), aws_id=object_id)
    listed_row = (listed.rows or listed.kind.rows_of)(aws_account).filter(pk=row.pk).first()
    return listed, listed_row or row  # a list leaves out what is gone


def _json(text: str) -> Any:
    return json.loads(text) if text else None


@router.get(
    "/aws-accounts/{account_id}/objects/{kind}/{object_id}/revisions",
    response=RevisionPage,
    url_name="api_revisions",
    operation_id="list_revisions",
)
@asks(needs(SEE_IAM))
def list_revisions(
    request: HttpRequest, account_id: str, kind: Kind, object_id: str, asked: Query[PageQuery]
) -> RevisionPage:
    """What is known of its past, the newest first."""
    _, row = _fetch(request, account_id, kind, object_id)
    cursors = Cursors.of(request)
    history = history_of(row, before=cursors.read_number(asked.after), most=asked.limit)
    items = [
        RevisionOut(
            number=entry.number,
            facet=entry.revision.facet.source,
            seen_at=entry.seen_at,
            origin=entry.origin,
            change=entry.change_id,
            gone=entry.gone,
            words=list(entry.words),
            content=_json(entry.text),
        )
        for entry in history.entries
    ]
    return RevisionPage(items=items, next=cursors.write(history.older_than))
