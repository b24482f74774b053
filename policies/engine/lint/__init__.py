"""What is wrong, risky or needless in a policy document. docs/findings.md lists all that it looks for."""

from policies.engine.lint.findings import Finding, Fix, Severity, has_errors
from policies.engine.lint.registry import CHECKS, Check
from policies.engine.lint.run import Unwanted, lint

__all__ = ["CHECKS", "Check", "Finding", "Fix", "Severity", "Unwanted", "has_errors", "lint"]
