"""App clients, identity providers and resource servers of a pool."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from emulator import clock
from emulator.cognito_idp.clients import AppClient
from emulator.cognito_idp.errors import invalid, not_found
from emulator.cognito_idp.pool import Dated, UserPool
from emulator.cognito_idp.pool_calls import Answer, PoolCalls
from emulator.ids import word
from emulator.paging import cut
from emulator.wire import AwsError

_MOST_SERVERS = 50
_PROVIDER = ("ProviderName", "ProviderType", "ProviderDetails", "AttributeMapping", "IdpIdentifiers")


class ClientCalls(PoolCalls):
    def create_user_pool_client(self) -> Answer:
        pool = self.pool
        client_id = word(26, pool.id, self.asked["ClientName"], clock.utcnow(), len(pool.clients))
        pool.clients[client_id] = AppClient(pool, client_id, self.asked)
        return {"UserPoolClient": pool.clients[client_id].described()}

    def describe_user_pool_client(self) -> Answer:
        return {"UserPoolClient": self.pool.client(self.asked["ClientId"]).described()}

    def list_user_pool_clients(self) -> Answer:
        clients = self.pool.clients
        return self.listing("UserPoolClients", clients, lambda client_id: clients[client_id].summary())

    def update_user_pool_client(self) -> Answer:
        pool = self.pool
        client = pool.client(self.asked["ClientId"])
        client.replace(self.asked, pool)
        return {"UserPoolClient": client.described()}

    def delete_user_pool_client(self) -> None:
        pool = self.pool
        client_id = pool.client(self.asked["ClientId"]).id
        del pool.clients[client_id]
        for by_client in (pool.risk, pool.looks):
            by_client.pop(client_id, None)

    def list_user_pool_client_secrets(self) -> Answer:
        """Without their values."""
        client = self.pool.client(self.asked["ClientId"])
        secrets = {secret.id: secret for secret in client.secrets}
        return self.listing("ClientSecrets", secrets, lambda secret_id: secrets[secret_id].described())

    def add_user_pool_client_secret(self) -> Answer:
        """Its value is told this once, and not at all if it was the caller's own."""
        own = self.asked.get("ClientSecret")
        secret = self.pool.client(self.asked["ClientId"]).add_secret(own)
        value = {} if own else {"ClientSecretValue": secret.value}
        return {"ClientSecretDescriptor": secret.described() | value}

    def delete_user_pool_client_secret(self) -> None:
        self.pool.client(self.asked["ClientId"]).delete_secret(self.asked["ClientSecretId"])

    def get_user_pool_client_session_configuration(self) -> Answer:
        client = self.pool.client(self.asked["ClientId"])
        return {"UserPoolId": client.pool_id, "ClientId": client.id, "SSOSession": client.session}

    def set_user_pool_client_session_configuration(self) -> Answer:
        pool = self._able_to_track()
        if not pool.tracks_sessions:
            raise AwsError("OperationNotEnabledException", "User session tracking is not enabled for the user pool.")
        pool.client(self.asked["ClientId"]).session = self.asked["SSOSession"]
        return self.get_user_pool_client_session_configuration()

    # Identity providers

    def create_identity_provider(self) -> Answer:
        pool, name = self.pool, self.asked["ProviderName"]
        if name in pool.providers:
            raise AwsError("DuplicateProviderException", f"A provider with the name {name} already exists.")
        content = {key: deepcopy(self.asked[key]) for key in _PROVIDER if key in self.asked}
        pool.providers[name] = Dated({"AttributeMapping": {"username": "sub"}, "IdpIdentifiers": []} | content)
        return self.describe_identity_provider()

    def describe_identity_provider(self) -> Answer:
        pool, provider = self._provider()
        return {"IdentityProvider": {"UserPoolId": pool.id, **provider.described()}}

    def list_identity_providers(self) -> Answer:
        providers = self.pool.providers
        kept = ("ProviderName", "ProviderType", "CreationDate", "LastModifiedDate")
        return self.listing("Providers", providers, lambda name: _only(providers[name].described(), kept))

    def update_identity_provider(self) -> Answer:
        """Maps that are sent replace the old ones, mapping and identifiers that are left out are reset."""
        _, provider = self._provider()
        reset = {"AttributeMapping": {"username": "sub"}, "IdpIdentifiers": []}
        provider.content |= reset | {key: deepcopy(self.asked[key]) for key in _PROVIDER if key in self.asked}
        provider.changed = clock.utcnow()
        return self.describe_identity_provider()

    def delete_identity_provider(self) -> None:
        pool, provider = self._provider()
        del pool.providers[provider.content["ProviderName"]]

    def _provider(self) -> tuple[UserPool, Dated]:
        pool, name = self.pool, self.asked["ProviderName"]
        if name not in pool.providers:
            raise not_found(f"Identity provider {name} does not exist.")
        return pool, pool.providers[name]

    # Resource servers

    def create_resource_server(self) -> Answer:
        pool, identifier = self.pool, self.asked["Identifier"]
        if identifier in pool.resource_servers:
            raise invalid(f"{identifier} already exists in user pool {pool.id}.")
        pool.resource_servers[identifier] = {"Scopes": [], **self.asked, "UserPoolId": pool.id}
        return {"ResourceServer": pool.resource_servers[identifier]}

    def describe_resource_server(self) -> Answer:
        return {"ResourceServer": self._server()}

    def list_resource_servers(self) -> Answer:
        servers = self.pool.resource_servers
        page, following = cut(
            sorted(servers),
            size=self.asked.get("MaxResults") or _MOST_SERVERS,
            token=self.asked.get("NextToken"),
            of=("ResourceServers", self.asked["UserPoolId"]),
        )
        return {"ResourceServers": [servers[identifier] for identifier in page], "NextToken": following}

    def update_resource_server(self) -> Answer:
        """Scopes that are left out are removed."""
        server = self._server()
        server |= {"Name": self.asked["Name"], "Scopes": self.asked.get("Scopes", [])}
        return {"ResourceServer": server}

    def delete_resource_server(self) -> None:
        del self.pool.resource_servers[self._server()["Identifier"]]

    def _server(self) -> Answer:
        found = self.pool.resource_servers.get(self.asked["Identifier"])
        if found is None:
            raise not_found(f"Resource server {self.asked['Identifier']} does not exist.")
        return found


def _only(shape: dict[str, Any], kept: tuple[str, ...]) -> Answer:
    return {key: shape[key] for key in kept}
