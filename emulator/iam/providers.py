"""Sign-in providers (OIDC and SAML) and server certificates, as far as moto doesn't play them as AWS does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from moto.iam.exceptions import EntityAlreadyExists, LimitExceededException, MalformedCertificate
from moto.iam.models import IAMBackend

from emulator import clock
from emulator.iam.names import check_free, check_name, check_path
from emulator.ids import unique_id

Tags = list[dict[str, str]]

_CLIENT_IDS = 100  # of one provider
# AWS tells of an end also where the metadata document has none: then it is far away.
_NO_END = timedelta(days=36_525)
_VALID_UNTIL = re.compile(r"<[^?!][^>]*\bvalidUntil=\"([^\"]+)\"")


class Providers(IAMBackend):  # type: ignore[misc]
    # ---- OIDC

    def create_open_id_connect_provider(
        self, url: str, thumbprint_list: list[str], client_id_list: list[str], tags: Tags
    ) -> Any:
        try:
            return super().create_open_id_connect_provider(url, thumbprint_list, client_id_list, tags)
        except EntityAlreadyExists:
            raise EntityAlreadyExists(f"Provider with url {url} already exists.") from None

    def add_client_id(self, arn: str, client_id: str) -> None:
        """Once more is no error."""
        provider = self.get_open_id_connect_provider(arn)
        if client_id in provider.client_id_list:
            return
        if len(provider.client_id_list) >= _CLIENT_IDS:
            raise LimitExceededException(f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {_CLIENT_IDS}")
        provider.client_id_list = [*provider.client_id_list, client_id]

    def remove_client_id(self, arn: str, client_id: str) -> None:
        """Once more is no error."""
        provider = self.get_open_id_connect_provider(arn)
        provider.client_id_list = [kept for kept in provider.client_id_list if kept != client_id]

    # ---- SAML

    def create_saml_provider(self, name: str, saml_metadata_document: str, tags: Tags | None = None) -> Any:
        check_free("SAML provider", name, self.saml_providers)
        provider = super().create_saml_provider(name, saml_metadata_document)
        provider.tags = list(tags or [])
        provider.uuid = unique_id(
            "SAMLP", account_id=self.account_id, name=name, created=provider.create_date, length=24
        )
        provider.valid_until = _end_of(saml_metadata_document)
        return provider

    def update_saml_provider(self, saml_provider_arn: str, saml_metadata_document: str) -> Any:
        provider = super().update_saml_provider(saml_provider_arn, saml_metadata_document)
        provider.valid_until = _end_of(saml_metadata_document)
        return provider

    def delete_saml_provider(self, saml_provider_arn: str) -> None:
        del self.saml_providers[self.get_saml_provider(saml_provider_arn).name]

    # ---- Server certificates

    def upload_server_certificate(
        self,
        cert_name: str,
        cert_body: str,
        private_key: str,
        cert_chain: str | None = None,
        path: str | None = None,
        tags: Tags | None = None,
    ) -> Any:
        check_name("serverCertificateName", cert_name)
        check_path(path)
        check_free("Server Certificate", cert_name, [held.cert_name for held in self.certificates.values()])
        expires = _expiry_of(cert_body)
        certificate = super().upload_server_certificate(cert_name, cert_body, private_key, cert_chain, path)
        certificate.uploaded, certificate.expires = clock.utcnow(), expires
        certificate.tags = list(tags or [])
        certificate.id = unique_id(
            "ASCA", account_id=self.account_id, name=cert_name, created=certificate.uploaded, length=21
        )
        return certificate

    def update_server_certificate(self, name: str, new_name: str | None, new_path: str | None) -> None:
        certificate = self.get_server_certificate(name)
        check_path(new_path)
        if new_name and new_name != name:
            check_name("serverCertificateName", new_name)
            check_free("Server Certificate", new_name, [held.cert_name for held in self.certificates.values()])
            certificate.cert_name = new_name
        certificate.path = new_path or certificate.path


def merged_tags(held: Tags, more: Tags) -> Tags:
    return list(({tag["Key"]: tag for tag in held} | {tag["Key"]: tag for tag in more}).values())


def tags_without(held: Tags, keys: list[str]) -> Tags:
    return [tag for tag in held if tag["Key"] not in keys]


def _end_of(metadata: str) -> datetime:
    """Naive and in UTC, as moto keeps its dates."""
    found = _VALID_UNTIL.search(metadata)
    if found is None:
        return clock.utcnow() + _NO_END
    return datetime.fromisoformat(found[1]).astimezone(UTC).replace(tzinfo=None)


def _expiry_of(body: str) -> datetime:
    try:
        certificate = x509.load_pem_x509_certificate(body.encode())
    except ValueError:
        raise MalformedCertificate(body) from None
    return certificate.not_valid_after_utc.replace(tzinfo=None)
