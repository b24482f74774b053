"""KMS: the name of a key policy needn't be said, a key that isn't there has no grants, and ids are always the same.

A key policy that would keep its writer from changing it again is refused, and one that names nobody.
"""

from __future__ import annotations

from itertools import count
from typing import Any

import moto.kms.models
import moto.kms.responses
from moto.core.exceptions import JsonRESTError
from moto.kms.responses import KmsResponse

from emulator import clock
from emulator.callers import Caller, find_caller
from emulator.ids import uuid
from emulator.permissions import Effect, Question, matched
from emulator.resource_policies import key_states
from emulator.resource_policies.documents import statements_of, strangers


def teach() -> None:
    checked = moto.kms.responses._assert_default_policy
    # "GetKeyPolicy" in the KMS API Reference: without a name it is that of `default`.
    moto.kms.responses._assert_default_policy = lambda name: checked(name or "default")
    moto.kms.models.generate_key_id = _key_id
    listed = KmsResponse.list_grants

    def list_grants(self: Any) -> Any:
        self._validate_cmk_id(self._get_param("KeyId"))  # moto breaks over a key that isn't there
        return listed(self)

    KmsResponse.list_grants = list_grants
    put = KmsResponse.put_key_policy

    def put_key_policy(self: Any) -> Any:
        key_id, policy = self._get_param("KeyId"), self._get_param("Policy")
        self._validate_cmk_id(key_id)
        key = self.kms_backend.describe_key(self.kms_backend.get_key_id(key_id))
        caller = find_caller(self.access_key, self.partition)
        _check(policy, caller, key.arn)
        put(self)
        return ""  # "PutKeyPolicy" in the KMS API Reference: an empty body, where moto answers `null`

    KmsResponse.put_key_policy = put_key_policy
    key_states.teach()


def _check(policy: str, caller: Caller, key_arn: str) -> None:
    """ "PutKeyPolicy" in the KMS API Reference; the size is in "Resource quotas" of the Developer Guide."""
    if len(policy.encode()) > _LONGEST:
        raise MalformedPolicy("The policy is too long.")
    try:
        statements_of(policy)
    except ValueError:
        raise MalformedPolicy("The policy is no valid JSON.") from None
    if next(strangers(policy, caller.account_id, caller.partition), None):
        raise MalformedPolicy("Policy contains a statement with one or more invalid principals.")
    names = caller.names | caller.delegates | {"*"}
    question = Question("kms:PutKeyPolicy", key_arn, {"aws:PrincipalArn": caller.arn})
    effects = matched(policy, question, names).effects
    if Effect.DENIED in effects or Effect.ALLOWED not in effects:
        raise MalformedPolicy("The new key policy will not allow you to update the key policy in the future.")


class MalformedPolicy(JsonRESTError):  # type: ignore[misc]
    def __init__(self, message: str) -> None:
        super().__init__("MalformedPolicyDocumentException", message)


_LONGEST = 32 * 1024

_made = count(1)


def _key_id(multi_region: bool = False) -> str:
    found = uuid("kms", clock.utcnow().isoformat(), next(_made))
    return f"mrk-{found}" if multi_region else found
