"""What operators do on the page of a change across AWS accounts: each a form with an address of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from sync import spanning
from sync.changes import PlanError
from sync.forms import CommentForm, words_field
from sync.models import SpanningChange
from sync.spanning.events import BREAK_GLASS, EVENTS, RELEASE
from sync.views.spanning import SpanPage, fetch_span

_TYPED = (RELEASE.name, BREAK_GLASS.name)
_WAVE = re.compile(r"wave-(\d{1,18})", re.ASCII)


# By how many stand before it.
_ORDERS: Mapping[str, Callable[[int], int]] = {
    "alone": lambda place: place + 1,
    "canary": lambda place: min(place, 1) + 1,
    "together": lambda place: 1,
}


class SignedForm(forms.Form):
    """`digest`: of what the page said."""

    digest = forms.CharField(max_length=64)


class ApproveForm(SignedForm, CommentForm):
    """A word to it, if they like."""


class BreakGlassAcrossForm(SignedForm):
    reason = words_field("Reason", empty="Say why it can't wait: everybody with a role there reads it.")


class RejectAcrossForm(forms.Form):
    comment = words_field("Comment", empty="Say in the comment why you reject it: its requester reads that.")


class LeaveOutForm(forms.Form):
    which = forms.IntegerField(min_value=1)
    reason = words_field("Reason", empty="Say why it is left out: the approvers of the others read it.")


class WavesForm(forms.Form):
    """The number of a wave for each AWS account; a button with an `order` puts all of them, as they stand there."""

    order = forms.ChoiceField(choices=[(name, name) for name in ("alone", "canary", "together")], required=False)

    def clean(self) -> dict[str, Any]:
        order = (super().clean() or {}).get("order", "")
        found: dict[int, int] = {}
        for name, value in self.data.items():
            if match := _WAVE.fullmatch(name):
                if not (value.isascii() and value.isdigit() and len(value) < 4):
                    raise forms.ValidationError("A wave is a number, from 1.")
                found[int(match[1])] = _ORDERS[order](len(found)) if order else int(value)
        return {"waves": found}


FORMS: Mapping[str, type[forms.Form]] = {
    "approve": ApproveForm,
    "reject": RejectAcrossForm,
    "arrange": WavesForm,
    "release": SignedForm,
    "break_glass": BreakGlassAcrossForm,
    "resume": SignedForm,
    "leave_out": LeaveOutForm,
    "cancel": forms.Form,
    "reverse": forms.Form,
}
SERVICES: Mapping[str, Callable[..., SpanningChange]] = {
    "approve": spanning.approve,
    "reject": spanning.reject,
    "arrange": spanning.arrange,
    "release": spanning.release,
    "break_glass": spanning.break_glass,
    "resume": spanning.resume,
    "leave_out": spanning.leave_out,
    "cancel": spanning.cancel,
    "reverse": spanning.propose_reverse_across,
}
assert set(FORMS) == set(SERVICES) == {event.name for event in EVENTS}  # noqa: S101  one table


@require_POST
def spanning_action(request: HttpRequest, pk: int, event: str) -> HttpResponse:
    """Does it, then redirects to the page of what came of it; a refusal is a message there."""
    asked = fetch_span(request, pk)
    form = FORMS[event](request.POST)
    if sentences := _wrong(request, event, SpanPage(asked), form):
        return _back(request, pk, sentences)
    try:
        came_of_it = SERVICES[event](span=asked.span, actor=signed_in(request), **form.cleaned_data)
    except PlanError as error:
        return _back(request, pk, [str(error)])
    return redirect("spanning_change", pk=came_of_it.pk)


def _wrong(request: HttpRequest, event: str, page: SpanPage, form: forms.Form) -> list[str]:
    if event in _TYPED and page.expected and request.POST.get("typed", "").strip() != page.expected:
        return [f"Type {page.expected} to go on: something is destroyed."]
    return [str(error) for errors in form.errors.values() for error in errors]


def _back(request: HttpRequest, pk: int, sentences: list[str]) -> HttpResponse:
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect("spanning_change", pk=pk)
