"""What depends on a person: devices that the pool remembers, and accounts at outside providers that are linked."""

from __future__ import annotations

import json
from typing import Any

from emulator import clock
from emulator.cognito_idp.errors import invalid, no_such_user, not_found
from emulator.cognito_idp.person import Person
from emulator.cognito_idp.person_calls import PersonCalls
from emulator.cognito_idp.pool import UserPool
from emulator.cognito_idp.pool_calls import Answer
from emulator.wire import AwsError

_MOST_LINKED = 5  # "Quotas in Amazon Cognito": identities linked to a user
_OWN, _SUBJECT = "Cognito", "Cognito_Subject"
Identity = dict[str, Any]


class LinkCalls(PersonCalls):
    def admin_list_devices(self) -> Answer:
        devices = self._remembering().devices
        return self.listing("Devices", devices, lambda key: devices[key], size="Limit", token="PaginationToken")  # noqa: S106

    def admin_get_device(self) -> Answer:
        return {"Device": self._device(self._remembering())}

    def admin_forget_device(self) -> None:
        person = self._remembering()
        del person.devices[self._device(person)["DeviceKey"]]

    def _remembering(self) -> Person:
        if not self.pool.settings.get("DeviceConfiguration"):
            raise AwsError("InvalidUserPoolConfigurationException", "The user pool doesn't track devices.")
        return self.person

    def _device(self, person: Person) -> Identity:
        if self.asked["DeviceKey"] not in person.devices:
            raise not_found("Device does not exist.")
        return person.devices[self.asked["DeviceKey"]]

    # Linked accounts

    def admin_link_provider_for_user(self) -> None:
        pool, source = self.pool, self.asked["SourceUser"]
        person = _destination(pool, self.asked["DestinationUser"])
        provider, subject = _known(pool, source), source["ProviderAttributeValue"]
        _check_mutable(pool, provider)
        if pool.people.get(f"{provider}_{subject}") is not None:
            raise invalid("Merging is not currently supported, provide a SourceUser that has not signed in.")
        if any(_is(each, provider, subject) for other in pool.people for each in identities_of(other)):
            raise invalid("SourceUser is already linked to DestinationUser")
        linked = identities_of(person)
        if len(linked) >= _MOST_LINKED:
            raise AwsError("LimitExceededException", f"A user can have at most {_MOST_LINKED} linked identities.")
        kind = pool.providers[provider].content["ProviderType"]
        made = {"userId": subject, "providerName": provider, "providerType": kind, "issuer": None, "primary": "false"}
        _set(pool, person, [*linked, made | {"dateCreated": str(int(clock.utcnow().timestamp() * 1000))}])

    def admin_disable_provider_for_user(self) -> None:
        pool, source = self.pool, self.asked["User"]
        if source["ProviderName"] == _OWN:
            return _deactivate(pool, source)
        provider, subject = _known(pool, source), source["ProviderAttributeValue"]
        for person in pool.people:
            linked = identities_of(person)
            if left := [each for each in linked if not _is(each, provider, subject)]:
                if len(left) < len(linked):
                    return _set(pool, person, left)
            elif linked:
                return _set(pool, person, [])
        raise no_such_user()


def identities_of(person: Person) -> list[Identity]:
    described: list[Identity] = json.loads(person.attributes.get("identities", "[]"))
    return described


def _set(pool: UserPool, person: Person, linked: list[Identity]) -> None:
    after = {name: value for name, value in person.attributes.items() if name != "identities"}
    pool.people.set_attributes(person, after | ({"identities": json.dumps(linked)} if linked else {}))


def _check_mutable(pool: UserPool, provider: str) -> None:
    """What a provider's attributes are mapped to "must be mutable": SchemaAttributeType in the API reference."""
    for name in pool.providers[provider].content.get("AttributeMapping", {}):
        if name in pool.schema and not pool.schema[name]["Mutable"]:
            raise invalid(f"user.{name}: Attribute cannot be updated.")


def _deactivate(pool: UserPool, source: Identity) -> None:
    """A local user "can't use their password to sign in": "AdminDisableProviderForUser" in the API reference."""
    if source.get("ProviderAttributeName") != _SUBJECT:
        raise invalid(f"ProviderAttributeName must be {_SUBJECT} for a local user.")
    person = pool.people.get(source["ProviderAttributeValue"])
    if person is None:
        raise no_such_user()
    person.passwords = []
    person.touch()


def _destination(pool: UserPool, asked: Identity) -> Person:
    """By the username in the pool, and not by the `sub`; of somebody of a provider by their id there."""
    named, value = asked["ProviderName"], asked["ProviderAttributeValue"]
    person = pool.people.get(value if named == _OWN else f"{named}_{value}")
    if person is None:
        raise no_such_user()
    return person


def _known(pool: UserPool, source: Identity) -> str:
    provider: str = source["ProviderName"]
    if provider not in pool.providers:
        raise invalid("Invalid SourceUser: Cognito users with a username/password may not be passed in as a SourceUser")
    if source.get("ProviderAttributeName") != _SUBJECT:
        raise invalid(f"The emulator links by {_SUBJECT} only.")
    return provider


def _is(identity: Identity, provider: str, subject: str) -> bool:
    return bool(identity["providerName"] == provider and identity["userId"] == subject)
