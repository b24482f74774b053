"""Every call of Cognito user pools that the emulator knows."""

from __future__ import annotations

from iamconsole.demo.cognito_idp.client_calls import ClientCalls
from iamconsole.demo.cognito_idp.person_calls import PersonCalls


class UserPoolCalls(PersonCalls, ClientCalls):
    pass
