"""What can stand in the place of an access key, by what uses it.

IAM User Guide, "Security best practices in IAM": temporary credentials, by a role or by IAM Identity Center.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

ANYWHERE, PERSON = "anywhere", "person"


@dataclass(frozen=True)
class Replacement:
    """`title`: what uses the key. `instead`: what it takes in its place, a sentence. `answers`: those with which the
    role builder opens.
    """

    name: str
    title: str
    instead: str
    answers: Mapping[str, str]

    def query(self, role: str) -> str:
        """Of the role builder's address; `role`: what the role is to be called."""
        return urlencode({**self.answers, "name": role})


def _service(name: str, title: str, principal: str, what: str) -> Replacement:
    words = f"AWS gives {what} the credentials of a role by itself, new ones every few hours: its code names no key."
    return Replacement(name, title, words, {"user": principal})


REPLACEMENTS = (
    _service("lambda", "A function of Lambda", "lambda.amazonaws.com", "the function"),
    _service("ec2", "An EC2 instance", "ec2.amazonaws.com", "the instance"),
    _service("ecs", "A container on ECS", "ecs-tasks.amazonaws.com", "the container"),
    Replacement(
        "github",
        "A workflow of GitHub Actions",
        "The workflow gets a role by GitHub’s own token (OIDC): no secret is kept there any more.",
        {"user": "github"},
    ),
    Replacement(
        "gitlab",
        "A pipeline of GitLab CI/CD",
        "The pipeline gets a role by GitLab’s own token (OIDC): no secret is kept there any more.",
        {"user": "gitlab"},
    ),
    Replacement(
        "kubernetes",
        "A pod on Kubernetes",
        "Its service account gets a role by the cluster’s own token (OIDC; on EKS: IRSA).",
        {"user": "kubernetes"},
    ),
    Replacement(
        "account",
        "A program in another AWS account",
        "It assumes a role here with its own role there.",
        {"user": "account"},
    ),
    # IAM Roles Anywhere User Guide, "Trust policy".
    Replacement(
        ANYWHERE,
        "A server outside of AWS",
        "With a certificate of its own the server gets a role by IAM Roles Anywhere. The trust policy has to allow "
        "sts:TagSession and sts:SetSourceIdentity besides, and should name the trust anchor.",
        {"user": "service", "principal": "rolesanywhere.amazonaws.com"},
    ),
    Replacement(
        PERSON,
        "A person",
        "People sign in by IAM Identity Center: aws configure sso gives their command line a session of some hours.",
        {},
    ),
)
BY_NAME = {each.name: each for each in REPLACEMENTS}
# By how AWS_EXECUTION_ENV begins (sync/activity/doers.py).
_RUNS_IN = (("AWS_Lambda", "lambda"), ("AWS_ECS", "ecs"), ("EC2", "ec2"), ("CloudShell", PERSON))


def suggested_by(runs_in: str) -> Replacement | None:
    """By where a call says that it runs; None where that says nothing."""
    return next((BY_NAME[name] for prefix, name in _RUNS_IN if runs_in.startswith(prefix)), None)
