"""aws:ResourceTag with actions that know no tags: the key isn't there, so the condition is false.

IAM User Guide, "Controlling access to AWS resources using tags"; Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from policies.engine import catalogue
from policies.engine.lint.findings import FindingMark, Severity
from policies.engine.lint.registry import condition_check
from policies.engine.lint.subject import LintCondition, LintStatement

_TAG = "aws:resourcetag/"


def _tests(statement: LintStatement, denies: bool) -> list[LintCondition]:
    """Those that are false for a key that isn't there."""
    if statement.denies is not denies or not (statement.allows or statement.denies):
        return []
    return [
        test for test in statement.tests_of(_TAG) if not test.is_negated and not test.if_exists and test.base != "null"
    ]


def _with_actions(denies: bool, statement: LintStatement) -> Iterator[FindingMark]:
    for test in _tests(statement, denies):
        without = sorted(
            {text.value.partition(":")[0] for text in statement.actions if _knows_no_tags(text.value, test)}
        )
        if without:
            effect = "denied" if denies else "allowed"
            message = f"These have actions that don't say {test.key}, and so aren't {effect}: {', '.join(without)}."
            yield FindingMark(message, test.path, at_name=True)


def _knows_no_tags(name: str, test: LintCondition) -> bool:
    return catalogue.action(name) is not None and not catalogue.takes_key(name, test.key)


def _with_not_action(denies: bool, statement: LintStatement) -> Iterator[FindingMark]:
    if statement.not_actions:
        for test in _tests(statement, denies):
            effect = "denied" if denies else "allowed"
            message = f"Actions that don't say {test.key} aren't {effect}. List those that are meant, with Action."
            yield FindingMark(message, test.path, at_name=True)


for _code, _severity, _denies, _check, _sentence in (
    (
        "DENY_WITH",
        Severity.SECURITY_WARNING,
        True,
        _with_actions,
        "Deny by tag of actions that don't say tags: they aren't denied.",
    ),
    ("DENY_NOTACTION_WITH", Severity.SECURITY_WARNING, True, _with_not_action, "Deny by tag with NotAction."),
    (
        "ALLOW_WITH",
        Severity.SUGGESTION,
        False,
        _with_actions,
        "Allow by tag of actions that don't say tags: they aren't allowed.",
    ),
    ("ALLOW_NOTACTION_WITH", Severity.SUGGESTION, False, _with_not_action, "Allow by tag with NotAction."),
):
    _code = f"{_code}_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    condition_check(_code, _severity, _sentence, words=(_TAG,))(partial(_check, _denies))
