"""The pages of an AWS account at a moment in the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from iamconsole.web.counts import lately
from iamconsole.web.diff import laid_out
from iamconsole.web.keyset import Order, paged
from iamconsole.web.words import counted
from identities import as_of
from identities.dangling_trusts import words_by_id
from identities.models import IamGroup, IamRole, IamUser
from identities.trust import principals_of, sentences, unique_ids
from policies.documents import texts_of
from policies.models import ManagedPolicy
from sync.mirror import mirror_of
from sync.mirror.differences import is_document
from sync.models import MirroredRow, Revision

ROWS = 50
BY_NAME = Order("name", "name_key")


@dataclass(frozen=True)
class ListedObject:
    """An object in the list, as it was."""

    name: str
    url: str
    arn: str
    had: str
    row: MirroredRow


@dataclass(frozen=True)
class TiedObject:
    """Another object that it was tied to; `url` leads to that one at the same moment."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class PolicyText:
    """A policy document that it had."""

    title: str
    text: str


@require_GET
def as_of_list(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    at, wrong = _moment(request)
    kind = request.GET.get("kind", "users")
    if kind not in as_of.KINDS:
        raise Http404("There is no such kind.")
    moment = as_of.moment_at(aws_account, at)
    context: dict[str, Any] = {"moment": moment, "wrong": wrong, "kind": kind, "aws_account": aws_account}
    if moment.pull:
        context |= _page(request, aws_account, kind, at)
    return render(request, "identities/as_of/list.html", context)


def _moment(request: HttpRequest) -> tuple[datetime, str]:
    """The moment that the address names, and what is wrong with it. None named, or a later one: now."""
    now, said = timezone.now(), request.GET.get("at", "").strip()
    if not said:
        return now, ""
    try:
        at = datetime.fromisoformat(said)
        at = timezone.make_aware(at) if timezone.is_naive(at) else at
    except (ValueError, OverflowError):
        return now, f"“{said[:40]}” is no date with a time, such as 2026-03-31T18:00. This is now."
    return (at, "") if at <= now else (now, "That is yet to come. This is now.")


def _page(request: HttpRequest, aws_account: AwsAccount, kind: str, at: datetime) -> dict[str, Any]:
    rows = as_of.present(aws_account, as_of.KINDS[kind], at).select_related("aws_account")
    after, before = (request.GET.get(name, "") for name in ("after", "before"))
    page = paged(rows, BY_NAME, ROWS, after, before, count=lately)
    states = as_of.states(aws_account, as_of.KINDS[kind].kind, [row.aws_id for row in page.rows], at)
    return {
        "lines": [_line(row, found, at) for row in page.rows if (found := states.get(row.aws_id)) and not found.gone],
        "page": page,
        "tabs": [_tab(aws_account, name, kind, at) for name in as_of.KINDS],
        "previous_url": _list_url(aws_account, kind, at, before=page.previous) if page.previous else "",
        "next_url": _list_url(aws_account, kind, at, after=page.next) if page.next else "",
    }


def _tab(aws_account: AwsAccount, name: str, current: str, at: datetime) -> dict[str, Any]:
    count = lately(as_of.present(aws_account, as_of.KINDS[name], at))
    url = _list_url(aws_account, name, at)
    return {"label": name.capitalize(), "url": url, "current": name == current, "count": count}


def _list_url(aws_account: AwsAccount, kind: str, at: datetime, **more: str) -> str:
    query = urlencode({"at": said(at), "kind": kind, **more})
    return f"{reverse('as_of', kwargs={'account_id': aws_account.account_id})}?{query}"


def said(at: datetime) -> str:
    """The moment as the address has it, in the time zone of the page."""
    return timezone.localtime(at).replace(tzinfo=None).isoformat()


def _many(row: MirroredRow) -> str:
    return next(name for name, model in as_of.KINDS.items() if isinstance(row, model))


def _url(row: MirroredRow, at: datetime) -> str:
    kwargs = {"account_id": row.aws_account.account_id, "kind": row.kind, "aws_id": row.aws_id}
    return f"{reverse('as_of_one', kwargs=kwargs)}?{urlencode({'at': said(at)})}"


def _line(row: MirroredRow, revision: Revision, at: datetime) -> ListedObject:
    content = revision.content
    return ListedObject(content["name"], _url(row, at), content["arn"], _had(content), row)


def _had(content: Mapping[str, Any]) -> str:
    """ "in 2 groups, 1 attached policy": what it had, in a few words."""
    if "default_version" in content:
        return f"{content['default_version']} in force, of {counted(len(content['versions']), 'version')}"
    parts = [
        f"in {counted(len(content['groups']), 'group')}" if content.get("groups") else "",
        f"{len(content['attached'])} attached" if content["attached"] else "",
        f"{len(content['inline'])} inline" if content["inline"] else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing"


# ---- One object ----------------------------------------------------------------------------------------------


@require_GET
def as_of_one(request: HttpRequest, account_id: str, kind: str, aws_id: str) -> HttpResponse:
    """One object as it was. That it wasn't there is an answer too."""
    aws_account = fetch_aws_account(request, account_id)
    model = next((model for model in as_of.KINDS.values() if model.kind == kind), None)
    if model is None:
        raise Http404("There is no such kind.")
    row = get_object_or_404(model.objects.filter(aws_account=aws_account), aws_id=aws_id)
    row.aws_account = aws_account
    at, wrong = _moment(request)
    moment = as_of.moment_at(aws_account, at)
    revision = as_of.state(row, at) if moment.pull else None
    context: dict[str, Any] = {
        "moment": moment,
        "wrong": wrong,
        "row": row,
        "revision": revision,
        "aws_account": aws_account,
        "list_url": _list_url(aws_account, _many(row), at),
        "now_url": reverse(mirror_of(row.kind).page, kwargs={"account_id": account_id, "aws_id": aws_id}),
    }
    if revision and not revision.gone:
        context |= _as_it_was(row, revision.content, at)
    return render(request, "identities/as_of/one.html", context)


def _as_it_was(row: MirroredRow, content: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    return {
        "content": content,
        "boundary": name_of(content.get("boundary", "")),
        "ties": [(title, tied) for title, tied in _ties(row, content, at) if tied is not None],
        "texts": _texts(content),
        "sentences": _trust(row, content),
    }


def _ties(row: Any, content: Mapping[str, Any], at: datetime) -> Iterable[tuple[str, Sequence[TiedObject] | None]]:
    if isinstance(row, IamUser):
        groups = {held.group.name_key: held.group for held in as_of.groups_of(row, at)}
        yield "Groups", [_tied(row, name, groups.get(name.casefold()), at) for name in content["groups"]]
    if isinstance(row, IamGroup):
        yield "Members", [_tied(row, held.user.name, held.user, at) for held in as_of.members_of(row, at)]
    if isinstance(row, ManagedPolicy):
        yield "Attached to", [_holder(row, held.owner, at) for held in as_of.holders_of(row, at)]
        return
    policies = {held.arn: held.policy for held in as_of.attachments_of(row, at)}
    yield "Attached policies", [_tied(row, name_of(arn), policies.get(arn), at) for arn in content["attached"]]


def _tied(row: MirroredRow, name: str, other: MirroredRow | None, at: datetime) -> TiedObject:
    if other is None:
        return TiedObject(name)
    other.aws_account = row.aws_account
    return TiedObject(name, _url(other, at))


def _holder(row: MirroredRow, owner: MirroredRow, at: datetime) -> TiedObject:
    noun = owner.kind.removeprefix("iam.").capitalize()
    return _tied(row, f"{noun} {owner.name}", owner, at)


def _texts(content: Mapping[str, Any]) -> list[PolicyText]:
    """Every document that it had; of a managed policy the one in force."""
    wanted: dict[str, str] = {}
    if "default_version" in content:
        version = content["default_version"]
        wanted[f"Version {version}, in force"] = content["versions"][version]["text"]
    wanted |= {f"Inline policy {name}": document["text"] for name, document in content.get("inline", {}).items()}
    if is_document(content.get("trust")):
        wanted["Trust policy"] = content["trust"]["text"]
    texts = texts_of(wanted.values())
    return [PolicyText(title, laid_out(texts[text_hash])) for title, text_hash in wanted.items() if text_hash in texts]


def _trust(row: MirroredRow, content: Mapping[str, Any]) -> list[Any]:
    if not isinstance(row, IamRole) or not is_document(content.get("trust")):
        return []
    text = texts_of([content["trust"]["text"]]).get(content["trust"]["text"], "")
    deleted = words_by_id(row.aws_account, unique_ids(principals_of(text)))
    return sentences(text, row.aws_account.account_id, deleted)
