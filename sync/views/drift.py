"""The pages of drift: the list, one difference, accept, propose the reverse, and a feed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.syndication.views import Feed
from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_GET, require_POST

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount, Operator
from iamconsole.web import panels
from iamconsole.web.diff import DiffLine, document_diff
from iamconsole.web.filters import ChoiceFilter, Filter, FilterChoice
from iamconsole.web.listings import TableListing, list_response
from iamconsole.web.tables import Column, Table
from iamconsole.web.words import counted
from sync import drift as service
from sync import mirror
from sync.activity.people import SaidAuthorship
from sync.changes import PlanError
from sync.changes.code_overrides import overrides_of, undone_of
from sync.drift import OPEN, DriftKind
from sync.mirror.differences import ContentDifference
from sync.models import Change, CodeOwnedRow, MirroredRow, Override, Revision, Run
from sync.operations import registry
from sync.views.doers import about_doers, doers_of, with_doers, with_events


# ---- The list ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class KindFilter(Filter):
    """Which kinds there are is known when all apps have registered theirs."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        nouns = {each.kind: each.called_in_words for each in mirror.registry.values()}
        return sorted(((kind, noun[0].upper() + noun[1:]) for kind, noun in nouns.items()), key=lambda pair: pair[1])

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows.filter(facet__kind=value)


@dataclass(frozen=True)
class PartFilter(Filter):
    """What changed: by a part of the content, as mirrors tell of it."""

    control: ClassVar[str] = "select"

    def options(self, scope: Any) -> Iterable[tuple[str, str]]:
        labels = {
            name: part.label
            for each in mirror.registry.values()
            for name, part in each.parts.items()
            if not part.follows
        }
        return sorted(labels.items(), key=lambda pair: pair[1])

    def chip(self, scope: Any, value: str) -> str | None:
        return dict(self.options(scope)).get(value)

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        then, now = (_part(value, of) for of in ("before", "content"))
        differs = rows.filter(gone=False).annotate(part_then=then, part_now=now).exclude(part_then=F("part_now"))
        found: QuerySet[Any] = differs.exclude(part_then="", part_now__in=("[]", "{}"))  # new, and without it
        return found


def _of_code() -> Q:
    """Of objects that code owns, as their rows say."""
    owned = Q(pk__in=())
    for each in mirror.registry.values():
        if issubclass(each.model, CodeOwnedRow):
            ids = each.model.objects.filter(in_code=True).values("aws_id")
            owned |= Q(facet__kind=each.kind, facet__object_id__in=ids)
    return owned


def _part(name: str, of: str) -> Coalesce:
    return Coalesce(Cast(KeyTextTransform(name, of), TextField()), Value(""), output_field=TextField())


_APPEARED = Q(gone=False) & (Q(number=1) | Q(was_gone=True))

DRIFT = Table(
    name="drift",
    one="change outside this console",
    many="changes outside this console",
    rows_template="sync/drift/rows.html",
    count=lambda rows: rows.count(),  # to the letter, since accepting makes it less
    columns=(
        Column("seen", "First seen", lambda row: row.seen_at, sort="seen_at", newest_first=True),
        Column("kind", "Kind", service.noun_of),
        Column("name", "Name", service.object_in),
        Column("object_id", "Unique id", lambda row: row.facet.object_id),
        Column("what", "What changed", service.sentence),
        Column("after_pull", "After pull", lambda row: row.earlier_run or ""),
        Column("in_pull", "In pull", lambda row: row.run_id or ""),
        Column("accepted_by", "Accepted by", lambda row: str(row.accepted_by or "")),
        Column("accepted_pipeline", "Accepted by itself, of", lambda row: row.accepted_pipeline),
        Column("accepted_at", "Accepted", lambda row: row.accepted_at or ""),
        Column("reverted_at", "Reverted", lambda row: row.reverted_at or ""),
        Column("undone_by", "Undone by change", lambda row: row.reversal_id or ""),
    ),
    default_sort="-seen",
    filters=(
        ChoiceFilter(
            "state",
            "State",
            default="open",
            choices=(
                FilterChoice("open", "Open: nobody has looked at it", OPEN, "Open"),
                FilterChoice("accepted", "Accepted", Q(accepted_at__isnull=False)),
                FilterChoice(
                    "reverted", "Reverted since", Q(reverted_at__isnull=False) & ~Q(reversal__state="applied")
                ),
                FilterChoice("undone", "Undone by a change of this console", Q(reversal__state="applied"), "Undone"),
            ),
        ),
        ChoiceFilter(
            "happened",
            "What happened",
            choices=(
                FilterChoice("appeared", "It is new", _APPEARED, "New"),
                FilterChoice("changed", "It changed", Q(gone=False, number__gt=1) & ~Q(was_gone=True), "Changed"),
                FilterChoice("gone", "It was deleted", Q(gone=True), "Deleted"),
            ),
        ),
        ChoiceFilter(
            "in_code",
            "Owned by code",
            choices=(
                FilterChoice("yes", "Yes", lambda rows: rows.filter(_of_code()), "Owned by code"),
                FilterChoice("no", "No", lambda rows: rows.exclude(_of_code()), "Not owned by code"),
            ),
        ),
        PartFilter("part", "What changed"),
        KindFilter("kind", "Kind"),
    ),
    empty_icon="circle-check",
    empty_title="Nothing was changed outside this console",
    empty_text="What somebody changes in AWS by other means shows here after the pull that sees it.",
)


FEED_ITEMS = 50
SHOWN_IN_FULL = 400  # lines of a difference of documents; more are counted


# ---- What a template needs to know of one --------------------------------------------------------------------


@dataclass(frozen=True)
class DriftDifference:
    """A difference in words, and where it is one of documents, line by line."""

    words: str
    lines: list[DiffLine]


@dataclass(frozen=True)
class DriftEntry:
    revision: Any
    name: str
    noun: str
    facet: str  # "access keys"; "" for the object itself
    url: str  # of the object's page; "" where it has none
    happening: DriftKind
    differences: list[DriftDifference]
    earlier_run: Run | None
    can_be_undone: bool
    who: SaidAuthorship
    in_code: bool = False  # whether code owns it
    undone: Override | None = None  # the override of that code, in force, that it undoes

    @property
    def is_open(self) -> bool:
        return self.revision.accepted_at is None and self.revision.reverted_at is None and not self.is_undone

    @property
    def is_being_undone(self) -> bool:
        """A change that would undo it is on its way: no second one can be proposed."""
        return self.revision.reversal is not None and self.revision.reversal.state in Change.OPEN

    @property
    def is_undone(self) -> bool:
        return self.revision.reversal is not None and self.revision.reversal.state == "applied"


def entries(operator: Operator, aws_account: AwsAccount, revisions: Collection[Any]) -> list[DriftEntry]:
    """A page of them, ready to print for that operator; the queries don't grow with it."""
    revisions = list(revisions)
    rows, texts, runs = _rows(aws_account, revisions), _Texts(aws_account, revisions), service.earlier_runs(revisions)
    who = doers_of(operator, aws_account, revisions)
    overrides = overrides_of(aws_account, rows.values())
    return [_entry(revision, rows, texts, runs, who[revision.pk], overrides) for revision in revisions]


def _entry(
    revision: Any,
    rows: Mapping[tuple[str, str], MirroredRow],
    texts: _Texts,
    runs: Mapping[int, Run],
    who: SaidAuthorship,
    overrides: Mapping[tuple[str, str], Sequence[Override]],
) -> DriftEntry:
    about = mirror.mirror_about(revision.facet.kind)
    which = (revision.facet.kind, revision.facet.object_id)
    row = rows.get(which)
    return DriftEntry(
        revision=revision,
        name=revision.called or (row.name if row else service.name_in(revision)),
        noun=service.noun_of(revision),
        facet=service.facet_in(revision),
        url=about.url(row) if about and row else "",
        happening=service.happening(revision),
        differences=texts.differences(revision),
        earlier_run=runs.get(revision.earlier_run),
        can_be_undone=service.can_be_undone(revision),
        who=who,
        in_code=bool(getattr(row, "in_code", False)),
        undone=undone_of(overrides.get(which, ()), revision.seen_at),
    )


def _rows(aws_account: AwsAccount, revisions: Iterable[Any]) -> dict[tuple[str, str], MirroredRow]:
    """The objects, by kind and unique id: one query a kind."""
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for revision in revisions:
        wanted[revision.facet.kind].add(revision.facet.object_id)
    found: dict[tuple[str, str], MirroredRow] = {}
    for kind, ids in wanted.items():
        if about := mirror.mirror_about(kind):
            rows = about.model.objects.filter(aws_account=aws_account, aws_id__in=ids)
            found |= {(kind, row.aws_id): row for row in rows.select_related("aws_account")}
    return found


class _Texts:
    """The differences of some revisions, with the documents they speak of: as many queries as kinds of mirrors."""

    def __init__(self, aws_account: AwsAccount, revisions: Iterable[Any]) -> None:
        self._aws_account = aws_account
        self._of = {revision.pk: service.differences_of(revision) for revision in revisions}
        hashes: defaultdict[type[mirror.Mirror], set[str]] = defaultdict(set)
        mirrors: dict[type[mirror.Mirror], mirror.Mirror] = {}
        for revision in revisions:
            if its_mirror := service.mirror_for(revision):
                mirrors[type(its_mirror)] = its_mirror
                hashes[type(its_mirror)] |= {text for each in self._of[revision.pk] for text in (each.old, each.new)}
        self._texts: dict[str, str] = {}
        self._named: dict[str, str] = {}
        for kind, wanted in hashes.items():
            if wanted - {""}:
                texts = mirrors[kind].texts(wanted - {""})
                self._texts |= texts
                self._named |= mirrors[kind].named(aws_account, texts.values())

    def differences(self, revision: Revision) -> list[DriftDifference]:
        its_mirror = service.mirror_for(revision)
        return [self._difference(its_mirror, difference) for difference in self._of[revision.pk] if its_mirror]

    def _difference(self, its_mirror: mirror.Mirror, difference: ContentDifference) -> DriftDifference:
        old, new = (self._texts.get(text, "") for text in (difference.old, difference.new))
        if not old and not new:
            return DriftDifference(difference.words, [])
        lines = document_diff(old, new)
        if len(lines) > SHOWN_IN_FULL:
            more = DiffLine("…", counted(len(lines) - SHOWN_IN_FULL, "more line"))
            lines = [*lines[:SHOWN_IN_FULL], more]
        return DriftDifference(its_mirror.worded(self._aws_account, difference, old, new, self._named), lines)


# ---- Pages ---------------------------------------------------------------------------------------------------


@require_GET
def drift(request: HttpRequest, account_id: str) -> HttpResponseBase:
    aws_account = fetch_aws_account(request, account_id)

    operator = signed_in(request)

    def read(listing: TableListing) -> dict[str, Any]:
        return {"entries": entries(operator, aws_account, listing.page.rows)}

    rows, table = service.drift_of(aws_account), DRIFT
    if "format" in request.GET:
        rows, table = with_events(rows), with_doers(DRIFT, operator, aws_account)
    return list_response(request, table, rows, aws_account, "sync/drift.html", read=read)


@require_GET
def drift_one(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    """What it changed, and what undoing it would do, or why nothing can."""
    aws_account = fetch_aws_account(request, account_id)
    revision = get_object_or_404(service.drift_of(aws_account, ignored=True), pk=pk)  # histories lead here
    [entry] = entries(signed_in(request), aws_account, [revision])
    undoing = service.reversal_of(aws_account, revision)
    steps = [registry[spec.kind].title(registry[spec.kind].parse(spec.params)) for spec in undoing.steps]
    context = {"entry": entry, "steps": steps, "left": undoing.left, "aws_account": aws_account}
    context |= about_doers(entry.who, revision)
    context["panels"] = panels.about("revision", request, aws_account, revision)
    return render(request, "sync/drift/one.html", context)


@require_POST
def drift_accept(request: HttpRequest, account_id: str) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    chosen = [int(pk) for pk in request.POST.getlist("revision") if pk.isdecimal() and len(pk) < 19]
    knowingly = request.POST.get("with_overrides") == "1"
    count = service.accept(
        aws_account=aws_account, actor=signed_in(request), revisions=chosen, with_overrides=knowingly
    )
    if count:
        messages.success(request, f"Accepted {counted(count, 'change')} made outside this console.")
    if service.open_drift(aws_account).filter(pk__in=chosen).exists():
        messages.info(request, "What undoes an override of code stays open: it is accepted on its own page.")
    elif not count:
        messages.info(request, "Nothing was chosen that is still open.")
    return redirect("drift", account_id=account_id)


@require_POST
def drift_reverse(request: HttpRequest, account_id: str, pk: int) -> HttpResponse:
    aws_account = fetch_aws_account(request, account_id)
    get_object_or_404(service.drift_of(aws_account), pk=pk)
    try:
        change = service.propose_reverse(aws_account=aws_account, actor=signed_in(request), revision=pk)
    except PlanError as error:
        messages.error(request, str(error))
        return redirect("drift_one", account_id=account_id, pk=pk)
    return redirect("change", account_id=account_id, pk=change.pk)


# ---- The feed ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FeedOf:
    """Of which AWS account, for whom."""

    aws_account: AwsAccount
    operator: Operator


@dataclass(frozen=True)
class FeedItem:
    aws_account: AwsAccount
    revision: Any
    who: str


class DriftFeed(Feed):  # type: ignore[type-arg]  # generic to the type checker only
    """Atom, for readers that keep the operator's session: it asks for the same sign-in as the page."""

    feed_type = Atom1Feed

    def get_object(self, request: HttpRequest, account_id: str) -> FeedOf:
        return FeedOf(fetch_aws_account(request, account_id), signed_in(request))

    def title(self, obj: FeedOf) -> str:
        return f"Changes outside IAM Console in {obj.aws_account}"

    def link(self, obj: FeedOf) -> str:
        return reverse("drift", kwargs={"account_id": obj.aws_account.account_id})

    def items(self, obj: FeedOf) -> list[FeedItem]:
        newest = list(service.open_drift(obj.aws_account).order_by("-seen_at", "-pk")[:FEED_ITEMS])
        who = doers_of(obj.operator, obj.aws_account, newest)
        return [FeedItem(obj.aws_account, revision, who[revision.pk].words) for revision in newest]

    def item_title(self, item: FeedItem) -> str:
        return f"{service.noun_of(item.revision)} {service.object_in(item.revision)}: {service.sentence(item.revision)}"

    def item_description(self, item: FeedItem) -> str:
        return f"By {item.who}." if item.who else "Who did it isn’t known."

    def item_link(self, item: FeedItem) -> str:
        return reverse("drift_one", kwargs={"account_id": item.aws_account.account_id, "pk": item.revision.pk})

    def item_pubdate(self, item: FeedItem) -> datetime:
        seen_at: datetime = item.revision.seen_at
        return seen_at
