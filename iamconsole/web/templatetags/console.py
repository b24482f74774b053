"""The elements that every page is made of, as tags: those of iamconsole/web/elements.py and of templates/elements/.

docs/front-end.md shows how to use them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, TextInput, Widget
from django.template import Template
from django.template.loader import get_template, render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import slugify

from characters import expression as unseen_expression
from iamconsole.web import elements, vocabulary, words
from iamconsole.web.diff import indent_of, json_lines
from iamconsole.web.glossary.terms import terms

register = template.Library()
GROUPS = (RadioSelect, CheckboxSelectMultiple)

# ---- Marks, times, numbers, names ----------------------------------------------------------------------------

for tag in (
    elements.icon,
    elements.flag,
    elements.state,
    elements.state_flag,
    elements.copy,
    elements.copyable,
    elements.ago,
    elements.day,
    elements.full_time,
    words.counted,
):
    register.simple_tag(tag)

register.simple_tag(unseen_expression, name="unseen_characters")
register.filter("duration", words.duration)
register.filter("number", words.number)
register.filter("initials", words.initials)


@register.inclusion_tag("elements/level.html")
def level(name: str) -> dict[str, Any]:
    """An access level: four bars and its word."""
    name = str(name)
    height = vocabulary.LEVELS.index(name)
    bars = [{"x": 5 * n, "y": 9 - 3 * n, "height": 3 + 3 * n, "on": n < height} for n in range(4)]
    return {"word": name.capitalize(), "bars": bars, "high": name in vocabulary.HIGH_LEVELS}


@register.inclusion_tag("elements/chip.html")
def chip(text: Any, url: str) -> dict[str, Any]:
    """A filter in force; its link is the same address without it."""
    return {"text": text, "url": url}


# ---- Boxes ---------------------------------------------------------------------------------------------------


@register.simple_block_tag(takes_context=True)
def panel(
    context: template.Context,
    content: str,
    title: str,
    lede: str = "",
    *,
    kind: str = "",
    flush: bool = False,
    id: str = "",
    actions: str = "",
    term: str = "",
) -> SafeString:
    """A titled box. `flush`: rows or a table go to the edges; `actions`: a template for the right of the head.

    `term`: a word of the glossary that the title says.
    """
    head = {"title": title, "lede": lede, "actions": actions, "mark": explain(context, term)}
    box: Template = get_template("elements/panel.html").template  # type: ignore[attr-defined]
    with context.push(**head, content=content, kind=kind, flush=flush, id=id or slugify(title)):
        return box.render(context)


@register.simple_block_tag(takes_context=True)
def fact(context: template.Context, content: str, name: str, *, term: str = "") -> SafeString:
    """One name and value of a `<dl class="facts">`. `term`: a word of the glossary that the name says."""
    return format_html("<dt>{}{}</dt><dd>{}</dd>", name, explain(context, term) if term else "", content)


@register.simple_tag(takes_context=True)
def explain(context: template.Context, slug: str) -> SafeString | str:
    """A mark that opens what a word of the glossary means, with an example: behind its first place on the page."""
    request = context.get("request")
    if request is None or not slug:
        return ""
    explained: set[str] = request.__dict__.setdefault("_explained", set())
    if slug in explained:
        return ""
    explained.add(slug)
    aws_account = getattr(request, "aws_account", None)
    said = {"term": terms()[slug], "account": aws_account.account_id if aws_account else ""}
    return render_to_string("elements/explain.html", said)


@register.simple_block_tag
def note(content: str, kind: str = "", *, top: bool = False, alert: bool = False, focus: bool = False) -> SafeString:
    """A callout; `top`: the upper edge of a panel; `alert`: a screen reader says it at once; `focus`: the page opens
    there, since a form was refused.
    """
    kind = vocabulary.NOTE_KINDS.get(kind, kind)
    values = {"content": content, "kind": kind, "icon": vocabulary.NOTE_ICONS[kind]}
    return render_to_string("elements/note.html", {**values, "top": top, "alert": alert, "focus": focus})


@register.simple_block_tag
def blank(content: str, icon: str, title: str, *, heading: str = "h3") -> SafeString:
    """An empty place: what is missing, why it is worth having, one button. Directly below an h1, `heading` is "h2"."""
    values = {"content": content, "icon": icon, "title": title, "heading": heading}
    return render_to_string("elements/blank.html", values)


# ---- Access and text -----------------------------------------------------------------------------------------


@register.inclusion_tag("elements/because.html")
def because(links: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Why an answer is what it is. A link is {kind, text}: kind one of allowed, only_if, within, cut_off, denied."""
    marks = vocabulary.CHAIN_MARKS
    return {"links": [{"mark": marks[link["kind"]], "text": link["text"]} for link in links]}


@register.inclusion_tag("elements/json.html")
def json_code(
    text: str, label: str = "JSON", marks: dict[int, str] | None = None, anchor: str | None = None
) -> dict[str, Any]:
    """A document with line numbers; `marks` maps lines to "warn", "danger" or "here".

    Lines have ids, that begin with `anchor`, only where one is given: a page may hold several documents.
    """
    return {"lines": json_lines(text, marks), "label": label, "anchor": anchor}


@register.inclusion_tag("elements/textdiff.html")
def text_diff(lines: Sequence[tuple[str, str]], label: str = "Difference") -> dict[str, Any]:
    """A difference, given as pairs of a sign and a text: "+", "-", " ", and "…" for a gap ("6 unchanged lines")."""
    kinds = {"+": ("add", "+", "Added: "), "-": ("del", "−", "Removed: "), "…": ("gap", "", "")}
    same = ("", "", "")
    shown = [{"kind": kinds.get(sign, same), "text": text, "indent": indent_of(text)} for sign, text in lines]
    return {"label": label, "lines": shown}


# ---- Forms ---------------------------------------------------------------------------------------------------


@register.inclusion_tag("elements/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", **attrs: Any) -> dict[str, Any]:
    """A form field with its label, hint and errors; further arguments are attributes of the control."""
    return {
        "field": bound,
        "label": label or bound.label,
        "hint": hint or bound.help_text,
        "control": control(bound, hint=hint, **attrs),
        "beside": _beside(bound),
        "is_check": isinstance(bound.field.widget, CheckboxInput),
        "is_group": isinstance(bound.field.widget, GROUPS),
    }


def _beside(bound: BoundField) -> SafeString | str:
    """The control of the field that stands in one line with it; its label is read aloud only."""
    name = getattr(bound.field, "beside", "")
    other = bound.form[name] if name else None
    return control(other, aria_label=other.label) if other else ""


@register.simple_tag
def control(bound: BoundField, hint: str = "", **attrs: Any) -> SafeString:
    """The bare control, tied to the hint and errors that stand near it by the ids that Django gives them."""
    attrs = {name.replace("_", "-"): value for name, value in attrs.items()}
    if hint and not bound.help_text:
        ids = [f"{bound.auto_id}_helptext", *([f"{bound.auto_id}_error"] if bound.errors else [])]
        attrs["aria-describedby"] = " ".join(ids)
    if isinstance(bound.field.widget, GROUPS):
        return format_html_join("", '<label class="check">{}<span>{}</span></label>', _choices(bound, attrs))
    if _is_first_wrong(bound):
        attrs["autofocus"] = True
    widget = OneTimeCode(bound.field.widget.attrs) if attrs.get("autocomplete") == "one-time-code" else None
    return bound.as_widget(widget, attrs={"class": _control_class(bound.field.widget), **attrs})


class OneTimeCode(TextInput):
    """One that was wrong isn't printed again: the next one is typed into an empty field."""

    def format_value(self, value: Any) -> None:
        return None


def _is_first_wrong(bound: BoundField) -> bool:
    """Of the form's fields: the page opens there, and what is wrong with it stands below it."""
    return bool(bound.errors) and bound.name == next(name for name in bound.form.errors if name in bound.form.fields)


def _choices(bound: BoundField, attrs: dict[str, Any]) -> Iterator[tuple[SafeString, str]]:
    opens = _is_first_wrong(bound)
    for number, choice in enumerate(bound.subwidgets):
        choice.data["attrs"] |= {"class": "form-check-input", "autofocus": opens and not number, **attrs}
        choice.data["wrap_label"] = False
        yield choice.tag(), choice.choice_label


def _control_class(widget: Widget) -> str:
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    own = "form-select" if isinstance(widget, Select) else "form-control"
    return f"{own} {widget.attrs.get('class', '')}".rstrip()


@register.filter
def svg(value: float) -> str:
    """A number as SVG writes it, in every language."""
    return f"{value:g}"


@register.filter
def to_json(value: Any) -> str:
    """For a data attribute, which escapes it."""
    return json.dumps(value)
