"""The operations on server certificates, and on the tags of instance profiles: set up, step, what AWS then shows."""

from __future__ import annotations

from typing import Any

from accounts.models import Operator
from identities.kinds import INSTANCE_PROFILE, SERVER_CERTIFICATE
from identities.models import InstanceProfile, ServerCertificate
from identities.operations import (
    rename_certificate,
    upload_certificate,
)
from objects.operations.existence import delete
from sync.operations import StepSpec
from sync.sealed import keep_typed
from tests.identities.tag_cases import TEAM, tag_cases
from tests.services.certificates import certificate
from tests.services.operation_cases import ComparedCase
from tests.services.world import World

CERTIFICATE = "It shows a site's name to its visitors; nobody signs in to AWS with it."
CERTIFICATE_SOURCES = ("iam.server_certificates", "iam.server_certificate_bodies")


def a_certificate(world: World) -> Any:
    made = certificate("shop.example.org")
    answer = world.iam.upload_server_certificate(
        ServerCertificateName="shop", Path="/web/", CertificateBody=made.pem, PrivateKey=made.key, Tags=TEAM
    )
    return world.mirrored(ServerCertificate, "shop", answer["ServerCertificateMetadata"]["Arn"], "certificate")


def typed_key(world: World) -> str:
    key = certificate("shop.example.org").key
    return keep_typed(key, name="Private key", aws_account=world.aws_account, operator=Operator.objects.get())


def upload(world: World, arn: str) -> StepSpec:
    return upload_certificate(arn, certificate("shop.example.org").pem, typed_key(world))


def shown_certificates(world: World, _: Any) -> list[str]:
    listed = world.iam.list_server_certificates()["ServerCertificateMetadataList"]
    return [f"{found['Path']}{found['ServerCertificateName']}" for found in listed]


def a_profile(world: World) -> Any:
    made = world.iam.create_instance_profile(InstanceProfileName="web", Tags=TEAM)
    return world.mirrored(InstanceProfile, "web", made["InstanceProfile"]["Arn"], "tags")


CASES = (
    ComparedCase(
        "iam.server_cert.upload",
        lambda world: SERVER_CERTIFICATE.arn_of(world.aws_account, "shop", "/web/"),
        upload,
        shown_certificates,
        ["/web/shop"],
        CERTIFICATE_SOURCES,
        page="account/upload-certificate",
        no_access=CERTIFICATE,
    ),
    ComparedCase(
        "iam.server_cert.rename",
        a_certificate,
        lambda world, row: rename_certificate(row.arn, SERVER_CERTIFICATE.arn_of(world.aws_account, "store")),
        shown_certificates,
        ["/store"],
        CERTIFICATE_SOURCES,
        page="server_certificate/rename",
        no_access=CERTIFICATE,
    ),
    ComparedCase(
        "iam.server_cert.delete",
        a_certificate,
        lambda world, row: delete(SERVER_CERTIFICATE, row.arn),
        shown_certificates,
        [],
        CERTIFICATE_SOURCES,
        stays="AWS doesn't give the private key",
        page="server_certificate/delete",
        no_access=CERTIFICATE,
    ),
    *tag_cases(SERVER_CERTIFICATE, a_certificate, "iam.server_certificate_bodies"),
    *tag_cases(INSTANCE_PROFILE, a_profile, "iam.instance_profile_tags"),
)
