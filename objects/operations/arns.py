"""ARNs of IAM objects, as the parameters of operations carry them."""

from __future__ import annotations

import re

from sync.operations import BadParams

_ARN = re.compile(
    r"arn:aws[a-z-]*:iam::(?P<owner>\d{12}|aws):(?P<kind>user|group|role|policy|instance-profile|server-certificate|"
    r"oidc-provider|saml-provider)/(?:.+/)?(?P<name>[\w+=,.@-]+)(?P<end>/?)",
    re.ASCII,
)


def check_arn(arn: str, kind: str) -> None:
    """`kind` as ARNs have it: user, group, role, policy, saml-provider … Raises BadParams."""
    match = _ARN.fullmatch(arn)
    # An OIDC provider is named by its URL, which may end with a slash.
    if match is None or match["kind"] != kind or (match["end"] and kind != "oidc-provider"):
        raise BadParams(f"{arn!r} isn't the ARN of {'an' if kind[0] in 'io' else 'a'} {kind.replace('-', ' ')}.")


def name_of(arn: str) -> str:
    return arn.rpartition("/")[2]


def path_of(arn: str) -> str:
    """ "/", or "/division/"."""
    resource = arn.split(":", 5)[5]
    return resource[resource.index("/") : resource.rindex("/") + 1]


def is_managed_by_aws(policy_arn: str) -> bool:
    match = _ARN.fullmatch(policy_arn)
    return match is not None and match["owner"] == "aws"
