"""What operators do on the page of a change across AWS accounts: each a form with an address of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.access import signed_in
from sync import spanning
from sync.changes import PlanError
from sync.forms import BreakGlassForm, CommentForm, words_field
from sync.models import SpanningChange
from sync.spanning.events import (
    APPROVE_IT,
    ARRANGE,
    BREAK_GLASS,
    CANCEL,
    LEAVE_OUT,
    REJECT,
    RELEASE,
    RESUME,
    REVERSE,
    SpanEvent,
)
from sync.views.kept_words import keep_words
from sync.views.spanning import SpanPage, fetch_span, leave_out_place

_TYPED = (RELEASE, BREAK_GLASS)
_WAVE = re.compile(r"wave-(\d{1,18})", re.ASCII)

# By how many stand before it.
_ORDERS: Mapping[str, Callable[[int], int]] = {
    "alone": lambda place: place + 1,
    "canary": lambda place: min(place, 1) + 1,
    "together": lambda place: 1,
}


class HasWords(forms.Form):
    """`words`: the field that a refused form has again. `place`: which form of the page it is."""

    words: ClassVar[str]
    place: ClassVar[str]

    @property
    def place_of_words(self) -> str:
        return self.place


class SignedForm(forms.Form):
    """`digest`: of what the page said."""

    digest = forms.CharField(max_length=64)


class ApproveForm(SignedForm, HasWords):
    """A word to it, if they like."""

    words, place = "comment", CommentForm.place
    comment = CommentForm.base_fields["comment"]


class BreakGlassAcrossForm(SignedForm, HasWords):
    words, place = "reason", BreakGlassForm.place
    reason = words_field("Reason", empty="Say why it can't wait: everybody with a role there reads it.")


class RejectAcrossForm(HasWords):
    words, place = "comment", CommentForm.place
    comment = words_field("Comment", empty="Say in the comment why you reject it: its requester reads that.")


class LeaveOutForm(HasWords):
    words = "reason"
    which = forms.IntegerField(min_value=1)
    reason = words_field("Reason", empty="Say why it is left out: the approvers of the others read it.")

    @property
    def place_of_words(self) -> str:
        return leave_out_place(self.data.get("which", ""))


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


@dataclass(frozen=True)
class SpanAction:
    """`service` takes the whole, the actor and what the form has, by the names of its fields. Raises PlanError."""

    event: SpanEvent
    service: Callable[..., SpanningChange]
    form: type[forms.Form] = forms.Form


ACTIONS: Mapping[str, SpanAction] = {
    action.event.name: action
    for action in (
        SpanAction(APPROVE_IT, spanning.approve, ApproveForm),
        SpanAction(REJECT, spanning.reject, RejectAcrossForm),
        SpanAction(ARRANGE, spanning.arrange, WavesForm),
        SpanAction(RELEASE, spanning.release, SignedForm),
        SpanAction(BREAK_GLASS, spanning.break_glass, BreakGlassAcrossForm),
        SpanAction(RESUME, spanning.resume, SignedForm),
        SpanAction(LEAVE_OUT, spanning.leave_out, LeaveOutForm),
        SpanAction(CANCEL, spanning.cancel),
        SpanAction(REVERSE, spanning.propose_reverse_across),
    )
}


@require_POST
def spanning_action(request: HttpRequest, pk: int, event: str) -> HttpResponse:
    """Does it, then redirects to the page of what came of it; a refusal is a message there, with what was typed."""
    asked, action = fetch_span(request, pk), ACTIONS[event]
    form = action.form(request.POST)
    if sentences := _wrong(request, action.event, SpanPage(asked), form):
        return _back(request, pk, form, sentences)
    try:
        came_of_it = action.service(span=asked.span, actor=signed_in(request), **form.cleaned_data)
    except PlanError as error:
        return _back(request, pk, form, [str(error)])
    return redirect("spanning_change", pk=came_of_it.pk)


def _wrong(request: HttpRequest, event: SpanEvent, page: SpanPage, form: forms.Form) -> list[str]:
    if event in _TYPED and page.expected and request.POST.get("typed", "").strip() != page.expected:
        return [f"Type {page.expected} to go on: something is destroyed."]
    return [str(error) for errors in form.errors.values() for error in errors]


def _back(request: HttpRequest, pk: int, form: forms.Form, sentences: list[str]) -> HttpResponse:
    page = reverse("spanning_change", args=[pk])
    if isinstance(form, HasWords):
        keep_words(request, page, form.place_of_words, str(form.data.get(form.words, "")))
    for sentence in sentences:
        messages.error(request, sentence)
    return redirect(page)
