"""Each template of the gallery allows what it says, and nothing near it; no value becomes part of JSON or a pattern."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from policies.engine.catalogue import AccessLevel, access_levels, actions_matching
from policies.engine.evaluate import Decision
from policies.engine.lint import Severity, lint
from policies.gallery.catalogue import TEMPLATES, found
from policies.gallery.parameters import ArnParameter, Place, reading_patterns
from policies.gallery.template import InvalidParametersError
from tests.engine.deciding import ALL, ROOT, decided, to
from tests.policies.gallery_cases import CASES, DENIED_BESIDE_ALL, ME, Asked, GalleryCase

HERE = Place("aws", ME)
READING = {AccessLevel.LIST, AccessLevel.READ}
BY_NAME = {case.template: case for case in CASES}
# What makes a JSON text, a pattern or a variable of a value that is put in as it is.
HOSTILE = (
    '"',
    "\\",
    '", "Action": "*',
    "a\nb",
    "*",
    "?",
    "${aws:username}",
    "<account>",
    "{}",
    "\u202e",
    "x" * 2_000,
    "",
)


def document_of(case: GalleryCase) -> dict[str, Any]:
    return dict(json.loads(TEMPLATES[case.template].document(case.values, HERE)))


def decision(asked: Asked, *policies: dict[str, Any]) -> Decision:
    """Keys and roles leave it to the policies of their AWS account, by their own policy."""
    action, resource, context = (*asked, {})[:3]
    own = {"resource_policy": to(ROOT, Action="*")} if action.startswith(("kms:", "sts:AssumeRole")) else {}
    return decided(action=action, resource=resource, context=context, identity_policies=list(policies), **own)


def test_every_template_has_a_case() -> None:
    assert list(BY_NAME) == list(TEMPLATES)
    assert len(TEMPLATES) >= 20


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.template)
def test_allows_what_it_says_and_nothing_near_it(case: GalleryCase) -> None:
    document = document_of(case)
    assert [asked for asked in case.allowed if decision(asked, document) is not Decision.ALLOWED] == []
    assert [asked for asked in case.not_allowed if decision(asked, document) is Decision.ALLOWED] == []
    assert case.not_allowed


@pytest.mark.parametrize("name", DENIED_BESIDE_ALL)
def test_denies_what_it_says(name: str) -> None:
    document = document_of(BY_NAME[name])
    denied, left = DENIED_BESIDE_ALL[name]
    assert [asked for asked in denied if decision(asked, ALL, document) is not Decision.EXPLICIT_DENY] == []
    assert [asked for asked in left if decision(asked, ALL, document) is not Decision.ALLOWED] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.template)
def test_lint_finds_nothing(case: GalleryCase) -> None:
    text = TEMPLATES[case.template].document(case.values, HERE)
    chosen = "ALLOW_WHOLE_SERVICE" if case.template == "developer-boundary" else ""  # as the operator says
    assert [each.message for each in lint(text, account=ME) if each.code != chosen] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.template)
def test_a_value_is_a_value(case: GalleryCase) -> None:
    """Refused with a sentence that names the parameter, or in the document as what it is, between the same elements."""
    template = TEMPLATES[case.template]
    for parameter, value in product(template.parameters, HOSTILE):
        try:
            text = template.document({**case.values, parameter.name: value}, HERE)
        except InvalidParametersError as error:
            assert error.sentences[parameter.name].startswith(f"{parameter.label}: ")
            continue
        assert _elements(json.loads(text)) == _elements(document_of(case))
        assert [each for each in lint(text, account=ME) if each.severity is Severity.ERROR] == []


def _elements(part: Any) -> Any:
    """The names of all elements, and how many texts each has."""
    if isinstance(part, dict):
        return {key.partition("/")[0]: _elements(each) for key, each in part.items()}
    return [_elements(each) for each in part] if isinstance(part, list) else "a text"


@pytest.mark.parametrize("service", ["iam", "sts", "sso"])
def test_a_boundary_gives_no_permissions_away(service: str) -> None:
    values = {**BY_NAME["developer-boundary"].values, "services": f"s3 {service}"}
    with pytest.raises(InvalidParametersError, match=f"Services: with all of {service} one gets permissions"):
        TEMPLATES["developer-boundary"].document(values, HERE)


def test_other_partitions() -> None:
    china = Place("aws-cn", ME)
    text = TEMPLATES["read-bucket"].document({"bucket": "acme-data"}, china)
    assert "arn:aws-cn:s3:::acme-data" in text and "arn:aws:" not in text
    with pytest.raises(InvalidParametersError, match="eu-west-1 is no Region"):
        TEMPLATES["deny-other-regions"].document({"regions": "eu-west-1"}, china)


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_examples_are_taken(template: Any) -> None:
    """What the help of a field shows is what the field takes."""
    for parameter in template.parameters:
        if isinstance(parameter, ArnParameter):
            example = parameter.help(HERE).rpartition(" ")[2]
            assert parameter.value(example, HERE) == example


def test_reading_patterns_mean_nothing_that_writes() -> None:
    for service in ("dynamodb", "ec2", "iam", "s3", "sts"):
        meant = {name for pattern in reading_patterns(service) for name in actions_matching(pattern)}
        reading = {name for name in actions_matching(f"{service}:*") if READING.issuperset(access_levels(name))}
        assert meant == reading


def test_find() -> None:
    assert [each.name for each in found("  QUEUE send ")] == ["send-to-queue"]
    assert len(found("")) == len(TEMPLATES)
    assert found("nothing of the kind") == []
