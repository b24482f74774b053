"""Lint: finds what is wrong, risky or needless in a policy document. docs/findings.md lists all that it looks for."""

from policies.engine.lint.findings import Fix, LintFinding, Severity, has_errors
from policies.engine.lint.registry import CHECKS, LintCheck
from policies.engine.lint.run import FindingsUnwanted, lint

__all__ = ["CHECKS", "FindingsUnwanted", "Fix", "LintCheck", "LintFinding", "Severity", "has_errors", "lint"]
