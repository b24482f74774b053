"""Rules of which pages below their source show marks."""

from __future__ import annotations

ADMINISTRATOR = "access.administrator"
ESCALATION_PATH = "access.escalation_path"
ESCALATION_FROM_ELSEWHERE = "access.escalation_from_elsewhere"
