"""Signing in, and what somebody does who is signed in."""

from __future__ import annotations

import hmac
from typing import Any

from emulator.cognito_idp import passwords, totp
from emulator.cognito_idp.backend import backends, client_anywhere
from emulator.cognito_idp.clients import AppClient, check_writable
from emulator.cognito_idp.errors import invalid, not_authorized
from emulator.cognito_idp.joining import attributes_of
from emulator.cognito_idp.outbox import use_code
from emulator.cognito_idp.person import TOTP, Person
from emulator.cognito_idp.person_calls import VERIFY, change_attributes, remove, set_preference
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.pool_calls import Answer
from emulator.cognito_idp.sign_in import (
    PASSWORD_FLOWS,
    REFRESH_FLOWS,
    attempt_of,
    begin,
    check_client_secret,
    check_secret_hash,
    go_on,
    refresh,
    respond,
)
from emulator.cognito_idp.sign_up_calls import SignUpCalls
from emulator.cognito_idp.tokens import bearer_of
from emulator.wire import AwsError


class SignInCalls(SignUpCalls):
    def initiate_auth(self) -> Answer:
        pool, client = client_anywhere(self.asked["ClientId"])
        return self._initiate(pool, client, ("USER_PASSWORD_AUTH",))

    def admin_initiate_auth(self) -> Answer:
        pool = self.pool
        admin_flows = tuple(flow for flow in PASSWORD_FLOWS if flow.startswith("ADMIN_"))
        return self._initiate(pool, pool.client(self.asked["ClientId"]), admin_flows)

    def respond_to_auth_challenge(self) -> Answer:
        return respond(*client_anywhere(self.asked["ClientId"]), self.asked)

    def admin_respond_to_auth_challenge(self) -> Answer:
        pool = self.pool
        return respond(pool, pool.client(self.asked["ClientId"]), self.asked)

    def get_tokens_from_refresh_token(self) -> Answer:
        pool, client = client_anywhere(self.asked["ClientId"])
        given = self.asked.get("ClientSecret")
        return refresh(pool, client, self.asked["RefreshToken"], lambda _: check_client_secret(client, given))

    def _initiate(self, pool: UserPool, client: AppClient, flows: tuple[str, ...]) -> Answer:
        flow, params = self.asked["AuthFlow"], self.asked.get("AuthParameters", {})
        if flow in REFRESH_FLOWS:
            return self._refreshed(pool, client, params)
        if flow not in flows:
            raise invalid("Initiate Auth method not supported.")
        return begin(pool, client, flow, params)

    def _refreshed(self, pool: UserPool, client: AppClient, params: dict[str, str]) -> Answer:
        """The hash is of the username in the pool ("Computing secret hash values" in the Developer Guide)."""
        given = params.get("SECRET_HASH")
        return refresh(
            pool,
            client,
            params.get("REFRESH_TOKEN", ""),
            lambda person: check_secret_hash(client, person.username, given),
        )

    # Authenticator apps

    def associate_software_token(self) -> Answer:
        """A secret for an app, in a sign-in that asks for one or by somebody who is signed in."""
        if session := self.asked.get("Session"):
            pool = _pool_of_session(session)
            attempt, _ = attempt_of(pool, session)
            if attempt.challenge != "MFA_SETUP":
                raise not_authorized("Invalid session for the user.")
            secret = totp.new_secret()
            return {"SecretCode": secret, "Session": go_on(pool, session, secret=secret)}
        _, person, _ = self._bearer()
        person.pending[TOTP] = totp.new_secret()
        return {"SecretCode": person.pending[TOTP]}

    def verify_software_token(self) -> Answer:
        session = self.asked.get("Session")
        if session:
            pool = _pool_of_session(session)
            attempt, person = attempt_of(pool, session)
            secret = attempt.secret
        else:
            _, person, _ = self._bearer()
            secret = person.pending.get(TOTP, "")
        if not secret:
            raise invalid("There is no software token to verify.")
        if not totp.is_code(secret, self.asked["UserCode"]):
            raise AwsError("EnableSoftwareTokenMFAException", "Code mismatch")
        person.totp_secret = secret
        if not session:
            person.pending.pop(TOTP)
            return {"Status": "SUCCESS"}
        person.factors.add(TOTP)
        return {"Status": "SUCCESS", "Session": go_on(pool, session, is_set_up=True)}

    # Whoever is signed in

    def get_user(self) -> Answer:
        _, person, _ = self._bearer()
        described = person.described_in_full()
        return {
            name: described[name]
            for name in ("Username", "UserAttributes", "PreferredMfaSetting", "UserMFASettingList")
            if name in described
        }

    def change_password(self) -> None:
        pool, person, _ = self._bearer()
        if not person.has_password(self.asked.get("PreviousPassword", "")):
            raise not_authorized("Incorrect username or password.")
        passwords.give(pool, person, self.asked["ProposedPassword"])

    def update_user_attributes(self) -> Answer:
        pool, person, claims = self._bearer()
        asked = attributes_of(self.asked["UserAttributes"])
        check_writable(pool.client(claims["client_id"]), pool, asked)
        if any(name.endswith("_verified") for name in asked):
            raise not_authorized("A client attempted to write unauthorized attribute")
        return {"CodeDeliveryDetailsList": change_attributes(pool, person, asked)}

    def verify_user_attribute(self) -> None:
        pool, person, _ = self._bearer()
        name = self.asked["AttributeName"]
        use_code(person, VERIFY.format(attribute=name), self.asked["Code"])
        value = person.pending.pop(name, person.attributes.get(name, ""))
        pool.people.set_attributes(person, person.attributes | {name: value, f"{name}_verified": "true"})

    def set_user_mfa_preference(self) -> None:
        _, person, _ = self._bearer()
        set_preference(person, self.asked)

    def global_sign_out(self) -> None:
        _, person, _ = self._bearer()
        person.sessions.clear()

    def revoke_token(self) -> None:
        pool, client = client_anywhere(self.asked["ClientId"])
        token = self.asked["Token"].encode()
        for person in pool.people:
            person.sessions = {
                origin: session
                for origin, session in person.sessions.items()
                if session.client_id != client.id or not hmac.compare_digest(session.refresh_token.encode(), token)
            }

    def delete_user(self) -> None:
        pool, person, _ = self._bearer()
        remove(pool, person)

    def _bearer(self) -> tuple[UserPool, Person, dict[str, Any]]:
        return bearer_of(self.asked.get("AccessToken", ""))


def _pool_of_session(session: str) -> UserPool:
    for backend in backends.everywhere():
        for pool in backend.pools.values():
            if session in pool.attempts:
                return pool
    raise not_authorized("Invalid session for the user.")
