"""Each operation tells what it changes of who has what access, or stands here with the reason why it changes none."""

from __future__ import annotations

from collections.abc import Mapping

from sync.operation_mixins import WritesDocument
from sync.operations import Operation, registry

_SIGN_IN = "Who signs in to apps, and how: AWS access of people comes by identity pools, and by roles of groups."
_LOGS = "Where logs go: who may read that place is said there."
_GATE = "It waits, and sends nothing."
_TAGS = "Policies that ask for the tag of a resource speak of access to it; what is measured is access of principals."
_EMPTY = "No role is in an instance profile when it is made or deleted."
_CERTIFICATE = "It shows a site's name to its visitors; nobody signs in to AWS with it."
_PEOPLE = "People of pools are no principals of IAM; what gives them a role is said as a warning of the plan."
_OTHER_ACCOUNTS = "It is about root users of other AWS accounts; what is measured is access of principals in this one."

NO_ACCESS: Mapping[str, str] = {
    "cognito.identity_pool.create": "Nobody gets credentials by it until it has roles.",
    "cognito.identity_pool.identities.delete": "Who comes again gets credentials as before, under a new identity.",
    "cognito.identity_pool.principal_tags.set": "Tags of sessions; what policies ask of them is in the policies.",
    "cognito.user.attributes.delete": _PEOPLE,
    "cognito.user.attributes.set": _PEOPLE,
    "cognito.user.confirm": _PEOPLE,
    "cognito.user.create": _PEOPLE,
    "cognito.user.delete": _PEOPLE,
    "cognito.user.device.forget": _PEOPLE,
    "cognito.user.disable": _PEOPLE,
    "cognito.user.enable": _PEOPLE,
    "cognito.user.group.add": _PEOPLE,
    "cognito.user.group.remove": _PEOPLE,
    "cognito.user.mfa.delete_totp": _PEOPLE,
    "cognito.user.mfa.preference": _PEOPLE,
    "cognito.user.provider.link": _PEOPLE,
    "cognito.user.provider.unlink": _PEOPLE,
    "cognito.user.resend_code": _PEOPLE,
    "cognito.user.resend_invite": _PEOPLE,
    "cognito.user.reset_password": _PEOPLE,
    "cognito.user.session.revoke": _PEOPLE,
    "cognito.user.set_password": _PEOPLE,
    "cognito.user.sign_out": _PEOPLE,
    "cognito.client.create": _SIGN_IN,
    "cognito.client.delete": _SIGN_IN,
    "cognito.client.secret.add": _SIGN_IN,
    "cognito.client.secret.await_soak": _GATE,
    "cognito.client.secret.delete": _SIGN_IN,
    "cognito.client.update": _SIGN_IN,
    "cognito.domain.create": _SIGN_IN,
    "cognito.domain.delete": _SIGN_IN,
    "cognito.domain.update": _SIGN_IN,
    "cognito.idp.create": _SIGN_IN,
    "cognito.idp.delete": _SIGN_IN,
    "cognito.idp.update": _SIGN_IN,
    "cognito.pool.add_attribute": _SIGN_IN,
    "cognito.pool.create": _SIGN_IN,
    "cognito.pool.delete": _SIGN_IN,
    "cognito.pool.mfa": _SIGN_IN,
    "cognito.client.risk.set": _SIGN_IN,
    "cognito.client.session_config.set": _SIGN_IN,
    "cognito.session_config.set": _SIGN_IN,
    "cognito.logs.set": _LOGS,
    "cognito.pool.tag": _TAGS,
    "cognito.pool.untag": _TAGS,
    "cognito.pool.update": _SIGN_IN,
    "cognito.resource_server.create": _SIGN_IN,
    "cognito.resource_server.delete": _SIGN_IN,
    "cognito.resource_server.update": _SIGN_IN,
    "cognito.risk.set": _SIGN_IN,
    "cognito.ui.set": _SIGN_IN,
    "iam.account.alias.delete": "An address to sign in at; the one with the number goes on.",
    "iam.account.alias.set": "An address to sign in at; nobody may sign in who couldn't.",
    "iam.account.password_policy.delete": "It bears on passwords that are set later.",
    "iam.account.password_policy.set": "It bears on passwords that are set later.",
    "iam.account.sts_token_version": "The form of tokens, not what they allow.",
    "iam.instance_profile.create": _EMPTY,
    "iam.instance_profile.delete": _EMPTY,
    "iam.instance_profile.tag": _TAGS,
    "iam.instance_profile.untag": _TAGS,
    "iam.key.await_quiet": _GATE,
    "iam.key.await_soak": _GATE,
    "iam.key.await_use": _GATE,
    "iam.slr.await_deletion": _GATE,
    "iam.slr.create": "AWS names the role and says what it may do, and only its service can assume it.",
    "iam.mfa.create_virtual": "It is nobody's until it is switched on.",
    "iam.mfa.resync": "The same device of the same user.",
    "iam.mfa.delete_virtual": "It was taken off its user before.",
    "iam.oidc.tag": _TAGS,
    "iam.oidc.untag": _TAGS,
    "iam.org.root_credentials.disable": _OTHER_ACCOUNTS,
    "iam.org.root_credentials.enable": _OTHER_ACCOUNTS,
    "iam.org.root_sessions.disable": _OTHER_ACCOUNTS,
    "iam.org.root_sessions.enable": _OTHER_ACCOUNTS,
    "iam.policy.delete_version": "A version that isn't in force gives nothing.",
    "iam.policy.tag": _TAGS,
    "iam.policy.untag": _TAGS,
    "iam.role.update": "A description, and how long sessions last.",
    "iam.saml.tag": _TAGS,
    "iam.saml.untag": _TAGS,
    "iam.server_cert.delete": _CERTIFICATE,
    "iam.server_cert.rename": _CERTIFICATE,
    "iam.server_cert.tag": _TAGS,
    "iam.server_cert.untag": _TAGS,
    "iam.server_cert.upload": _CERTIFICATE,
}

# What kind of policy each document is that a plan shows; None: it is no policy, and lint doesn't judge it.
WRITES: Mapping[str, str | None] = {
    "cognito.client.risk.set": None,
    "cognito.client.session_config.set": None,
    "cognito.session_config.set": None,
    "cognito.logs.set": None,
    "cognito.client.update": None,
    "cognito.group.update": None,
    "cognito.identity_pool.principal_tags.set": None,
    "cognito.identity_pool.roles.set": None,
    "cognito.identity_pool.update": None,
    "cognito.idp.update": None,
    "cognito.pool.mfa": None,
    "cognito.pool.update": None,
    "cognito.resource_server.update": None,
    "cognito.risk.set": None,
    "cognito.ui.set": None,
    "iam.account.password_policy.set": None,
    "iam.group.inline.put": "identity",
    "iam.policy.create": "identity",
    "iam.policy.set_default": "identity",
    "iam.policy.update": "identity",
    "iam.role.create": "trust",
    "iam.role.inline.put": "identity",
    "iam.role.revoke_sessions": "identity",
    "iam.role.trust.update": "trust",
    "iam.saml.create": None,
    "iam.saml.update": None,
    "iam.user.inline.put": "identity",
}


def test_every_operation_tells_what_access_it_changes() -> None:
    silent = {kind for kind, each in registry.items() if type(each).access_changes is Operation.access_changes}
    assert silent <= NO_ACCESS.keys(), "Add `access_changes` to these, or a reason to NO_ACCESS."


def test_reasons_are_for_operations_that_are_there() -> None:
    assert NO_ACCESS.keys() <= registry.keys()


def test_every_document_has_its_type() -> None:
    of_documents = {kind: each for kind, each in registry.items() if isinstance(each, WritesDocument)}
    writing = {kind: each for kind, each in of_documents.items() if type(each).writes is not WritesDocument.writes}
    assert {kind: each.writes_type for kind, each in writing.items()} == WRITES
