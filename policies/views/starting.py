"""What an editor's text can be begun from, and how it becomes the operator's draft of what is edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import fetch_aws_account, signed_in
from accounts.models import AwsAccount
from policies import editor_drafts, starting
from policies.edited_objects import EditedObject, fetch_edited
from policies.editor_drafts import CannotKeep, Typed
from policies.gallery.catalogue import TEMPLATES
from policies.gallery.parameters import MOST, Place
from policies.gallery.template import InvalidParametersError, PolicyTemplate
from policies.starting import CannotBeginError, StartQuery, StartRow, StartSource, sources_of
from policies.summaries import summaries_of
from sync.texts import storable

MOST_WORDS = 200
_LONGEST_PAGE = 6  # digits
LONGEST_VALUE = 2_048  # an ARN


@dataclass(frozen=True)
class StartLink:
    source: StartSource
    url: str
    is_current: bool
    count: str


@require_safe
def start(request: HttpRequest, account_id: str) -> HttpResponse:
    """Where to begin from. The address says what is edited, `from` which source is shown, `q` what is looked for."""
    aws_account = fetch_aws_account(request, account_id)
    edited = fetch_edited(request, aws_account, request.GET)
    sources = sources_of(edited.kind)
    if not sources:
        raise Http404("There is nothing to begin such a document from.")
    shown = next((each for each in sources if each.name == request.GET.get("from")), sources[0])
    query = StartQuery(
        aws_account, signed_in(request), request.GET.get("q", "")[:MOST_WORDS], _page_of(request.GET.get("page", ""))
    )
    found = shown.rows(query)
    context = {
        "aws_account": aws_account,
        "edited": edited,
        "links": [
            StartLink(each, f"?{_query(edited, {'from': each.name})}", each is shown, each.count(query))
            for each in sources
        ],
        "shown": shown,
        "words": query.words,
        "groups": _grouped(edited, shown, found.rows),
        "use_url": f"{reverse('document_start_use', kwargs={'account_id': account_id})}?{_query(edited)}",
        **_paging(edited, shown, query, found.total),
    }
    return render(request, "policies/start.html", context)


def _page_of(typed: str) -> int:
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_PAGE else 1


def _paging(edited: EditedObject, shown: StartSource, query: StartQuery, total: int) -> dict[str, Any]:
    """What the pager takes; nothing where all fit."""
    if total <= starting.ROWS and query.page == 1:
        return {}

    def url(page: int) -> str:
        return f"?{_query(edited, {'from': shown.name, 'q': query.words, 'page': str(page)})}"

    return {
        "total": total,
        "first": min(query.span.start + 1, total),
        "last": min(query.span.stop, total),
        "previous_url": url(query.page - 1) if query.page > 1 else "",
        "next_url": url(query.page + 1) if query.span.stop < total else "",
    }


@require_POST
def use(request: HttpRequest, account_id: str) -> HttpResponse:
    """A row of a source becomes the draft."""
    aws_account = fetch_aws_account(request, account_id)
    edited = fetch_edited(request, aws_account, request.GET)
    source = next((each for each in sources_of(edited.kind) if each.name == request.POST.get("from")), None)
    query = StartQuery(aws_account, signed_in(request))
    try:
        text = source.text(query, storable(request.POST.get("value", ""))[:LONGEST_VALUE]) if source else None
    except CannotBeginError as error:
        messages.error(request, str(error))
        start_url = reverse("document_start", kwargs={"account_id": account_id})
        return redirect(f"{start_url}?{_query(edited, {'from': request.POST['from']})}")
    if text is None:
        raise Http404("There is no such text to begin from.")
    return begin(request, edited, text)


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, account_id: str, template: str) -> HttpResponse:
    """The parameters of a template; filled, what comes of them; with `use`, that becomes the draft."""
    aws_account = fetch_aws_account(request, account_id)
    edited = fetch_edited(request, aws_account, request.GET)
    found = TEMPLATES.get(template)
    if found is None or all(each.name != starting.TEMPLATES for each in sources_of(edited.kind)):
        raise Http404("There is no such template for such a document.")
    form = TemplateForm(found, aws_account, request.POST or None)
    text = form.text if form.is_valid() or not found.parameters else ""
    if text and "use" in request.POST:
        return begin(request, edited, text)
    context = {
        "aws_account": aws_account,
        "edited": edited,
        "template": found,
        "form": form,
        "text": text,
        "summaries": summaries_of(text) if text else [],
        "back_url": f"{reverse('document_start', kwargs={'account_id': account_id})}?{_query(edited)}",
    }
    return render(request, "policies/template.html", context, status=422 if form.errors else 200)


class TemplateForm(forms.Form):
    """A field for each parameter. `text`: of the cleaned form, the document."""

    def __init__(self, template: PolicyTemplate, aws_account: AwsAccount, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.template = template
        self.place = Place(aws_account.partition, aws_account.account_id)
        for parameter in template.parameters:
            self.fields[parameter.name] = forms.CharField(
                label=parameter.label, max_length=MOST, help_text=parameter.help(self.place)
            )

    @property
    def text(self) -> str:
        return self.template.document(getattr(self, "cleaned_data", {}), self.place)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        try:
            self.template.document(cleaned, self.place)
        except InvalidParametersError as error:
            for name, sentence in error.sentences.items():
                if name not in self.errors:
                    self.add_error(name, sentence)
        return cleaned


def begin(request: HttpRequest, edited: EditedObject, text: str) -> HttpResponse:
    """To the editor, with the text as the operator's draft; one that was there is kept beside it."""
    operator = signed_in(request)
    typed = Typed(text, {}, edited.base(operator), edited.name)
    try:
        editor_drafts.begin(actor=operator, key=edited.key, typed=typed)
    except CannotKeep as error:
        messages.error(request, str(error))
    return redirect(edited.url)


@dataclass(frozen=True)
class StartGroup:
    """`rows`: each with the address where it goes on, "" for one whose button sends it."""

    title: str
    rows: Sequence[tuple[StartRow, str]]


def _grouped(edited: EditedObject, shown: StartSource, rows: Sequence[StartRow]) -> list[StartGroup]:
    by_group = groupby(rows, lambda row: row.group)
    return [
        StartGroup(title, [(row, row.url or _template_url(edited, shown, row.value)) for row in found])
        for title, found in by_group
    ]


def _query(edited: EditedObject, more: Mapping[str, str] | None = None) -> str:
    return urlencode({**edited.query, **(more or {})})


def _template_url(edited: EditedObject, shown: StartSource, name: str) -> str:
    """Of the page with the parameters of a template; "" for what needs none."""
    if shown.name != starting.TEMPLATES:
        return ""
    kwargs = {"account_id": edited.key.aws_account.account_id, "template": name}
    return f"{reverse('document_template', kwargs=kwargs)}?{_query(edited)}"
