"""Verbs, sentences, and what an entry holds."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from accounts import audit
from accounts.models import AuditEntry, AwsAccount, Operator

audit.register({"test.told": "told {object} that {what} in {aws_account}"})


def test_an_entry_reads_as_a_sentence(alice: Operator, aws_account: AwsAccount) -> None:
    entry = audit.record(
        "test.told", actor=alice, aws_account=aws_account, obj=("cat", 7, "Tom"), data={"what": "it rains"}
    )
    assert audit.sentence(entry) == "told Tom that it rains in Acme (123456789012)"


def test_what_an_old_entry_lacks_is_left_open(alice: Operator) -> None:
    assert audit.sentence(audit.record("test.told", actor=alice)) == "told … that … in all AWS accounts"


def test_an_unknown_verb_is_refused(alice: Operator) -> None:
    with pytest.raises(audit.UnknownVerb):
        audit.record("test.untold", actor=alice)


def test_an_entry_of_a_verb_that_is_gone_says_its_name() -> None:
    assert audit.sentence(AuditEntry(verb="test.gone")) == "test.gone"


def test_two_sentences_for_one_verb_are_refused() -> None:
    with pytest.raises(ValueError, match="registered already"):
        audit.register({"test.told": "said something else"})


def test_nobody_acting_is_the_console(db: None) -> None:
    assert audit.record("test.told", actor=None).actor_name == "IAM Console"


def test_the_address_comes_from_the_request(alice: Operator) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")
    assert audit.record("test.told", actor=alice, request=request).address == "203.0.113.9"


def test_differences_hold_only_what_changed() -> None:
    before = {"name": "Acme", "writes": False, "region": None}
    assert audit.differences(before, {"name": "Acme", "writes": True, "region": ""}) == {"writes": ["False", "True"]}
