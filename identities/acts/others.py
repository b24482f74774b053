"""Where the acts on policies, providers, certificates and settings are offered."""

from __future__ import annotations

from typing import Any

from identities.acts import boundaries, certificates, documents, policies, providers, settings
from identities.acts.documents import inline_of
from identities.operations.kinds import CERTIFICATE, OIDC, PROFILE, SAML
from policies import acts
from policies.acts import ACCOUNT, Act
from policies.object_acts import delete_act, tag_acts
from policies.operations.managed import POLICY


def register() -> None:
    acts.register(
        ACCOUNT,
        Act("create-policy", "New policy…", policies.CreatePolicyForm, icon="plus", on="policies"),
        Act("create-oidc", "New OIDC provider…", providers.CreateOidcForm, icon="plus"),
        Act("create-saml", "New SAML provider…", providers.CreateSamlForm, icon="plus"),
        Act("upload-certificate", "Upload…", certificates.UploadForm, icon="plus"),
        Act("set-alias", "Change…", settings.AliasForm, icon="pencil"),
        Act(
            "delete-alias",
            "Delete…",
            settings.DeleteAliasForm,
            icon="trash-2",
            danger=True,
            offered=lambda aws_account: bool(settings.alias_of(aws_account)),
        ),
        Act("set-password-policy", "Change…", settings.PasswordPolicyForm, icon="pencil"),
        Act(
            "delete-password-policy",
            "Delete…",
            settings.DeletePasswordPolicyForm,
            icon="trash-2",
            danger=True,
            offered=settings.has_password_policy,
        ),
        Act("set-token-version", "Change…", settings.TokenVersionForm, icon="pencil"),
        Act("root-access", "Change…", settings.RootAccessForm, icon="pencil", offered=settings.has_root_access),
    )
    acts.register(
        "policy",
        Act(
            "new-version",
            "New version, not in force…",
            policies.NewVersionForm,
            icon="plus",
            offered=_is_ours,
            position=20,
        ),
        Act(
            "delete-version",
            "Delete a version…",
            policies.DeleteVersionForm,
            icon="trash-2",
            danger=True,
            offered=_has_versions,
            position=30,
        ),
        *tag_acts(POLICY),
        Act(
            "delete",
            "Delete…",
            policies.DeletePolicyForm,
            icon="trash-2",
            danger=True,
            many=True,
            offered=_is_ours,
            position=90,
        ),
    )
    _register_on_owners()
    acts.register(
        "oidc_provider",
        Act("add-audience", "Add an audience…", providers.AddClientIdForm, icon="plus", position=20),
        Act(
            "remove-audience",
            "Remove an audience…",
            providers.RemoveClientIdForm,
            icon="trash-2",
            offered=lambda provider: bool(provider.client_ids),
            position=30,
        ),
        Act("thumbprints", "Thumbprints…", providers.ThumbprintsForm, icon="pencil", position=40),
        *tag_acts(OIDC),
        delete_act(OIDC),
    )
    acts.register(
        "saml_provider",
        Act("metadata", "New metadata…", providers.UpdateSamlForm, icon="pencil", position=20),
        *tag_acts(SAML),
        delete_act(SAML),
    )
    acts.register("instance_profile", *tag_acts(PROFILE))
    acts.register(
        "server_certificate",
        Act("rename", "Rename…", certificates.RenameForm, icon="pencil", position=20),
        *tag_acts(CERTIFICATE),
        delete_act(CERTIFICATE),
    )


def _register_on_owners() -> None:
    for place in ("user", "group", "role"):
        acts.register(
            place,
            Act(
                "inline",
                "Write an inline policy…",
                documents.PutInlineForm,
                icon="file-lock",
                offered=_may_change,
                position=30,
            ),
            Act(
                "inline-delete",
                "Delete an inline policy…",
                documents.DeleteInlineForm,
                icon="trash-2",
                danger=True,
                listed=False,
                offered=_has_inline,
            ),
            Act(
                "inline-move",
                "Convert to a managed policy…",
                documents.MoveInlineForm,
                icon="file-lock",
                listed=False,
                offered=_has_inline,
            ),
        )
    for place in ("user", "role"):
        acts.register(
            place,
            Act(
                "boundary",
                "Permissions boundary…",
                boundaries.PutBoundaryForm,
                icon="lock",
                many=True,
                offered=_may_change,
                position=40,
            ),
            Act(
                "boundary-delete",
                "Remove the permissions boundary…",
                boundaries.DeleteBoundaryForm,
                icon="lock",
                many=True,
                danger=True,
                offered=_is_bounded,
                position=41,
            ),
        )
    acts.register(
        "role", Act("trust", "Trust policy…", documents.TrustForm, icon="pencil", offered=_may_change, position=20)
    )


def _is_ours(policy: Any) -> bool:
    return not policy.is_aws


def _has_versions(policy: Any) -> bool:
    return _is_ours(policy) and policy.version_count > 1


def _may_change(owner: Any) -> bool:
    return not getattr(owner, "is_reserved", False)


def _has_inline(owner: Any) -> bool:
    return _may_change(owner) and inline_of(owner).exists()


def _is_bounded(owner: Any) -> bool:
    return _may_change(owner) and bool(owner.boundary_arn)
