"""Parts as Terraform, read back by python-hcl2: names, references, imports, and documents that mean what they meant."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infrastructure.code.documents import same_document
from infrastructure.code.hcl import comment
from infrastructure.code.names import UniqueNames, for_terraform
from infrastructure.code.parts import (
    ExportedAlias,
    ExportedGroup,
    ExportedInstanceProfile,
    ExportedOidcProvider,
    ExportedPasswordPolicy,
    ExportedPolicy,
    ExportedRole,
    ExportedSamlProvider,
    ExportedUser,
    LeftOut,
    NamedDocument,
)
from infrastructure.code.terraform import Terraform
from tests.infrastructure.parsed import terraform
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import LAMBDA, allow, allowing, document_text, trusting

IAM = "arn:aws:iam::123456789012"
POLICY_ARN = f"{IAM}:policy/teams/reports"
POLICY = ExportedPolicy(
    arn=POLICY_ARN, name="reports", path="/teams/", document=allowing("s3:*"), description="Q: ${x}"
)
GROUP = ExportedGroup(
    arn=f"{IAM}:group/ops", name="ops", attached=(POLICY_ARN, "arn:aws:iam::aws:policy/ReadOnlyAccess")
)
ROLE = ExportedRole(
    arn=f"{IAM}:role/deploy",
    name="deploy",
    trust=trusting(LAMBDA),
    longest_session_s=7200,
    boundary=POLICY_ARN,
    tags={"team name": "x+y"},
    attached=(POLICY_ARN,),
    inline=(NamedDocument("own", allowing("s3:GetObject", "arn:aws:s3:::b/${aws:username}")),),
)
USER = ExportedUser(
    arn=f"{IAM}:user/a.b@x", name="a.b@x", groups=("ops", "elsewhere"), keys=("AKIA1",), has_password=True
)


def written(*parts: Any, known: bool = True) -> str:
    writer = Terraform()
    texts = [writer.text(part) for part in parts]
    if known:  # a second time, with the addresses of all
        writer = Terraform(writer.names)
        texts = [writer.text(part) for part in parts]
    return "".join(texts)


def test_everything_refers_to_what_is_in_the_file() -> None:
    resources, imports = terraform(written(POLICY, GROUP, ROLE, USER))
    assert resources["aws_iam_policy.reports"]["description"] == "Q: ${x}"
    role = resources["aws_iam_role.deploy"]
    assert role["permissions_boundary"] == "${aws_iam_policy.reports.arn}"
    assert role["max_session_duration"] == 7200
    assert role["tags"] == {"team name": "x+y"}
    assert not {"inline_policy", "managed_policy_arns"} & role.keys()
    inline = resources["aws_iam_role_policy.deploy_own"]
    assert "arn:aws:s3:::b/${aws:username}" in inline["policy"]
    assert inline["role"] == "${aws_iam_role.deploy.name}"
    attachments = {name: each for name, each in resources.items() if "attachment" in name}
    assert attachments["aws_iam_group_policy_attachment.ops_ReadOnlyAccess"]["policy_arn"].startswith(
        "arn:aws:iam::aws"
    )
    assert attachments["aws_iam_role_policy_attachment.deploy_reports"]["policy_arn"] == "${aws_iam_policy.reports.arn}"
    member = resources["aws_iam_user_group_membership.a_b_x"]
    assert member["groups"] == ["${aws_iam_group.ops.name}", "elsewhere"]
    assert imports["aws_iam_role_policy.deploy_own"] == "deploy:own"
    assert imports["aws_iam_role_policy_attachment.deploy_reports"] == f"deploy/{POLICY_ARN}"
    assert imports["aws_iam_user_group_membership.a_b_x"] == "a.b@x/ops/elsewhere"
    assert (imports["aws_iam_policy.reports"], imports["aws_iam_user.a_b_x"]) == (POLICY_ARN, "a.b@x")


def test_credentials_are_hints_and_an_import_takes_two_lines() -> None:
    text = written(USER)
    assert "#   to = aws_iam_access_key.a_b_x_AKIA1" in text
    assert "aws_iam_user_login_profile" in text
    assert not [name for name in terraform(text)[0] if "key" in name or "login" in name]
    assert 'import {\n  to = aws_iam_user.a_b_x\n  id = "a.b@x"\n}\n' in text


def test_the_other_kinds() -> None:
    oidc = ExportedOidcProvider(
        arn=f"{IAM}:oidc-provider/ci.example/x", name="ci.example/x", client_ids=("sts",), thumbprints=("ab",)
    )
    saml = ExportedSamlProvider(
        arn=f"{IAM}:saml-provider/okta", name="okta", metadata="<EntityDescriptor>\n${}</EntityDescriptor>"
    )
    profile = ExportedInstanceProfile(arn=f"{IAM}:instance-profile/deploy", name="deploy", role="deploy", tags=None)
    policy = ExportedPasswordPolicy({"MinimumPasswordLength": 14, "RequireSymbols": True, "ExpirePasswords": True})
    text = written(ROLE, oidc, saml, profile, ExportedAlias("acme"), policy, LeftOut("A\nrole", "why."))
    resources, imports = terraform(text)
    assert resources["aws_iam_openid_connect_provider.ci_example_x"]["url"] == "https://ci.example/x"
    assert resources["aws_iam_saml_provider.okta"]["saml_metadata_document"] == saml.metadata
    assert resources["aws_iam_instance_profile.deploy"]["role"] == "${aws_iam_role.deploy.name}"
    password = resources["aws_iam_account_password_policy.this"]
    assert password == {"minimum_password_length": 14, "require_symbols": True}
    assert imports["aws_iam_account_alias.this"] == "acme"
    assert "ignore_changes = [tags]" in text
    assert text.endswith("# Left out: A role: why.\n")


def test_what_was_not_read_is_left_as_it_is() -> None:
    text = written(
        ExportedPolicy(arn=POLICY_ARN, name="reports", document=allowing("s3:*"), description=None, tags=None)
    )
    assert "ignore_changes = [description, tags]" in text
    assert "Not read from AWS yet: description, tags." in text


@pytest.mark.parametrize(
    "text",
    [
        '{"Statement": [], "Statement": [{"Effect": "Allow"}]}',  # twice the same name
        '{"Version": 5, "Statement": []}',
        '{"Statement": null}',
        "no JSON ${at:all} %{if}",
        document_text(allow("s3:*", f"arn:aws:s3:::{unicodedata.normalize('NFD', 'é')}")),
    ],
)
def test_a_document_that_no_object_can_tell_stays_a_text(text: str) -> None:
    resources, _ = terraform(written(ExportedPolicy(arn=POLICY_ARN, name="x", document=text)))
    kept = resources["aws_iam_policy.x"]["policy"]
    assert kept == text or json.loads(kept) == json.loads(text)
    assert unicodedata.is_normalized("NFC", kept)


def test_addresses_are_unique_and_hang_on_no_order() -> None:
    keys = [("1", "a.b"), ("2", "a_b"), ("3", "a@b"), ("4", "9x"), ("5", "a+b")]
    found = []
    for order in (keys, keys[::-1]):
        names = UniqueNames(for_terraform)
        names.assign("aws_iam_role", order)
        found.append({key: names.known("aws_iam_role", key) for key, _ in keys})
    assert found[0] == found[1]
    assert len({name.casefold() for name in found[0].values()}) == len(keys)
    assert (found[0]["2"], found[0]["4"]) == ("a_b", "_9x")


# What has a meaning in HCL, in JSON or in policies, among any other characters.
_ODD = st.sampled_from(
    [
        "${aws:username}",
        "$${x}",
        "$$${x}",
        "%{if}",
        "%%{",
        "<<EOF",
        "EOF\n",
        '"',
        "\\",
        "\\u0024{",
        "\u2028",
        "é",
        "𝒳",
        "#",
    ]
)
_TEXTS = st.lists(st.one_of(_ODD, st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=4)), max_size=6)
texts = _TEXTS.map("".join).map(lambda text: unicodedata.normalize("NFC", text))
names = st.text(alphabet="abAB09+=,.@_-", min_size=1, max_size=8)
conditions = st.dictionaries(
    st.sampled_from(["StringEquals", "NumericLessThan", "Bool"]),
    st.dictionaries(
        texts.map(lambda text: f"aws:PrincipalTag/{text}"),
        st.one_of(texts, st.booleans(), st.integers(), st.lists(texts, min_size=1, max_size=3)),
        min_size=1,
        max_size=2,
    ),
    min_size=1,
    max_size=2,
)
statements = st.builds(
    lambda action, resource, condition, sid: allow(action, resource, Condition=condition, Sid=sid),
    st.lists(texts, min_size=1, max_size=3),
    st.one_of(texts, st.lists(texts, min_size=1, max_size=3)),
    conditions,
    texts,
)
documents = st.lists(statements, min_size=1, max_size=3).map(lambda held: document_text(*held))


@as_long_as_asked(40)
@given(document=documents, name=names, tags=st.dictionaries(texts, texts, max_size=3), inline=names, description=texts)
def test_odd_texts_come_back_as_they_were(
    document: str, name: str, tags: dict[str, str], inline: str, description: str
) -> None:
    role = ExportedRole(
        arn=f"{IAM}:role/{name}",
        name=name,
        trust=document,
        description=description,
        tags=tags,
        inline=(NamedDocument(inline, document), NamedDocument(f"{inline}.", document)),
    )
    resources, imports = terraform(written(role))
    (found,) = (each for address, each in resources.items() if address.startswith("aws_iam_role."))
    assert (found["name"], found.get("description", ""), found.get("tags", {})) == (name, description, tags)
    assert same_document(document, found["assume_role_policy"])
    policies = [each for address, each in resources.items() if address.startswith("aws_iam_role_policy.")]
    assert {each["name"] for each in policies} == {inline, f"{inline}."}
    assert all(same_document(document, each["policy"]) for each in policies)
    assert {f"{name}:{inline}", f"{name}:{inline}."} < set(imports.values())


@as_long_as_asked(40)
@given(text=texts)
def test_a_comment_stays_on_its_line(text: str) -> None:
    assert len(comment(text).splitlines()) == 1
