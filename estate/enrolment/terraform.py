"""An enrolment's roles as a module of Terraform (OpenTofu takes the same), and a call of it for each AWS account."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from estate.enrolment.roles import PATH, SESSION_S, EnrolledRole, TrustValues, plan_of, roles_of
from estate.models import AccountEnrolment, EnrolledAccount
from infrastructure.code.hcl import Expression, JsonEncoded, block, comment

MODULE = "iam-console-roles"
_OLDEST = ">= 1.3.0"
_DEPLOYMENT_ROLE = "OrganizationAccountAccessRole"
_FIRST_DATE = (2026, 1, 1, 0, 0, 0)  # of what is in the archive: the same files make the same archive


def archive_of(enrolment: AccountEnrolment, accounts: Iterable[EnrolledAccount]) -> bytes:
    """A ZIP file. The external id isn't in it: it is a variable without a default."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files_of(enrolment, accounts).items():
            archive.writestr(zipfile.ZipInfo(name, _FIRST_DATE), text)
    return out.getvalue()


def files_of(enrolment: AccountEnrolment, accounts: Iterable[EnrolledAccount]) -> dict[str, str]:
    """By their paths."""
    return {f"{MODULE}/main.tf": "\n".join(_module(enrolment)), "main.tf": "\n".join(_root(enrolment, accounts))}


def _provider() -> str:
    return block("terraform", [("required_version", _OLDEST)], [
        "required_providers {", "  aws = {", '    source = "hashicorp/aws"', "  }", "}",
    ])  # fmt: skip


# ---- The module ------------------------------------------------------------------------------------------------------
def _module(enrolment: AccountEnrolment) -> Iterator[str]:
    yield comment(f"The roles of IAM Console in an AWS account of {enrolment.organization_id} ({enrolment.key}).")
    yield _provider()
    yield from _variables(enrolment, defaults=True)
    organization = Expression("var.organization_id") if enrolment.asks_organization else ""
    principal = TrustValues(Expression("var.console_principal_arn"), Expression("var.external_id"), organization)
    for role in roles_of(plan_of(enrolment), principal):
        yield from _role(role)


def _variables(enrolment: AccountEnrolment, *, defaults: bool) -> Iterator[str]:
    text = ("type", Expression("string"))
    words = "The external id, as the page of the enrolment shows it."
    yield block('variable "external_id"', [text, ("description", words), ("sensitive", True)])
    if not defaults:
        return
    known = {"console_principal_arn": ("Whom the roles trust: the console.", enrolment.principal_arn)}
    if enrolment.asks_organization:
        known["organization_id"] = (
            "The organization in which the console has to be as well.",
            enrolment.organization_id,
        )
    for name, (words, value) in known.items():
        yield block(f'variable "{name}"', [text, ("description", words), ("default", value)])


def _role(role: EnrolledRole) -> Iterator[str]:
    managed = [policy for policy in role.policies if not policy.is_inline]
    for policy in managed:
        yield block(
            f'resource "aws_iam_policy" "{policy.label}"',
            [
                ("name", policy.name),
                ("path", PATH),
                ("description", policy.description),
                ("policy", JsonEncoded(policy.document)),
            ],
        )
    yield block(
        f'resource "aws_iam_role" "{role.tier}"',
        [
            ("name", role.name),
            ("path", PATH),
            ("description", role.description),
            ("max_session_duration", SESSION_S),
            ("assume_role_policy", JsonEncoded(role.trust)),
        ],
    )
    for policy in role.policies:
        if policy.is_inline:
            own = Expression(f"aws_iam_role.{role.tier}.name")
            head = f'resource "aws_iam_role_policy" "{policy.label}"'
            yield block(head, [("name", policy.name), ("role", own), ("policy", JsonEncoded(policy.document))])
    for policy in managed:
        role_name, arn = Expression(f"aws_iam_role.{role.tier}.name"), Expression(f"aws_iam_policy.{policy.label}.arn")
        head = f'resource "aws_iam_role_policy_attachment" "{policy.label}"'
        yield block(head, [("role", role_name), ("policy_arn", arn)])
    yield block(f'output "{role.tier}_role_arn"', [("value", Expression(f"aws_iam_role.{role.tier}.arn"))])


# ---- One call for each AWS account -----------------------------------------------------------------------------------
def _root(enrolment: AccountEnrolment, accounts: Iterable[EnrolledAccount]) -> Iterator[str]:
    yield comment("One provider and one call of the module for each chosen AWS account.")
    yield comment("Set the external id by TF_VAR_external_id, and the role to deploy by if it is another one.")
    yield _provider()
    yield from _variables(enrolment, defaults=False)
    words = "The name of the role that Terraform assumes in each AWS account."
    values: list[tuple[str, Any]] = [("type", Expression("string")), ("description", words)]
    yield block('variable "deployment_role_name"', [*values, ("default", _DEPLOYMENT_ROLE)])
    for account in accounts:
        yield from _call(enrolment, account)


def _call(enrolment: AccountEnrolment, account: EnrolledAccount) -> Iterator[str]:
    label = f"a{account.account_id}"
    role = f'"arn:{enrolment.held_by.partition}:iam::{account.account_id}:role/${{var.deployment_role_name}}"'
    if account.account_id == enrolment.held_by.account_id:
        inside: list[str] = []
    else:
        inside = ["assume_role {", f"  role_arn = {role}", "}"]
    known: list[tuple[str, Any]] = [("alias", label), ("allowed_account_ids", [account.account_id])]
    yield comment(account.name) + block('provider "aws"', known, inside)
    values: list[tuple[str, Any]] = [
        ("source", f"./{MODULE}"),
        ("external_id", Expression("var.external_id")),
        ("providers", {"aws": Expression(f"aws.{label}")}),
    ]
    yield block(f'module "{label}"', values)
