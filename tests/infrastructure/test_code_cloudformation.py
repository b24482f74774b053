"""Parts as CloudFormation: cfn-lint takes the templates, documents mean what they meant, and none is too long."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from infrastructure.code.cloudformation import MOST_RESOURCES
from infrastructure.code.documents import same_document
from infrastructure.code.parts import (
    ExportedAlias,
    ExportedInstanceProfile,
    ExportedOidcProvider,
    ExportedRole,
    ExportedSamlProvider,
    NamedDocument,
)
from infrastructure.exports.files import templates_of
from tests.infrastructure.parsed import linted, template
from tests.infrastructure.test_code_terraform import GROUP, IAM, POLICY, ROLE, USER, documents, names, texts
from tests.services.fuzzing import as_long_as_asked
from tests.services.statements import LAMBDA, allowing, trusting

OIDC = ExportedOidcProvider(
    arn=f"{IAM}:oidc-provider/ci.example", name="ci.example", client_ids=("sts",), thumbprints=("ab" * 20,)
)
SAML = ExportedSamlProvider(arn=f"{IAM}:saml-provider/okta", name="okta", metadata="<EntityDescriptor>" + "x" * 1000)
PROFILE = ExportedInstanceProfile(arn=f"{IAM}:instance-profile/deploy", name="deploy", role="deploy")
ALL = (POLICY, GROUP, ROLE, USER, PROFILE, OIDC, SAML, ExportedAlias("acme"))


@pytest.mark.parametrize("syntax", ["yaml", "json"])
def test_a_template_of_every_type(syntax: str) -> None:
    (text,) = templates_of(ALL, syntax, "Acme")
    read = json.loads(text) if syntax == "json" else template(text)
    resources = read["Resources"]
    role = resources["RoleDeploy"]["Properties"]
    assert role["PermissionsBoundary"] == {"Ref": "PolicyReports"}
    assert role["ManagedPolicyArns"] == [{"Ref": "PolicyReports"}]
    assert role["Tags"] == [{"Key": "team name", "Value": "x+y"}]
    assert resources["UserABX"]["Properties"]["Groups"] == [{"Ref": "GroupOps"}, "elsewhere"]
    inline = resources["RoleDeployInlineOwn"]
    assert inline["Type"] == "AWS::IAM::RolePolicy"
    assert inline["Properties"]["PolicyDocument"]["Statement"][0]["Resource"] == "arn:aws:s3:::b/${aws:username}"
    assert {each["DeletionPolicy"] for each in resources.values()} == {"Retain"}
    to_import = {each["LogicalResourceId"]: each for each in read["Metadata"]["ResourcesToImport"]}
    assert to_import.keys() == resources.keys()
    assert to_import["RoleDeployInlineOwn"]["ResourceIdentifier"] == {"PolicyName": "own", "RoleName": "deploy"}
    assert read["Metadata"]["LeftOut"] == ["The account alias: CloudFormation has no resource type for it."]


def test_cfn_lint_has_nothing_against_them(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("template.yaml", "template.json", "wrong.yaml")]
    (as_yaml,), (as_json,) = (templates_of(ALL, syntax, "Acme") for syntax in ("yaml", "json"))
    for path, text in zip(paths, (as_yaml, as_json, as_yaml.replace("RoleName", "Rolename")), strict=True):
        path.write_text(text)
    errors = linted(*paths)
    assert errors
    assert [line for line in errors if "wrong.yaml" not in line] == []


def test_more_resources_than_a_template_takes_are_several_templates() -> None:
    roles = [
        ExportedRole(arn=f"{IAM}:role/r{n}", name=f"r{n}", trust=trusting(LAMBDA), attached=(POLICY.arn,))
        for n in range(MOST_RESOURCES + 5)
    ]
    first, second = map(template, templates_of([POLICY, *roles], "yaml", "Acme"))
    assert (len(first["Resources"]), len(second["Resources"])) == (MOST_RESOURCES, 6)
    # What stands in another template is named by its ARN.
    assert first["Resources"]["RoleR0"]["Properties"]["ManagedPolicyArns"] == [{"Ref": "PolicyReports"}]
    assert second["Resources"]["RoleR504"]["Properties"]["ManagedPolicyArns"] == [POLICY.arn]


def test_what_cloudformation_would_resolve_is_left_out() -> None:
    secret = ExportedRole(
        arn=f"{IAM}:role/x",
        name="x",
        trust=trusting(LAMBDA),
        inline=(NamedDocument("own", allowing("s3:*", "{{resolve:secretsmanager:x}}")),),
    )
    function = ExportedRole(arn=f"{IAM}:role/y", name="y", trust='{"Statement": [{"Condition": {"Ref": "z"}}]}')
    (text,) = templates_of([secret, function], "json", "Acme")
    read = json.loads(text)
    assert read["Metadata"]["LeftOut"][0].startswith("Role x: ")
    assert read["Resources"]["RoleY"]["Properties"]["AssumeRolePolicyDocument"] == function.trust


@as_long_as_asked(30)
@given(document=documents, name=names, description=texts)
def test_odd_texts_come_back_as_they_were(document: str, name: str, description: str) -> None:
    role = ExportedRole(
        arn=f"{IAM}:role/{name}",
        name=name,
        trust=document,
        description=description,
        inline=(NamedDocument(f"{name}.", document), NamedDocument(name, document)),
    )
    for syntax in ("yaml", "json"):
        (text,) = templates_of([role], syntax, "Acme")
        read = template(text) if syntax == "yaml" else json.loads(text)
        found, *inline = (each["Properties"] for each in read["Resources"].values())
        assert (found["RoleName"], found.get("Description", "")) == (name, description)
        for said in (found["AssumeRolePolicyDocument"], *(each["PolicyDocument"] for each in inline)):
            assert same_document(document, json.dumps(said))
