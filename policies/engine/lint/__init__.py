"""Lint: finds what is wrong, risky or needless in a policy document. docs/findings.md lists all that it looks for."""

from policies.engine.lint.checks import CHECKS, Fix, LintCheck, LintFinding, Severity, has_errors
from policies.engine.lint.run import FindingsUnwanted, lint

__all__ = ["CHECKS", "FindingsUnwanted", "Fix", "LintCheck", "LintFinding", "Severity", "has_errors", "lint"]
