"""Cases of the operations on tags, for kinds of IAM's objects that have one tag beforehand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from identities.models import InstanceProfile, OidcProvider, SamlProvider, ServerCertificate
from objects.kinds import IamKind
from objects.operations.tags import tag, untag
from sync.models import MirroredRow
from tests.services.operation_cases import TAGS, ComparedCase
from tests.services.world import World

TEAM = [{"Key": "team", "Value": "reports"}]


def tags_of(answer: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in answer.get("Tags") or ()}


def shown_tags(world: World, row: Any) -> dict[str, str]:
    iam = world.iam
    asked: dict[type[MirroredRow], Callable[[], Any]] = {
        OidcProvider: lambda: iam.get_open_id_connect_provider(OpenIDConnectProviderArn=row.arn),
        SamlProvider: lambda: iam.get_saml_provider(SAMLProviderArn=row.arn),
        InstanceProfile: lambda: iam.get_instance_profile(InstanceProfileName=row.name)["InstanceProfile"],
        ServerCertificate: lambda: iam.get_server_certificate(ServerCertificateName=row.name)["ServerCertificate"],
    }
    return tags_of(asked[type(row)]())


def tag_cases(of: IamKind, arrange: Callable[[World], Any], source: str) -> tuple[ComparedCase, ...]:
    return (
        ComparedCase(
            of.step_kind("tag"),
            arrange,
            lambda world, row: tag(of, row.arn, "Cost", "42"),
            shown_tags,
            {"team": "reports", "Cost": "42"},
            (source,),
            page=f"{of.name}/tag",
            no_access=TAGS,
        ),
        ComparedCase(
            of.step_kind("untag"),
            arrange,
            lambda world, row: untag(of, row.arn, "team"),
            shown_tags,
            {},
            (source,),
            page=f"{of.name}/untag",
            no_access=TAGS,
        ),
    )
