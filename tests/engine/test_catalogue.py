"""What the catalogue knows, and that its patterns mean what the evaluator means by them."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel, KeyType
from policies.engine.catalogue.extract_regions import TARGET, written
from policies.engine.compiled import ActionPatterns
from policies.engine.matching import ArnGlob, tokens

MOST_MEGABYTES = 60
IMPORT = """
import json, sys, tracemalloc
tracemalloc.start()
import policies.engine.evaluate, policies.engine.catalogue, policies.engine.lint
print(json.dumps([tracemalloc.get_traced_memory()[1] / 2**20, "django" in sys.modules]))
"""


def test_says_what_an_action_is() -> None:
    assert catalogue.access_levels("S3:putobjectacl") == (AccessLevel.PERMISSIONS, AccessLevel.WRITE)
    assert [each.name for each in catalogue.resource_types("iam:PassRole")] == ["role"]
    assert catalogue.takes_no_resource("s3:ListAllMyBuckets")
    assert catalogue.dependent_actions("lambda:CreateFunction")[0] == "iam:PassRole"
    assert catalogue.takes_key("iam:PassRole", "iam:passedtoservice")


@pytest.mark.parametrize("name", ["s3:Nothing", "nothing:GetObject", "", ":", "s3", "*", "\x00", "s3:" + "x" * 10**6])
def test_knows_no_action_of_another_name(name: str) -> None:
    assert catalogue.action(name) is None
    assert catalogue.access_levels(name) == ()
    assert not catalogue.takes_no_resource(name)


@pytest.mark.parametrize("pattern", ["*", "s3:Get*", "S3:*Acl", "ec2:Describe?pcs", "*:*Role", "s3*", "iam:PassRole"])
def test_a_pattern_means_what_the_evaluator_means_by_it(pattern: str) -> None:
    evaluator = ActionPatterns([pattern])
    expected = [name for name in catalogue.all_actions() if name.lower() in evaluator]
    assert list(catalogue.actions_matching(pattern)) == expected
    assert expected


@pytest.mark.parametrize(
    ("arn", "names"),
    [
        ("arn:aws:s3:::b/*", {"object"}),
        ("arn:aws:iam::*:role/x", {"role"}),
        ("arn:aws:s3:::b", {"bucket"}),
        ("arn:aws:iam::123456789012:user/${aws:username}", {"user"}),
        ("arn:aws:nothing:::b", set()),
        ("b", set()),
        ("arn:aws:iam::123456789012:roles/x", set()),
    ],
)
def test_finds_the_resource_types_of_an_arn(arn: str, names: set[str]) -> None:
    assert names <= {kind.name for kind in catalogue.types_of_arn(arn)}
    assert bool(names) is bool(catalogue.types_of_arn(arn))


@given(st.text("ab*?", max_size=6), st.text("ab", max_size=6))
def test_what_a_pattern_matches_it_may_mean(pattern: str, text: str) -> None:
    arn = catalogue.ResourceType("s3", "bucket", f"arn:${{Partition}}:s3:::{text}")
    matches = ArnGlob(tokens(f"arn:aws:s3:::{pattern}")).matches(f"arn:aws:s3:::{text}")
    assert catalogue.may_mean(f"arn:aws:s3:::{pattern}", arn) is matches


@pytest.mark.parametrize(
    ("name", "kind", "multivalued"),
    [
        ("AWS:sourceip", KeyType.IP, False),
        ("aws:ResourceTag/team", KeyType.STRING, False),
        ("aws:TagKeys", KeyType.STRING, True),
        ("aws:SourceArn", KeyType.ARN, False),
        ("s3:max-keys", KeyType.NUMERIC, False),
        ("kms:EncryptionContext:app", KeyType.STRING, False),
        ("saml:aud", KeyType.STRING, False),
        ("token.actions.githubusercontent.com:aud", KeyType.STRING, False),
        ("accounts.google.com:sub", KeyType.STRING, False),
        ("cognito-identity.amazonaws.com:amr", KeyType.STRING, True),
        ("catalog:ChangeType", KeyType.STRING, False),
        ("oidc.eks.eu-west-1.amazonaws.com/id/1:sub", KeyType.STRING, False),
    ],
)
def test_knows_condition_keys_of_all_kinds(name: str, kind: KeyType, multivalued: bool) -> None:
    found = catalogue.condition_key(name)
    assert found is not None
    assert (found.type, found.multivalued) == (kind, multivalued)
    assert found.source


@pytest.mark.parametrize("name", ["aws:Nothing", "s3:nothing", "nothing:x", "x", "", ":", "a.b:", "aws:ResourceTag/"])
def test_knows_no_condition_key_of_another_name(name: str) -> None:
    assert catalogue.condition_key(name) is None


def test_all_of_the_data_can_be_read() -> None:
    """Fails when the package lays its data out in another way."""
    assert len(catalogue.all_actions()) > 20_000
    assert all(catalogue.access_levels(name) for name in catalogue.all_actions())
    assert sum(len(catalogue.resource_types(name)) for name in catalogue.all_actions()) > 20_000
    assert catalogue.data_date() > date(2026, 1, 1)
    assert "s3" in catalogue.services_with_rcps()


def test_is_small_to_import() -> None:
    run = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True)
    megabytes, with_django = json.loads(run.stdout)
    assert megabytes <= MOST_MEGABYTES
    assert not with_django


def test_the_regions_are_those_of_the_locked_botocore() -> None:
    assert json.loads(TARGET.read_text())["partitions"] == json.loads(written())["partitions"], "Run `make regions`."
    assert catalogue.regions()["aws-cn"] == {"cn-north-1", "cn-northwest-1"}
    assert not any(name.endswith("-global") for names in catalogue.regions().values() for name in names)
