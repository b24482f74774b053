"""Issuers of tokens by which machines outside of AWS get a role, and how narrow the subject of such a token has to be.

IAM User Guide, "Create a role for OpenID Connect federation": a role that looks at no subject, or at any, is
everybody's who has an account with the issuer. So a subject is refused unless what stands before its first wildcard
says whose it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_STS = "sts.amazonaws.com"
LONGEST_SUBJECT = 1_024
_WHOSE = r"[\w-]+:[^:/*?]+[:/]"  # "repo:acme/", "organization:acme:"


@dataclass(frozen=True)
class TokenIssuer:
    """`who` follows "Only"; `url`: of the issuer, "" where each has another; `audience`: the usual one.

    `subject`: an example; `head`: what has to stand before the first wildcard of a subject, as a pattern; `means`: that
    in words. `page`: that has the subjects. `is_fixed`: the address can't be another one.
    """

    name: str
    title: str
    second: str
    icon: str
    who: str
    url: str
    audience: str
    subject: str
    head: str
    means: str
    page: str
    is_fixed: bool = False


ISSUERS = (
    TokenIssuer(
        "github",
        "GitHub Actions",
        "a workflow",
        "git-branch",
        "workflows of GitHub Actions",
        "https://token.actions.githubusercontent.com",
        _STS,
        "repo:acme/shop:ref:refs/heads/main",
        _WHOSE,
        "the owner, as in repo:acme/shop:ref:refs/heads/main or repo:acme/shop:environment:production",
        "https://docs.github.com/en/actions/reference/security/oidc",
        is_fixed=True,
    ),
    TokenIssuer(
        "gitlab",
        "GitLab CI/CD",
        "a pipeline",
        "git-merge",
        "pipelines of GitLab",
        "https://gitlab.com",
        "https://gitlab.com",
        "project_path:acme/shop:ref_type:branch:ref:main",
        _WHOSE,
        "the group, as in project_path:acme/shop:ref_type:branch:ref:main",
        "https://docs.gitlab.com/ci/cloud_services/aws/",
    ),
    TokenIssuer(
        "terraform",
        "HCP Terraform",
        "a workspace",
        "blocks",
        "runs of HCP Terraform",
        "https://app.terraform.io",
        "aws.workload.identity",
        "organization:acme:project:shop:workspace:production:run_phase:apply",
        _WHOSE,
        "the organization, as in organization:acme:project:shop:workspace:production:run_phase:apply",
        "https://developer.hashicorp.com/terraform/cloud-docs/workspaces/dynamic-provider-credentials/aws-configuration",
    ),
    TokenIssuer(
        "kubernetes",
        "Kubernetes",
        "a service account (EKS: IRSA)",
        "ship-wheel",
        "pods",
        "",
        _STS,
        "system:serviceaccount:shop:orders-api",
        r"system:serviceaccount:[^:*?]+:",
        "the namespace, as in system:serviceaccount:shop:orders-api",
        "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    ),
    TokenIssuer(
        "oidc",
        "Another OIDC provider",
        "whoever has its tokens",
        "ticket",
        "holders of a token of the provider",
        "",
        _STS,
        "",
        r".*[A-Za-z0-9]",
        "something of the token’s subject",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    ),
)
ISSUER_BY_NAME = {each.name: each for each in ISSUERS}


def wrong_subject(issuer: TokenIssuer, subject: str) -> str:
    """Why a subject isn't taken, in a sentence; "" where it is."""
    if not subject:
        return f"Say which: without a subject, everybody who has a token of {issuer.title} gets the role."
    if (
        len(subject) > LONGEST_SUBJECT
        or not subject.isascii()
        or not subject.isprintable()
        or set(subject) & set('"\\$')
    ):
        return f"A subject has up to {LONGEST_SUBJECT:,} letters, digits and signs, none of them quotes, $ or \\."
    head = re.split(r"[*?]", subject, maxsplit=1)[0]
    if head == subject or re.match(issuer.head, head):
        return ""
    return f"This lets in others, too. Before the first * or ? it has to name {issuer.means}."
