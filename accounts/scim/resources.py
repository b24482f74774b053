"""The resources that this console serves: of RFC 7643's User and Group the attributes that it keeps, and no others.

What a directory sends besides (titles, phone numbers, the enterprise extension) is ignored, as RFC 7644, 3.3 allows: it
is personal data that the console has no use for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)

MOST_RESULTS = 200  # of a page

# As Entra ID sends requests (“Develop and plan provisioning for a SCIM endpoint in Microsoft Entra ID”): attributes
# that aren't kept, `remove` with a value instead of a filter, and a path such as emails[type eq "work"] of none.
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


def removed_by_value(body: dict[str, Any]) -> dict[str, Any]:
    """A PATCH of which removals name members by `value` only: Entra ID sends {"$ref": null, "value": …}."""
    operations = body.get("Operations")
    for each in operations if isinstance(operations, list) else ():
        if isinstance(each, dict) and str(each.get("op")).lower() == "remove" and isinstance(each.get("value"), list):
            each["value"] = [{"value": one["value"]} if _has_value(one) else one for one in each["value"]]
    return body


def _has_value(one: Any) -> bool:
    return isinstance(one, dict) and "value" in one


class PersonName(ComplexAttribute):
    formatted: str | None = None
    family_name: str | None = None
    given_name: str | None = None


_ADDRESS = (
    "An e-mail address, with ASCII before the @. The operator signs in with the primary one, else with the first; "
    "without any, with userName."
)
_USER_NAME = (
    "Identifies the user. Unless `emails` has an e-mail address, it must be one, with ASCII before the @: the operator "
    "signs in with it."
)
_ACTIVE = (
    "Whether the operator may sign in. Left out when a user is made: true; left out of a PUT: as before; taken away by "
    "a PATCH: the operator is kept out, as with false, until it is set again."
)


class EmailAddressOfUser(ComplexAttribute):
    """No `EmailStr`: directories have addresses of internal domains, too; the address that counts is checked later."""

    value: str | None = Field(None, description=_ADDRESS)
    type: str | None = None
    primary: bool | None = None


class GroupOfUser(ComplexAttribute):
    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    display: Annotated[str | None, Mutability.read_only] = None


class UserResource(Resource[Any]):
    """An operator of the console."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Required.true, Uniqueness.server] = Field(None, description=_USER_NAME)
    name: PersonName | None = None
    display_name: str | None = None
    emails: list[EmailAddressOfUser] | None = None
    active: bool | None = Field(None, description=_ACTIVE)
    groups: Annotated[list[GroupOfUser] | None, Mutability.read_only] = None


if TYPE_CHECKING:
    UserReference = str
else:
    UserReference = Reference["User"]  # by the name of the resource type


class MemberOfGroup(ComplexAttribute):
    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[UserReference | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )


class GroupResource(Resource[Any]):
    """A group of the directory, which owners map to a group of operators."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Required.true, Uniqueness.server] = None
    members: list[MemberOfGroup] | None = None


RESOURCES: tuple[type[Resource[Any]], ...] = (UserResource, GroupResource)


def schemas() -> list[Schema]:
    found = [model.to_schema() for model in RESOURCES]
    for schema in found:
        schema.name = str(schema.id).rpartition(":")[2]
    return found


def resource_types() -> list[ResourceType]:
    return [ResourceType.from_resource(model) for model in RESOURCES]


def service_provider_config() -> ServiceProviderConfig:
    return ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_RESULTS),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=False),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Bearer token",
                description="A token that an owner of all AWS accounts made for the directory.",
                primary=True,
            )
        ],
    )
