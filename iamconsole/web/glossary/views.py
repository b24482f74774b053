"""The glossary: a page of all terms, and one term as it is shown beside its word."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from iamconsole.web.fragments import wants_fragment
from iamconsole.web.glossary.examples import example_of
from iamconsole.web.glossary.terms import sections, terms
from iamconsole.web.search.views import searcher_of


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """`?account=`: the AWS account of which examples are told, where the operator may see it."""
    searcher = searcher_of(request)
    aws_account = searcher.current or (searcher.aws_accounts[0] if len(searcher.aws_accounts) == 1 else None)
    if aws_account is not None:
        request.aws_account = aws_account  # type: ignore[attr-defined]  # the shell stays that of the AWS account
    parts = [
        (section.title, [(term, example_of(term.slug, aws_account, request.user)) for term in section.terms])
        for section in sections()
    ]
    return render(request, "glossary.html", {"parts": parts, "aws_account": aws_account})


@require_safe
def glossary_term(request: HttpRequest, slug: str) -> HttpResponse:
    """For htmx; without it the link leads to the place of the term on the page of all."""
    term = terms().get(slug)
    if term is None:
        raise Http404("No such term.")
    searcher = searcher_of(request)
    account = f"?account={searcher.current.account_id}" if searcher.current else ""
    page = f"{reverse('glossary')}{account}#{slug}"
    if not wants_fragment(request):
        return redirect(page)
    context = {
        "term": term,
        "example": example_of(slug, searcher.current, request.user),
        "aws_account": searcher.current,
        "page": page,
    }
    return render(request, "elements/term.html", context)
