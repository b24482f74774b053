"""Findings, how rules are set, when what was looked at, and what operators keep of them."""

from findings.models.findings import Finding, FindingQuerySet, FindingSeverity, RuleSetting
from findings.models.looks import AccountRefresh, FindingDay, RuleTally, ScopeLook, SourceLook
from findings.models.views import ControlConfirmation, ControlResult, SavedFindingsView

__all__ = [
    "AccountRefresh",
    "ControlConfirmation",
    "ControlResult",
    "Finding",
    "FindingDay",
    "FindingQuerySet",
    "FindingSeverity",
    "RuleSetting",
    "RuleTally",
    "SavedFindingsView",
    "ScopeLook",
    "SourceLook",
]
