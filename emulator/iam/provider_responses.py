"""IAM's calls about sign-in providers and server certificates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult, EmptyResult

from emulator.iam.providers import Tags, merged_tags, tags_without
from emulator.iam.shapes import Shape, moment


class ProviderResponses:
    backend: Any
    _get_param: Callable[..., Any]
    _listing: Callable[..., ActionResult]
    _under_path: Callable[..., list[Any]]

    # OIDC

    def get_open_id_connect_provider(self) -> ActionResult:
        provider = self.backend.get_open_id_connect_provider(self._get_param("OpenIDConnectProviderArn"))
        return ActionResult(
            {
                "Url": provider.url,
                "ClientIDList": provider.client_id_list,
                "ThumbprintList": provider.thumbprint_list,
                "CreateDate": moment(provider.create_date),
                "Tags": provider.get_tags() or None,
            }
        )

    def add_client_id_to_open_id_connect_provider(self) -> ActionResult:
        self.backend.add_client_id(self._get_param("OpenIDConnectProviderArn"), self._get_param("ClientID"))
        return EmptyResult()

    def remove_client_id_from_open_id_connect_provider(self) -> ActionResult:
        self.backend.remove_client_id(self._get_param("OpenIDConnectProviderArn"), self._get_param("ClientID"))
        return EmptyResult()

    # SAML

    def create_saml_provider(self) -> ActionResult:
        tags = self._get_param("Tags", [])
        provider = self.backend.create_saml_provider(
            self._get_param("Name"), self._get_param("SAMLMetadataDocument"), tags
        )
        return ActionResult({"SAMLProviderArn": provider.arn, "Tags": tags or None})

    def list_saml_providers(self) -> ActionResult:
        found = [_dates(provider) | {"Arn": provider.arn} for provider in self.backend.list_saml_providers()]
        return ActionResult({"SAMLProviderList": found})

    def get_saml_provider(self) -> ActionResult:
        provider = self._saml_provider()
        return ActionResult(
            _dates(provider)
            | {
                "SAMLProviderUUID": provider.uuid,
                "SAMLMetadataDocument": provider.saml_metadata_document,
                "Tags": provider.tags or None,
            }
        )

    def tag_saml_provider(self) -> ActionResult:
        return _tag(self._saml_provider(), self._get_param("Tags", []))

    def untag_saml_provider(self) -> ActionResult:
        return _untag(self._saml_provider(), self._get_param("TagKeys", []))

    def list_saml_provider_tags(self) -> ActionResult:
        return self._listing("Tags", self._saml_provider().tags, "Key")

    def _saml_provider(self) -> Any:
        return self.backend.get_saml_provider(self._get_param("SAMLProviderArn"))

    # Server certificates

    def upload_server_certificate(self) -> ActionResult:
        tags = self._get_param("Tags", [])
        certificate = self.backend.upload_server_certificate(
            self._get_param("ServerCertificateName"),
            self._get_param("CertificateBody"),
            self._get_param("PrivateKey"),
            cert_chain=self._get_param("CertificateChain"),
            path=self._get_param("Path"),
            tags=tags,
        )
        return ActionResult({"ServerCertificateMetadata": _metadata(certificate), "Tags": tags or None})

    def update_server_certificate(self) -> ActionResult:
        self.backend.update_server_certificate(
            self._get_param("ServerCertificateName"),
            self._get_param("NewServerCertificateName"),
            self._get_param("NewPath"),
        )
        return EmptyResult()

    def list_server_certificates(self) -> ActionResult:
        found = map(_metadata, self._under_path(self.backend.list_server_certificates()))
        return self._listing("ServerCertificateMetadataList", found, "ServerCertificateName")

    def get_server_certificate(self) -> ActionResult:
        certificate = self._server_certificate()
        shape = {
            "ServerCertificateMetadata": _metadata(certificate),
            "CertificateBody": certificate.cert_body,
            "CertificateChain": certificate.cert_chain,
            "Tags": certificate.tags or None,
        }
        return ActionResult({"ServerCertificate": shape})

    def tag_server_certificate(self) -> ActionResult:
        return _tag(self._server_certificate(), self._get_param("Tags", []))

    def untag_server_certificate(self) -> ActionResult:
        return _untag(self._server_certificate(), self._get_param("TagKeys", []))

    def list_server_certificate_tags(self) -> ActionResult:
        return self._listing("Tags", self._server_certificate().tags, "Key")

    def _server_certificate(self) -> Any:
        return self.backend.get_server_certificate(self._get_param("ServerCertificateName"))


def _dates(provider: Any) -> Shape:
    return {"CreateDate": moment(provider.create_date), "ValidUntil": moment(provider.valid_until)}


def _metadata(certificate: Any) -> Shape:
    return {
        "ServerCertificateName": certificate.cert_name,
        "Path": certificate.path,
        "Arn": certificate.arn,
        "ServerCertificateId": certificate.id,
        "UploadDate": moment(certificate.uploaded),
        "Expiration": moment(certificate.expires),
    }


def _tag(held: Any, tags: Tags) -> ActionResult:
    held.tags = merged_tags(held.tags, tags)
    return EmptyResult()


def _untag(held: Any, keys: list[str]) -> ActionResult:
    held.tags = tags_without(held.tags, keys)
    return EmptyResult()
