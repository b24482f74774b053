"""What access lies between two revisions of an object: the changes that lead from one content to the other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.plans.holdings import Owner, PrincipalHoldings
from access.plans.revisions import ContentReading
from identities.models import IamUser
from policies.models import ManagedPolicy
from tests.access.mirrored import arn
from tests.services.statements import allow, document_text

TEXTS = {name: document_text(allow(f"s3:Get{name}")) for name in "ab"}
GROUPS = {name: arn(f"group/{name}") for name in ("g", "h")} | {"g-before": arn("group/g")}  # g was renamed
POLICIES = [arn("policy/p"), arn("policy/q")]

contents: st.SearchStrategy[dict[str, Any]] = st.just({}) | st.fixed_dictionaries(
    {
        "name": st.just("dana"),
        "arn": st.sampled_from([arn("user/dana"), arn("user/team/dana")]),
        "attached": st.lists(st.sampled_from(POLICIES), unique=True, max_size=2),
        "groups": st.lists(st.sampled_from(sorted(GROUPS)), unique=True, max_size=2),
        "inline": st.dictionaries(st.sampled_from("ij"), st.sampled_from([{"text": name} for name in TEXTS])),
        "boundary": st.sampled_from(["", *POLICIES]),
        "trust": st.sampled_from([{"text": name} for name in TEXTS]),
        "tags": st.dictionaries(st.sampled_from("kl"), st.sampled_from("xy")),
    }
)


def owner_of(content: dict[str, Any]) -> Owner:
    """What the content says, without going by changes."""
    return Owner(
        content["arn"],
        attached=set(content["attached"]),
        inline={name: TEXTS[each["text"]] for name, each in content["inline"].items()},
        groups={GROUPS[name] for name in content["groups"]},
        boundary=content["boundary"],
        tags=content["tags"],
        trust=TEXTS[content["trust"]["text"]],
    )


@given(contents, contents, contents)
def test_one_content_becomes_the_other(now: Any, before: Any, after: Any) -> None:
    """From the mirror of now to the earlier, and on to the later: each time all that it says, and nothing else."""
    holdings, reading = PrincipalHoldings({}, {}), ContentReading(TEXTS, GROUPS)
    for old, new in (({}, now), (now, before), (before, after)):
        holdings.apply_all(reading.changes(IamUser.kind, old, new))
        users = [owner for owner in holdings.owners.values() if ":user/" in owner.arn]
        assert users == ([owner_of(new)] if new else [])
    assert reading.notes() == []


def policy(*versions: str, in_force: str) -> dict[str, Any]:
    listed = {f"v{number}": {"text": text} for number, text in enumerate(versions, start=1)}
    return {"name": "p", "arn": POLICIES[0], "default_version": in_force, "versions": listed}


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        (policy("a", in_force="v1"), policy("a", "b", in_force="v2"), TEXTS["b"]),
        (policy("a", in_force="v1"), {}, None),
        ({}, policy("a", in_force="v1"), TEXTS["a"]),
    ],
)
def test_of_a_policy_the_text_in_force_counts(before: Any, after: Any, text: str | None) -> None:
    (change,) = ContentReading(TEXTS, {}).changes(ManagedPolicy.kind, before, after)
    assert (change.policy_arn, change.document) == (POLICIES[0], text)  # type: ignore[attr-defined]


def test_a_version_not_in_force_changes_nothing() -> None:
    versions = policy("a", in_force="v1"), policy("a", "b", in_force="v1")
    assert list(ContentReading(TEXTS, {}).changes(ManagedPolicy.kind, *versions)) == []


def test_what_isnt_known_is_said() -> None:
    user = {**dict.fromkeys(("attached", "groups"), ()), "arn": arn("user/dana"), "inline": {}, "boundary": ""}
    later = {**user, "groups": ["gone"], "inline": {"i": {"text": "lost"}, "j": {"text": "broken"}}}
    reading = ContentReading({"broken": "{"}, {})
    assert [type(each).__name__ for each in reading.changes(IamUser.kind, user, later)] == ["InlinePolicyChange"]
    assert reading.notes() == [
        "The text of i isn’t kept any more: what it allows isn’t counted here.",
        "The text of j can’t be read as a policy: it counts as one that allows nothing.",
        "The group gone is gone: what it gave to its members isn’t counted here.",
    ]
    lost = policy("lost", in_force="v1"), policy("a", in_force="v1")
    reading = ContentReading(TEXTS, {})
    assert list(reading.changes(ManagedPolicy.kind, *lost)) == []
    assert reading.notes() == ["The text of p isn’t kept any more: what it allows isn’t counted here."]
