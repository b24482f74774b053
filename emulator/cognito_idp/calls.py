"""Every call of Cognito user pools that the emulator knows."""

from __future__ import annotations

from emulator.cognito_idp.client_calls import ClientCalls
from emulator.cognito_idp.link_calls import LinkCalls
from emulator.cognito_idp.sign_in_calls import SignInCalls
from emulator.cognito_idp.tokens import page
from emulator.wire import Answer


class UserPoolCalls(SignInCalls, LinkCalls, ClientCalls):
    @classmethod
    def page(cls, path: str) -> Answer | None:
        """The keys of a pool, and its OpenID Connect configuration."""
        body = page(path)
        return None if body is None else Answer(200, body, [("Content-Type", "application/json")])
