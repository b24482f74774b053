"""On which resource a call of a service outside IAM needs its permission: by the parameter that names it.

"Actions, resources, and condition keys" of each service in the Service Authorization Reference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

Params = Mapping[str, Any]
# The parameter, and how the last part of the ARN begins; what is given as an ARN stays one.
_NAMED: Mapping[str, tuple[str, str]] = {
    "ecr": ("repositoryName", "repository/"),
    "kms": ("KeyId", "key/"),
    "lambda": ("FunctionName", "function:"),
    "secretsmanager": ("SecretId", "secret:"),
    "sns": ("TopicArn", ""),
    "sqs": ("QueueUrl", ""),
}


def arn_of(service: str, params: Params, arn: Callable[[str], str]) -> str | None:
    """None where the call names none. `arn`: of a resource there, by the last part of its ARN."""
    parameter, begin = _NAMED.get(service, ("", ""))
    if not (named := str(params.get(parameter) or "")):
        return None
    named = unquote(named)
    if named.startswith("arn:"):
        return named
    return arn(f"{begin}{named.rpartition('/')[2] if service == 'sqs' else named}")
