"""Secrets Manager: BlockPublicPolicy, and what is no policy of a secret.

"PutResourcePolicy" in the AWS Secrets Manager API Reference; the size is in "AWS Secrets Manager quotas".
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.responses import SecretsManagerResponse

from emulator.resource_policies.documents import is_open_to_all, statements_of, strangers

_LONGEST = 20 * 1024


def teach() -> None:
    put = SecretsManagerResponse.put_resource_policy

    def put_resource_policy(self: Any) -> Any:
        policy = self._get_param("ResourcePolicy")
        try:
            statements_of(policy)
        except ValueError:
            raise _malformed("This resource policy contains a syntax error.") from None
        if len(policy) > _LONGEST:
            raise _malformed("This resource policy is too long.")
        if any(strangers(policy, self.current_account)):
            raise _malformed("This resource policy contains an unsupported principal.")
        if self._get_param("BlockPublicPolicy") and is_open_to_all(policy):
            words = "This resource policy grants broad access to the secret."
            raise SecretsManagerClientError("PublicPolicyException", words)
        return put(self)

    SecretsManagerResponse.put_resource_policy = put_resource_policy


def _malformed(message: str) -> SecretsManagerClientError:
    return SecretsManagerClientError("MalformedPolicyDocumentException", message)
