"""Writes docs/findings.md from the checks: `make findings`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from policies.engine.lint.access_analyzer import CODES, IN_PART, NOT_DONE, PAGE
from policies.engine.lint.checks import CHECKS, EVERY, LintCheck, Severity

TARGET = Path(__file__).resolve().parents[3] / "docs" / "findings.md"

_HEADINGS = {
    Severity.ERROR: ("Errors", "AWS refuses it, or it can't mean what it says."),
    Severity.SECURITY_WARNING: ("Security warnings", "More is allowed than one would think."),
    Severity.WARNING: ("Warnings", "A part does nothing, or not what it seems to."),
    Severity.SUGGESTION: ("Suggestions", "It could be said more simply."),
}
_INTRODUCTION = f"""# Findings

What `manage.py lint` and the editor look for in a policy document. This page is written by `make findings` from the
checks in `policies/engine/lint/`; a test fails when it is stale.

Codes are those of [IAM Access Analyzer's policy validation]({PAGE}) where it has one; those marked † are our own.
Documents are policies of identities, permissions boundaries, trust policies, other policies of resources, SCPs and
RCPs; a check without a list is for all of them.
"""


BEGIN = "<!-- Written by `manage.py document_findings`: -->\n"


def written() -> str:
    """What checks of lint say: all that stands before what `manage.py document_findings` writes."""
    return "\n".join([_INTRODUCTION, *_tables(), *_rest()])


def _tables() -> Iterator[str]:
    for severity, (heading, meaning) in _HEADINGS.items():
        found = sorted((each for each in CHECKS.values() if each.severity is severity), key=lambda each: each.code)
        yield f"## {heading}\n\n{meaning}\n\n| code | what | documents |\n|---|---|---|"
        yield "\n".join(_row(check) for check in found) + "\n"


def _row(check: LintCheck) -> str:
    mark = "" if check.code in CODES else " †"
    kinds = "" if check.kinds == EVERY else ", ".join(sorted(check.kinds))
    return f"| `{check.code}`{mark} | {check.sentence.replace('|', '/')} | {kinds} |"


def _rest() -> Iterator[str]:
    yield "## Access Analyzer's checks that are done in part\n"
    yield "\n".join(f"- `{code}`: {why}" for code, why in sorted(IN_PART.items())) + "\n"
    yield "## Access Analyzer's checks that aren't done\n"
    yield "\n".join(f"- `{code}`: {why}" for code, why in sorted(NOT_DONE.items())) + "\n"


if __name__ == "__main__":
    from policies.engine.lint import run  # noqa: F401  registers all checks

    TARGET.write_text(f"{written()}\n{BEGIN}")
