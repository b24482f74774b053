"""Why an answer is what it is: in sentences, and as the statements that decide, marked in their documents."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from access.descriptions import describe_context
from access.resource_policies import RESOURCE_POLICIES
from access.simulation.answers import CellAnswer, word_of
from access.situations import RESOURCE_POLICY, SESSION_POLICY, Situation
from access.templatetags.access_words import LAYERS, keys, short
from policies.engine.catalogue import spelled
from policies.engine.compiled import ActionPatterns, CompiledDocument, CompiledStatement, ResourcePatterns
from policies.engine.condition_words import condition_words
from policies.engine.evaluate import Decision, LayerName, LayerPolicy, Verdict, VerdictReason, resource_asked
from policies.engine.json_text import JsonReading, Path, read
from policies.engine.layers import Facts, Layers
from policies.engine.truth import NO

LONGEST_SHOWN = 60  # lines: of longer documents the statement is shown alone
LIMITS = {
    LayerName.BOUNDARY: "the permissions boundary",
    LayerName.SESSION: "the session policy",
    LayerName.SCP: "a service control policy",
    LayerName.RCP: "a resource control policy",
    LayerName.ENDPOINT: "the policy of the VPC endpoint",
}


@dataclass(frozen=True)
class Link:
    """A line of the explanation: its icon, the ink of that, the word that leads it, and the rest of the sentence."""

    icon: str
    ink: str
    lead: str
    text: str


def _allowed(text: str) -> Link:
    return Link("check", "ink-ok", "Allowed", text)


def _denied(text: str) -> Link:
    return Link("x", "muted", "Denied", text)


def _within(text: str) -> Link:
    return Link("square-dashed", "muted", "Within", text)


def _unknown(lead: str, text: str) -> Link:
    return Link("circle-question-mark", "ink-warn", lead, text)


def _condition(text: str) -> Link:
    return Link("funnel", "muted", "", text)


@dataclass(frozen=True)
class MarkedDocument:
    """`marks`: by line, from 1. `statement`: which it is, in words."""

    policy: str
    statement: str
    text: str
    marks: Mapping[int, str]


def links_of(answer: CellAnswer) -> list[Link]:
    """The statements and layers that decide, then what isn't known."""
    verdict = answer.verdict
    lines = [line for reason in verdict.reasons for line in _links(reason, answer)]
    if not verdict.reasons and answer.decision is Decision.IMPLICIT_DENY:
        lines.append(_denied("since no policy allows it."))
    lines += [_condition(note) for note in answer.situation.notes]
    lines += [_unknown("Not read:", answer.situation.not_read[layer]) for layer in verdict.not_read]
    lines += [_unknown("Not known:", sentence) for sentence in answer.situation.unsure]
    lines += [_decided(decision, f"on {resource}.") for decision, resource in answer.situation.differs.items()]
    if verdict.not_read or answer.situation.unsure:
        lines.append(
            _condition(f"By the policies that the console has read: {word_of(answer.by_policies_read).lower()}.")
        )
    return lines


def _decided(decision: Decision, text: str) -> Link:
    if decision is Decision.ALLOWED:
        return _allowed(text)
    return _unknown("Unknown", text) if decision is Decision.UNKNOWN else _denied(text)


def _links(reason: VerdictReason, answer: CellAnswer) -> Iterator[Link]:
    if reason.statement is None:
        yield _of_layer(reason)
    if reason.statement is None or not reason.policy:  # what is supposed of a layer that isn't read has no name
        return
    where = f"statement {reason.named} of {called(reason.policy)}"
    if reason.depends_on:
        may = "denied" if reason.effect == "Deny" else "allowed"
        yield _unknown(f"Perhaps {may}", f"by {where}, depending on {keys(reason.depends_on)}.")
    elif reason.effect == "Deny":
        yield _denied(f"by {where}.")
    else:
        yield _within(f"{LIMITS[reason.layer]}: {where}.") if reason.layer in LIMITS else _allowed(f"by {where}.")
    if conditions := reason.statement.source.written.get("Condition"):
        yield _condition(_sentence(f"{condition_words(conditions)}.{_given(reason.statement, answer)}"))


def _of_layer(reason: VerdictReason) -> Link:
    if reason.effect == "Allow":
        return _allowed(f"by the {LAYERS[reason.layer]}.")
    return _denied(f"since nothing in the {LAYERS[reason.layer]} allows it.")


def _given(statement: CompiledStatement, answer: CellAnswer) -> str:
    """What the request says of the keys that a statement asks for."""
    known = answer.situation.request.context
    found = {key: known[key] for key in sorted(statement.keys) if key in known}
    said = (words.removeprefix("if ") for words in describe_context(found))
    return f" In the request: {', '.join(said)}." if found else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def called(policy: str) -> str:
    """To stand after "of": "ReadReports", "the inline policy own", "the trust policy of deploy"."""
    kind, of, name = policy.partition(" of arn:")
    if of:
        return f"the {kind} of {name.rpartition('/')[2]}"
    named = short(policy)
    return f"the {named}" if named.startswith(_WITH_ARTICLE) else named


_WITH_ARTICLE = ("inline policy", SESSION_POLICY, RESOURCE_POLICY, *sorted(set(RESOURCE_POLICIES.values())))


# ---- Documents -----------------------------------------------------------------------------------------------
def documents_of(answer: CellAnswer) -> list[MarkedDocument]:
    """Of each statement that decides, once: its document, with what of it is about the request marked."""
    by_name = {policy.name: policy.document for policy in _policies(answer.situation.layers)}
    facts = Facts(answer.situation.request.context, answer.situation.request.is_unknown)
    found = {}
    for reason in answer.verdict.reasons:
        document = by_name.get(reason.policy)
        if reason.statement is not None and document is not None:
            key = (reason.policy, reason.statement.index)
            found[key] = _marked(reason, reason.statement, document, answer, facts)
    return list(found.values())


def _policies(layers: Layers) -> Iterator[LayerPolicy]:
    yield from layers.identity
    yield from layers.boundaries or ()
    yield from layers.session or ()
    yield from (layers.resource,) if layers.resource else ()
    yield from (policy for level in (*layers.scps, *layers.rcps) for policy in level.policies)


def _marked(
    reason: VerdictReason, statement: CompiledStatement, document: CompiledDocument, answer: CellAnswer, facts: Facts
) -> MarkedDocument:
    text = _laid_out(document.written)
    path: Path = statement.source.path
    if text.count("\n") >= LONGEST_SHOWN:
        text, path = _laid_out(statement.source.written), ()
    reading = read(text)
    marks = dict.fromkeys(_lines(reading, path, _paths(statement, answer, facts)), "here")
    return MarkedDocument(called(reason.policy), f"Statement {reason.named}", text, marks)


def _laid_out(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _paths(statement: CompiledStatement, answer: CellAnswer, facts: Facts) -> list[Path]:
    """Within the statement, what is about the request: its action, its resource, its conditions."""
    source, request = statement.source, answer.situation.request
    action, resource = request.action.lower(), resource_asked(request)
    found: list[Path] = [("Effect",)]
    found += [_inside(text.path, source.path) for text in source.actions if action in ActionPatterns((text.value,))]
    found += [
        _inside(text.path, source.path)
        for text in source.resources
        if ResourcePatterns((text.value,), with_variables=True).match(resource, facts.lookup) is not NO
    ]
    found += [_inside(each.path, source.path) for each in source.conditions]
    return [*found, *((name,) for name in ("NotAction", "NotResource") if source.has(name))]


def _inside(path: Path, of: Path) -> Path:
    return path[len(of) :]


def _lines(reading: JsonReading, base: Path, paths: Sequence[Path]) -> Iterator[int]:
    for path in paths:
        whole = (*base, *path)
        if whole in reading.offsets:
            start, end = reading.span_of(whole)
            first = min(start, reading.key_offsets.get(whole, start))
            yield from range(reading.position(first).line, reading.position(end - 1).line + 1)


def only_if(answer: CellAnswer) -> str:
    """Of an unknown answer, what it hangs on, in a few words; "" of others."""
    return only_if_of(answer.situation, answer.verdict) if answer.is_unknown else ""


def only_if_of(situation: Situation, verdict: Verdict) -> str:
    if verdict.missing_context:
        return f"depends on {', '.join(map(spelled, verdict.missing_context))}"
    if verdict.not_read:
        return f"the {' and the '.join(LAYERS[layer] for layer in verdict.not_read)} isn’t read"
    if situation.unsure:
        return "what decides beside the resource’s policy isn’t known"
    return "not the same for all that the pattern means" if situation.differs else ""
