"""What only Acme's main AWS account has: sign-in from elsewhere, certificates, root user, use, a provider's request."""

from __future__ import annotations

from emulator.process import Emulator
from emulator.sample_estate.account_iam import AccountIam, tags_of
from emulator.sample_estate.data import account, credentials, roles


def finish_production(emulator: Emulator, iam: AccountIam, founded: str) -> None:
    iam.at(roles.LEAVER_DELETED).delete_user(UserName=roles.LEAVER)
    emulator.describe_root(**credentials.ROOT)
    _make_settings(iam, founded)
    _answer_a_provider(iam)


def make_providers(iam: AccountIam) -> None:
    """Before the roles that trust them, and somebody who will have left."""
    iam.at("2024-03-18 09:50").create_open_id_connect_provider(
        Url=roles.GITHUB_PROVIDER,
        ClientIDList=["sts.amazonaws.com"],
        ThumbprintList=["6938fd4d98bab03faadb97b3" + "0" * 16],
    )
    iam.at(account.SSO_CREATED).create_saml_provider(
        Name=account.SSO, SAMLMetadataDocument=account.SSO_METADATA, Tags=tags_of(account.SSO_TAGS)
    )
    iam.at(roles.LEAVER_CREATED).create_user(UserName=roles.LEAVER)
    for service in roles.SERVICE_LINKED:
        iam.at(roles.SERVICE_LINKED_CREATED).create_service_linked_role(AWSServiceName=service)


def _make_settings(iam: AccountIam, founded: str) -> None:
    for certificate in account.SERVER_CERTIFICATES:
        iam.at(certificate.created).upload_server_certificate(
            ServerCertificateName=certificate.name, CertificateBody=certificate.text, PrivateKey="(nobody has it)"
        )
    iam.at(founded).update_account_password_policy(**account.PASSWORD_POLICY)
    for used in account.USED:
        actions = [action.split(":") for action in used.actions.split()]
        for service, at in used.services.items():
            tried = " ".join(name for of, name in actions if of == service)
            iam.note_activity(used.kind, used.name, at, service=service, region="eu-west-1", actions=tried)


def _answer_a_provider(iam: AccountIam) -> None:
    asked = iam.at(account.DELEGATION_ASKED)
    about = {
        "DelegationRequestId": asked.create_delegation_request(**account.DELEGATION_REQUEST)["DelegationRequestId"]
    }
    asked.associate_delegation_request(**about)
    iam.at(account.DELEGATION_ANSWERED).reject_delegation_request(**about, Notes=account.DELEGATION_REJECTED)
