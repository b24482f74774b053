"""Where the actions on policies, providers, certificates and settings are offered."""

from __future__ import annotations

from typing import Any

from identities.actions import belonging, certificates, documents, providers, settings
from identities.actions.documents import inline_of
from identities.kinds import INSTANCE_PROFILE, OIDC, SAML, SERVER_CERTIFICATE
from identities.operations.delegation_requests import REJECTABLE
from objects import object_actions
from objects.object_actions import ACCOUNT, ObjectAction
from objects.tag_and_delete_actions import delete_action, tag_actions


def register() -> None:
    object_actions.register(
        ACCOUNT,
        ObjectAction("create-policy", "New policy…", documents.CreatePolicyForm, icon="plus", on="policies"),
        ObjectAction("create-oidc", "New OIDC provider…", providers.CreateOidcForm, icon="plus"),
        ObjectAction("create-saml", "New SAML provider…", providers.CreateSamlForm, icon="plus"),
        ObjectAction("upload-certificate", "Upload…", certificates.UploadServerCertificateForm, icon="plus"),
        ObjectAction("set-alias", "Change…", settings.AliasForm, icon="pencil"),
        ObjectAction(
            "delete-alias",
            "Delete…",
            settings.DeleteAliasForm,
            icon="trash-2",
            danger=True,
            offered=lambda aws_account: bool(settings.alias_of(aws_account)),
        ),
        ObjectAction("set-password-policy", "Change…", settings.AccountPasswordPolicyForm, icon="pencil"),
        ObjectAction(
            "delete-password-policy",
            "Delete…",
            settings.DeletePasswordPolicyForm,
            icon="trash-2",
            danger=True,
            offered=settings.has_password_policy,
        ),
        ObjectAction("set-token-version", "Change…", settings.TokenVersionForm, icon="pencil"),
        ObjectAction(
            "root-access", "Change…", settings.RootAccessForm, icon="pencil", offered=settings.has_root_access
        ),
    )
    object_actions.register(
        "policy",
        ObjectAction(
            "delete",
            "Delete…",
            documents.DeletePolicyForm,
            icon="trash-2",
            danger=True,
            many=True,
            offered=_is_ours,
            position=90,
        ),
    )
    _register_on_owners()
    object_actions.register(
        "oidc_provider",
        ObjectAction("add-audience", "Add an audience…", providers.AddClientIdForm, icon="plus", position=20),
        ObjectAction(
            "remove-audience",
            "Remove an audience…",
            providers.RemoveClientIdForm,
            icon="trash-2",
            offered=lambda provider: bool(provider.client_ids),
            position=30,
        ),
        ObjectAction("thumbprints", "Thumbprints…", providers.ThumbprintsForm, icon="pencil", position=40),
        *tag_actions(OIDC),
        delete_action(OIDC),
    )
    object_actions.register(
        "saml_provider",
        ObjectAction("metadata", "New metadata…", providers.UpdateSamlForm, icon="pencil", position=20),
        *tag_actions(SAML),
        delete_action(SAML),
    )
    object_actions.register(
        "delegation_request",
        ObjectAction(
            "reject",
            "Reject…",
            providers.RejectRequestForm,
            icon="circle-off",
            danger=True,
            offered=lambda request: request.state in REJECTABLE,
        ),
    )
    object_actions.register("instance_profile", *tag_actions(INSTANCE_PROFILE))
    object_actions.register(
        "server_certificate",
        ObjectAction("rename", "Rename…", certificates.RenameCertificateForm, icon="pencil", position=20),
        *tag_actions(SERVER_CERTIFICATE),
        delete_action(SERVER_CERTIFICATE),
    )


def _register_on_owners() -> None:
    for place in ("user", "group", "role"):
        object_actions.register(
            place,
            ObjectAction(
                "inline",
                "Write an inline policy…",
                documents.PutInlineForm,
                icon="file-lock",
                offered=_may_change,
                position=30,
            ),
            ObjectAction(
                "inline-delete",
                "Delete an inline policy…",
                documents.DeleteInlineForm,
                icon="trash-2",
                danger=True,
                listed=False,
                offered=_has_inline,
            ),
            ObjectAction(
                "inline-move",
                "Convert to a managed policy…",
                documents.MoveInlineForm,
                icon="file-lock",
                listed=False,
                offered=_has_inline,
            ),
        )
    for place in ("user", "role"):
        object_actions.register(
            place,
            ObjectAction(
                "boundary",
                "Permissions boundary…",
                belonging.PutBoundaryForm,
                icon="lock",
                many=True,
                offered=_may_change,
                position=40,
            ),
            ObjectAction(
                "boundary-delete",
                "Remove the permissions boundary…",
                belonging.DeleteBoundaryForm,
                icon="lock",
                many=True,
                danger=True,
                offered=_is_bounded,
                position=41,
            ),
        )
    object_actions.register(
        "role",
        ObjectAction("trust", "Trust policy…", documents.TrustForm, icon="pencil", offered=_may_change, position=20),
    )


def _is_ours(policy: Any) -> bool:
    return not policy.is_aws


def _may_change(owner: Any) -> bool:
    return not getattr(owner, "is_reserved", False)


def _has_inline(owner: Any) -> bool:
    return _may_change(owner) and inline_of(owner).exists()


def _is_bounded(owner: Any) -> bool:
    return _may_change(owner) and bool(owner.boundary_arn)
