"""What plans say and measure is stored on any database, whatever a document has in it."""

from __future__ import annotations

import json

from sync.checks import Measurement, PlanFinding


def test_what_a_finding_quotes_has_no_nul() -> None:
    finding = PlanFinding("X", "warning", "AWS has no key aws:\x00.", about=("\x00", "b"))
    assert json.loads(json.dumps(finding.as_json()))["message"] == "AWS has no key aws:\ufffd."
    assert PlanFinding.from_json(finding.as_json()) == finding  # so that it is compared alike at the apply


def test_what_is_measured_has_no_nul() -> None:
    kept = Measurement({"\x00": ["s3:\x00", 1, None], "b": ("\ud800",)}).kept
    assert kept == {"\ufffd": ["s3:\ufffd", 1, None], "b": ("?",)}
