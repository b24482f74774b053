"""Parts as Terraform: resources with `import` blocks, for Terraform 1.5 or OpenTofu 1.6 and newer.

Import ids: "Import" on the page of each resource in the documentation of the provider hashicorp/aws. Policies,
memberships and attachments are resources of their own: `inline_policy` and `managed_policy_arns` of a role are
exclusive, and would remove what others add.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infrastructure.code.documents import as_ascii, is_normal, structure_of
from infrastructure.code.hcl import Expression, JsonEncoded, block, comment
from infrastructure.code.names import UniqueNames, for_terraform
from infrastructure.code.parts import (
    ExportedAlias,
    ExportedGroup,
    ExportedInstanceProfile,
    ExportedObject,
    ExportedOidcProvider,
    ExportedPasswordPolicy,
    ExportedPolicy,
    ExportedPrincipal,
    ExportedRole,
    ExportedSamlProvider,
    ExportedUser,
    LeftOut,
    Part,
    Tags,
)

POLICY, GROUP, ROLE, USER = "aws_iam_policy", "aws_iam_group", "aws_iam_role", "aws_iam_user"
_PROFILE, _OIDC, _SAML = "aws_iam_instance_profile", "aws_iam_openid_connect_provider", "aws_iam_saml_provider"
TYPES: Mapping[type[Any], str] = {
    ExportedPolicy: POLICY,
    ExportedGroup: GROUP,
    ExportedRole: ROLE,
    ExportedUser: USER,
    ExportedInstanceProfile: _PROFILE,
    ExportedOidcProvider: _OIDC,
    ExportedSamlProvider: _SAML,
}
_OWNER = {ExportedGroup: "group", ExportedRole: "role", ExportedUser: "user"}
_USUAL_SESSION_S = 3600
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_READ_ONLY = "ExpirePasswords"  # of the password policy: it follows from MaxPasswordAge


@dataclass(frozen=True)
class TerraformResource:
    """One resource block with its import. `unknown`: arguments that nobody has read, which a plan is not to touch."""

    type: str
    label: str
    import_id: str
    values: Sequence[tuple[str, Any]]
    unknown: Sequence[str] = ()
    remarks: Sequence[str] = ()  # comments above it

    @property
    def address(self) -> str:
        return f"{self.type}.{self.label}"

    def text(self) -> str:
        """With its import."""
        given = block("import", [("to", Expression(self.address)), ("id", self.import_id)])
        return "".join(map(comment, self.remarks)) + given + "\n" + self.body() + "\n"

    def body(self) -> str:
        inside: list[str] = []
        if self.unknown:
            inside = ["lifecycle {", f"  ignore_changes = [{', '.join(self.unknown)}]", "}"]
        head = f'resource "{self.type}" "{self.label}"'
        return block(head, self.values, inside)


class Terraform:
    """Writes parts one after the other. `names` has the addresses of all that are in the same file, given beforehand:
    what refers to one of them does so by its address; what refers to anything else, by its name or ARN.
    """

    def __init__(self, names: UniqueNames | None = None) -> None:
        self.names = names or new_names()

    def text(self, part: Part) -> str:
        """Its blocks, each followed by an empty line; a comment for what is left out."""
        if isinstance(part, LeftOut):
            return comment(f"Left out: {part}")
        hints = self._hints(part) if isinstance(part, ExportedUser) else ""
        return "".join(resource.text() for resource in self.resources(part)) + hints

    def resources(self, part: Part) -> Iterator[TerraformResource]:
        if isinstance(part, ExportedAlias):
            yield TerraformResource("aws_iam_account_alias", "this", part.alias, [("account_alias", part.alias)])
        elif isinstance(part, ExportedPasswordPolicy):
            values = [(_argument(name), value) for name, value in part.settings.items() if name != _READ_ONLY]
            yield TerraformResource("aws_iam_account_password_policy", "this", "iam-account-password-policy", values)
        elif isinstance(part, ExportedObject):
            own = _OF_PART[type(part)]
            yield own(self, part)
            if isinstance(part, ExportedPrincipal):
                yield from self._belonging(part)

    # ---- The objects themselves ------------------------------------------------------------------------------
    def _policy(self, part: ExportedPolicy) -> TerraformResource:
        values = [*_named(part), *_described(part.description), ("policy", document(part.document)), *_tags(part.tags)]
        unknown = [name for name, value in (("description", part.description), ("tags", part.tags)) if value is None]
        return self._resource(part, part.arn, values, unknown, _tag_remarks(part.tags))

    def _group(self, part: ExportedGroup) -> TerraformResource:
        return self._resource(part, part.name, list(_named(part)))

    def _role(self, part: ExportedRole) -> TerraformResource:
        session = part.longest_session_s
        values = [*_named(part), *_described(part.description)]
        if session not in (None, _USUAL_SESSION_S):
            values.append(("max_session_duration", session))
        values += [*self._bounded(part.boundary), ("assume_role_policy", document(part.trust)), *_tags(part.tags)]
        unread = (("description", part.description), ("max_session_duration", session))
        unknown = [name for name, value in unread if value is None]
        return self._resource(part, part.name, values, unknown, _tag_remarks(part.tags))

    def _user(self, part: ExportedUser) -> TerraformResource:
        values = [*_named(part), *self._bounded(part.boundary), *_tags(part.tags)]
        return self._resource(part, part.name, values, (), _tag_remarks(part.tags))

    def _instance_profile(self, part: ExportedInstanceProfile) -> TerraformResource:
        role = [("role", self._reference(ROLE, part.role, "name"))] if part.role else []
        unknown = ["tags"] if part.tags is None else []
        return self._resource(part, part.name, [*_named(part), *role, *_tags(part.tags)], unknown)

    def _oidc(self, part: ExportedOidcProvider) -> TerraformResource:
        values = [("url", f"https://{part.name}"), ("client_id_list", list(part.client_ids))]
        if part.thumbprints:
            values.append(("thumbprint_list", list(part.thumbprints)))
        return self._resource(part, part.arn, [*values, *_tags(part.tags)], (), _tag_remarks(part.tags))

    def _saml(self, part: ExportedSamlProvider) -> TerraformResource:
        values = [("name", part.name), ("saml_metadata_document", part.metadata), *_tags(part.tags)]
        return self._resource(part, part.arn, values, (), _tag_remarks(part.tags))

    def _resource(
        self,
        part: ExportedObject,
        import_id: str,
        values: Sequence[tuple[str, Any]],
        unknown: Sequence[str] = (),
        remarks: Sequence[str] = (),
    ) -> TerraformResource:
        type_ = TYPES[type(part)]
        label = self.names.of(type_, key_of(part), part.name)
        if unknown:
            remarks = [*remarks, f"Not read from AWS yet: {', '.join(unknown)}. A plan leaves them as they are."]
        return TerraformResource(type_, label, import_id, values, unknown, remarks)

    # ---- What belongs to a principal -------------------------------------------------------------------------
    def _belonging(self, part: ExportedPrincipal) -> Iterator[TerraformResource]:
        owner = _OWNER[type(part)]
        of = (owner, self._reference(TYPES[type(part)], part.name, "name"))
        own_label = self.names.of(TYPES[type(part)], key_of(part), part.name)
        for inline in part.inline:
            type_ = f"aws_iam_{owner}_policy"
            label = self._label(type_, own_label, part.name, inline.name)
            values = [("name", inline.name), of, ("policy", document(inline.text))]
            yield TerraformResource(type_, label, f"{part.name}:{inline.name}", values)
        for arn in part.attached:
            type_ = f"aws_iam_{owner}_policy_attachment"
            label = self._label(type_, own_label, part.name, arn.rpartition("/")[2], arn)
            values = [of, ("policy_arn", self._reference(POLICY, arn, "arn"))]
            yield TerraformResource(type_, label, f"{part.name}/{arn}", values)
        if isinstance(part, ExportedUser) and part.groups:
            groups = [self._reference(GROUP, name, "name") for name in part.groups]
            import_id = "/".join((part.name, *part.groups))
            yield TerraformResource("aws_iam_user_group_membership", own_label, import_id, [of, ("groups", groups)])

    def _label(self, type_: str, own_label: str, owner: str, name: str, key: str = "") -> str:
        return self.names.of(type_, f"{owner}\n{key or name}", f"{own_label}_{name}")

    def _reference(self, type_: str, key: str, attribute: str) -> Expression | str:
        label = self.names.known(type_, key)
        return Expression(f"{type_}.{label}.{attribute}") if label else key

    def _bounded(self, boundary: str) -> Iterator[tuple[str, Any]]:
        if boundary:
            yield "permissions_boundary", self._reference(POLICY, boundary, "arn")

    def _hints(self, part: ExportedUser) -> str:
        """Credentials as comments: what imports one puts it into the state."""
        own_label = self.names.of(USER, part.name, part.name)
        type_ = "aws_iam_access_key"
        hints = [(type_, self._label(type_, own_label, part.name, key), key) for key in part.keys]
        if part.has_password:
            hints.append(("aws_iam_user_login_profile", own_label, part.name))
        lines: list[str] = []
        for type_, label, import_id in hints:
            import_block = block("import", [("to", Expression(f"{type_}.{label}")), ("id", import_id)])
            lines += ["A credential, without its secret: write the resource by hand before importing it."]
            lines += import_block.rstrip("\n").split("\n")
        return "".join(map(comment, lines)) + ("\n" if lines else "")


def new_names() -> UniqueNames:
    return UniqueNames(for_terraform)


def key_of(part: ExportedObject) -> str:
    """By which others refer to it."""
    return part.arn if isinstance(part, ExportedPolicy | ExportedOidcProvider | ExportedSamlProvider) else part.name


def document(text: str) -> JsonEncoded | str:
    """As `jsonencode` of what it says; where that would say something else, as its text."""
    structure = structure_of(text)
    if structure is None:
        return text if is_normal(text) else as_ascii(text)
    return JsonEncoded(structure) if is_normal(structure) else as_ascii(text)


def _named(part: ExportedObject) -> Iterator[tuple[str, Any]]:
    yield "name", part.name
    if part.path != "/":
        yield "path", part.path


def _described(description: str | None) -> Iterator[tuple[str, Any]]:
    if description:
        yield "description", description


def _tags(tags: Tags | None) -> Iterator[tuple[str, Any]]:
    if tags:
        yield "tags", dict(sorted(tags.items()))


def _tag_remarks(tags: Tags | None) -> list[str]:
    if is_normal(tags or {}):
        return []
    return ["Terraform writes combined letters of a tag below as one character: a plan shows that as a change."]


def _argument(name: str) -> str:
    """ "MinimumPasswordLength" → "minimum_password_length"."""
    return _HUMP.sub("_", name).lower()


_OF_PART: Mapping[type[Any], Callable[[Terraform, Any], TerraformResource]] = {
    ExportedPolicy: Terraform._policy,
    ExportedGroup: Terraform._group,
    ExportedRole: Terraform._role,
    ExportedUser: Terraform._user,
    ExportedInstanceProfile: Terraform._instance_profile,
    ExportedOidcProvider: Terraform._oidc,
    ExportedSamlProvider: Terraform._saml,
}
