"""Pages of exports: an AWS account whole, what was picked in a list, one object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import audit
from accounts.access import fetch_aws_account, signed_in
from accounts.roles import SEE_IAM
from iamconsole.web.addresses import needs, page
from iamconsole.web.selections import keep_posted
from iamconsole.web.words import counted
from identities.models import InstanceProfile, OidcProvider, SamlProvider
from infrastructure.code.parts import LeftOut
from infrastructure.exports.files import FORMATS, TERRAFORM, file_of, text_of
from infrastructure.exports.forms import ExportForm
from infrastructure.exports.kinds import LISTS, ExportedList
from infrastructure.exports.reading import prefetched, row_part
from infrastructure.exports.selection import PRINCIPALS, ExportSelection
from infrastructure.owned.evidence import evidence_of
from objects.object_pages import TabLink, fetch_row, render_tab, rows_within
from objects.views.object_action import picked_rows
from objects.views.stage import REFUSED

audit.register({"infrastructure.exported": "exported {objects} of {aws_account} as {format}"})

_EXPORT = "aws/<str:account_id>/export/"
_WORDS: Mapping[type[Any], tuple[str, str]] = {
    **{listed.kind.of.model: (listed.kind.of.word, listed.kind.of.several) for listed in LISTS.values()},
    InstanceProfile: ("instance profile", "instance profiles"),
    OidcProvider: ("OIDC provider", "OIDC providers"),
    SamlProvider: ("SAML provider", "SAML providers"),
}


@require_http_methods(["GET", "POST"])
@never_cache
def export(request: HttpRequest, account_id: str) -> HttpResponseBase:
    """The page, and by POST the file."""
    aws_account = fetch_aws_account(request, account_id)
    return _page(
        request, ExportSelection(aws_account), f"iam-{account_id}", heading=f"Export {aws_account.name} as code"
    )


def list_patterns(listed: ExportedList) -> list[URLPattern]:
    """`export/users/` is `users_export`, where the form of the list goes `users_export_picked`."""
    kind, many = listed.kind, listed.kind.many

    def stage_url(account_id: str) -> str:
        return reverse(f"{many}_stage", kwargs={"account_id": account_id})

    @require_POST
    def picked(request: HttpRequest, account_id: str) -> HttpResponse:
        fetch_aws_account(request, account_id)
        return keep_posted(request, stage_url(account_id), reverse(f"{many}_export", kwargs={"account_id": account_id}))

    @require_http_methods(["GET", "POST"])
    @never_cache
    def export_rows(request: HttpRequest, account_id: str) -> HttpResponseBase:
        aws_account, rows = fetch_aws_account(request, account_id), rows_within(request, kind, account_id)
        found = picked_rows(listed.table, rows, aws_account, request, stage_url(account_id))
        selection = ExportSelection(aws_account, kind.of.model, [row.pk for row in found])
        words = f"the {kind.of.word} {found[0].name}" if len(found) == 1 else _counted(kind.of.model, len(found))
        name = found[0].name if len(found) == 1 else kind.many
        return _page(request, selection, f"{name}-{account_id}", heading=f"Export {words} as code", listed=listed)

    route = f"{_EXPORT}{many.replace('_', '-')}/"
    return [
        page(route, export_rows, needs(SEE_IAM), name=f"{many}_export"),
        page(f"{route}picked/", picked, needs(SEE_IAM), name=f"{many}_export_picked"),
    ]


def _page(
    request: HttpRequest, selection: ExportSelection, name: str, *, heading: str, listed: ExportedList | None = None
) -> HttpResponseBase:
    form = ExportForm(request.POST or None)
    if selection.model not in PRINCIPALS:
        del form.fields["with_policies"]
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        chosen = ExportSelection(
            selection.aws_account, selection.model, selection.picked, bool(said.get("with_policies", True))
        )
        if chosen.counts():
            return _file(request, chosen, said["wanted"], name)
        form.add_error(None, "There is nothing to export: the mirror has none yet, or AWS looks after all of them.")
    context = {
        "form": form,
        "heading": heading,
        "aws_account": selection.aws_account,
        "selection": selection,
        "lines": list(_lines(selection)),
        "listed": listed,
        "back_url": reverse(
            listed.kind.many if listed else "overview", kwargs={"account_id": selection.aws_account.account_id}
        ),
    }
    return render(request, "infrastructure/export.html", context, status=REFUSED if form.errors else 200)


def _lines(selection: ExportSelection) -> Iterator[str]:
    """ "41 roles", for what the file would have."""
    for model, number in selection.counts().items():
        yield _counted(model, number)


def _counted(model: type[Any], number: int) -> str:
    return counted(number, *_WORDS[model])


def _file(request: HttpRequest, selection: ExportSelection, wanted: str, name: str) -> StreamingHttpResponse:
    aws_account = selection.aws_account
    numbers = {_WORDS[model][1]: number for model, number in selection.counts().items()}
    audit.record(
        "infrastructure.exported",
        actor=signed_in(request),
        aws_account=aws_account,
        obj=("aws_account", aws_account.account_id, str(aws_account)),
        data={"format": FORMATS[wanted], "objects": ", ".join(_lines(selection)), "numbers": numbers},
        request=request,
    )
    made = file_of(selection, wanted)
    response = StreamingHttpResponse(made.pieces, content_type=made.content_type)
    filename = f"{slugify(name) or 'iam'}-{timezone.localtime():%Y-%m-%d}.{made.suffix}"
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


# ---- The tab of an object ------------------------------------------------------------------------------------
def code_pattern(listed: ExportedList) -> URLPattern:
    """`roles/<aws_id>/code/` is `role_code`."""
    kind = listed.kind

    @require_GET
    def code(request: HttpRequest, account_id: str, aws_id: str) -> HttpResponse:
        row = fetch_row(request, kind, account_id, aws_id)
        wanted = request.GET.get("format", TERRAFORM)
        wanted = wanted if wanted in FORMATS else TERRAFORM
        prefetch_related_objects([row], *prefetched(kind.of.model))
        part = row_part(row)
        left_out = part if isinstance(part, LeftOut) else None
        export_url = reverse(f"{kind.many}_export", kwargs={"account_id": account_id})
        context = {
            "evidence": evidence_of(row),
            "left_out": left_out,
            "text": "" if left_out else text_of(part, wanted),
            "format_label": FORMATS[wanted],
            "formats": _formats(wanted),
            "export_url": "" if left_out or row.gone_at else f"{export_url}?pick={row.aws_id}",
        }
        return render_tab(request, kind, row, tab="code", template="infrastructure/code.html", context=context)

    address = f"aws/<str:account_id>/{kind.of.path}/<str:aws_id>/code/"
    return page(address, code, needs(SEE_IAM), name=f"{kind.name}_code")


def _formats(current: str) -> Sequence[TabLink]:
    return [TabLink(label, f"?format={name}", name == current, None) for name, label in FORMATS.items()]
