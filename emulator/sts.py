"""STS: sessions of roles, and who one is."""

from __future__ import annotations

import moto.sts.models as models
import moto.sts.urls
from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from emulator import clock
from emulator.callers import find_caller
from emulator.cognito_identity.logins import read_open_id_token
from emulator.cognito_identity.roles import (
    ACTION,
    PROVIDER,
    begin_session,
    trust_context,
    trusts,
)
from emulator.encoded import decode
from emulator.wire import AwsError


def install() -> None:
    models.utcnow = clock.utcnow
    moto.sts.urls.url_paths["{0}/$"] = Responses.dispatch


class Responses(TokenResponse):  # type: ignore[misc]
    def assume_role(self) -> ActionResult:
        """Whether the caller may is decided before: see `assuming`."""
        session = self.backend.assume_role(
            region_name=self.region,
            role_session_name=self._get_param("RoleSessionName"),
            role_arn=self._get_param("RoleArn"),
            policy=self._get_param("Policy"),
            duration=self._get_int_param("DurationSeconds", 3600),
            external_id=self._get_param("ExternalId"),
        )
        sessions = models.sts_backends[session.account_id][session.partition]
        now = clock.utcnow()
        sessions.assumed_roles = [held for held in sessions.assumed_roles if held.expiration.replace(tzinfo=None) > now]
        session.source_identity = self._get_param("SourceIdentity")
        session.tags = {tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])}
        policy_size = len(session.policy or "")
        return ActionResult(
            {
                "Credentials": session,
                "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
                "PackedPolicySize": 100 * policy_size // 2048 if policy_size else None,
                "SourceIdentity": session.source_identity,
            }
        )

    def assume_role_with_web_identity(self) -> ActionResult:
        """Of the tokens of identity pools, the trust policy decides; those of others are taken as they are."""
        claims = read_open_id_token(self._get_param("WebIdentityToken"))
        if claims is None:
            return super().assume_role_with_web_identity()
        role_arn, name = self._get_param("RoleArn"), self._get_param("RoleSessionName")
        context = trust_context(claims["aud"], claims["sub"], claims["amr"])
        if not trusts(role_arn, context, [ACTION]):
            raise AwsError("AccessDenied", f"Not authorized to perform {ACTION}", 403)
        seconds = self._get_int_param("DurationSeconds", 3600)
        session = begin_session(self.region, role_arn, name, seconds, limit=self._get_param("Policy"), tags={})
        return ActionResult(
            {
                "Credentials": session,
                "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": session.arn},
                "SubjectFromWebIdentityToken": claims["sub"],
                "Provider": PROVIDER,
                "Audience": claims["aud"],
            }
        )

    def decode_authorization_message(self) -> ActionResult:
        return ActionResult({"DecodedMessage": decode(self.current_account, self._get_param("EncodedMessage") or "")})

    def get_access_key_info(self) -> ActionResult:
        """Of any key that exists, whosever it is. What AWS says of one that doesn't isn't documented."""
        caller = find_caller(self._get_param("AccessKeyId") or "", self.partition)
        if caller.kind == "stranger":
            raise AwsError("ValidationError", "The access key id isn't valid.")
        return ActionResult({"Account": caller.account_id})

    def get_caller_identity(self) -> ActionResult:
        caller = find_caller(self.get_access_key(), self.partition)
        return ActionResult({"UserId": caller.user_id, "Account": caller.account_id, "Arn": caller.arn})
