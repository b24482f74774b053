"""ARNs, taken apart, put together, and known by what they are of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aws_constraints.arn import Arn, account_in, is_managed_by_aws, name_of, path_of, region_in

ROLE = "arn:aws:iam::123456789012:role/reports/nightly"
FUNCTION = "arn:aws-cn:lambda:cn-north-1:123456789012:function:resize:live"
POOL = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aB3"


def test_takes_an_arn_apart() -> None:
    assert Arn.parse(ROLE) == Arn("aws", "iam", "", "123456789012", "role/reports/nightly")
    assert Arn.parse(FUNCTION) == Arn("aws-cn", "lambda", "cn-north-1", "123456789012", "function:resize:live")


@given(*[st.text(st.characters(exclude_characters=":"))] * 4, st.text())
def test_puts_together_what_it_took_apart(
    partition: str, service: str, region: str, account: str, resource: str
) -> None:
    arn = Arn(partition, service, region, account, resource)
    assert Arn.parse(str(arn)) == arn


@pytest.mark.parametrize("text", ["", "*", "arn", "arn:aws:s3:::", "123456789012", ROLE.upper()])
def test_what_is_no_arn(text: str) -> None:
    found = Arn.parse(text)
    assert found is None or found == Arn("aws", "s3", "", "", "")


def test_knows_the_kind() -> None:
    found = [Arn.parse(text) for text in (ROLE, FUNCTION, POOL, "arn:aws:iam::123456789012:root")]
    assert [arn.kind for arn in found if arn] == ["role", "function", "userpool", "root"]


@pytest.mark.parametrize(
    ("text", "service", "kind"),
    [
        (ROLE, "iam", "role"),
        ("arn:aws-us-gov:iam::123456789012:user/jane", "iam", "user"),
        ("arn:aws:iam::aws:policy/job-function/Billing", "iam", "policy"),
        ("arn:aws:iam::123456789012:role/a:b/(c)/nightly", "iam", "role"),
        ("arn:aws:iam::123456789012:oidc-provider/example.com/tenants/", "iam", "oidc-provider"),
        ("arn:aws:iam::123456789012:root", "iam", "root"),
        (FUNCTION, "lambda", "function"),
        (POOL, "cognito-idp", "userpool"),
        (
            "arn:aws:cognito-identity:eu-west-1:123456789012:identitypool/eu-west-1:9f-1c",
            "cognito-identity",
            "identitypool",
        ),
        ("arn:aws:kms:eu-west-1:123456789012:key/9f1c", "kms", "key"),
    ],
)
def test_matches_what_aws_may_have_called_so(text: str, service: str, kind: str) -> None:
    assert str(Arn.match(text, service, kind)) == text


@pytest.mark.parametrize(
    "text",
    [
        "arn:aws:iam::123456789012:user/nightly",  # of another kind
        "arn:aws:sts::123456789012:role/nightly",  # of another service
        "arn:azure:iam::123456789012:role/nightly",
        "arn:aws:iam:eu-west-1:123456789012:role/nightly",  # IAM has no Regions
        "arn:aws:iam::12345678901:role/nightly",
        "arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/nightly",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:iam::123456789012:role/reports/",
        "arn:aws:iam::123456789012:role/two words/nightly",
        "arn:aws:iam::123456789012:role/night ly",
        "arn:aws:iam::123456789012:role/nightly\n",
        "arn:aws:iam::123456789012:role",
        "*",
    ],
)
def test_matches_nothing_else(text: str) -> None:
    assert Arn.match(text, "iam", "role") is None


def test_a_pool_has_a_region() -> None:
    assert Arn.match(POOL.replace(":eu-west-1:", "::"), "cognito-idp", "userpool") is None
    assert Arn.match(POOL.replace(":eu-west-1:", ":EU:"), "cognito-idp", "userpool") is None


def test_the_role_of_a_session() -> None:
    session, user, nobody = (
        Arn.parse(f"arn:aws:sts::123456789012:{resource}")
        for resource in ("assumed-role/reader/jane", "federated-user/jane", "assumed-role/reader")
    )
    assert [arn.role_of_session for arn in (session, user, nobody) if arn] == ["reader", "", ""]


def test_names_paths_and_accounts() -> None:
    assert (name_of(ROLE), path_of(ROLE), account_in(ROLE)) == ("nightly", "/reports/", "123456789012")
    assert (name_of("ReadOnly"), path_of("arn:aws:iam::123456789012:user/jane")) == ("ReadOnly", "/")
    assert [account_in(text) for text in ("", "*", "arn:aws:s3:::box", "jane")] == ["", "", "", ""]
    assert (region_in(POOL), region_in(ROLE), region_in("*")) == ("eu-west-1", "", "")
    assert is_managed_by_aws("arn:aws:iam::aws:policy/ReadOnlyAccess")
    assert not is_managed_by_aws("arn:aws:iam::123456789012:policy/aws")
