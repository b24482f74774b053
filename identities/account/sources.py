"""The sources of all this: listings, listings of which each is read, and what AWS says of the AWS account itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from identities.account import delegation_requests, mirrors, providers
from identities.account import settings as account_settings
from identities.account.settings import IamAccountMirror
from identities.models import IamAccount
from sync import clock
from sync.aws.organization_errors import OrganizationState
from sync.aws.permission import Permission, pulling, read
from sync.mirror import AccountRegion, EachObject, Item, Mirror, Reader, Source, SourcePage
from sync.mirror.base import DETAILS
from sync.mirror.per_object_source import OneByOne
from sync.object_ref import ObjectRef

_READ_PER_PAGE = 10
# Tags and bodies are asked for one by one: that they are some hours old hurts nobody.
_SLOWLY = timedelta(hours=6)


class IamListing(Source):
    """A listing of IAM's that tells all there is to know of a facet.

    Of another facet than `details` only what the details have shown is taken: the rest comes with the next pull.
    """

    def __init__(
        self, name: str, title: str, mirror: Mirror, operation: str, member: str, *, after: tuple[str, ...] = ()
    ) -> None:
        self.name, self.title, self.facet, self.kinds, self.after = name, title, mirror.source, (mirror.kind,), after
        self.sweeps = mirror.source == DETAILS
        self._mirror, self._operation, self._member = mirror, operation, member

    @property
    def permissions(self) -> Sequence[Permission]:
        return [read(f"iam:{self._operation}", pulling(self.title), MaxItems=1)]

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        size = settings.PULL_PAGE_ITEMS
        for page in client.pages("iam", self._operation, marker=marker, MaxItems=size):
            items = [mirrors.trimmed(item) for item in page.items.get(self._member) or ()]
            if self.facet != DETAILS:
                items = self._with_details(place, items)
            yield SourcePage({self._mirror.kind: items}, page.marker, page.requested_at)

    def _with_details(self, place: AccountRegion, items: list[Item]) -> list[Item]:
        object_ids = [self._mirror.object_id(item) for item in items]
        live = place.of(self._mirror.model.objects.live()).filter(aws_id__in=object_ids)
        held = set(live.values_list("aws_id", flat=True))
        return [item for item in items if self._mirror.object_id(item) in held]


class ListedThenRead(Source):
    """A listing of IAM's that has ARNs only; each of them is read by itself, some a page.

    One that AWS denies is *not read*, and the log names it: what was held of it stays. When AWS tells of none on the
    first page, all are taken to be denied, and the run fails.
    """

    facet = DETAILS

    def __init__(self, name: str, title: str, mirror: Mirror, operation: str, member: str) -> None:
        self.name, self.title, self.kinds = name, title, (mirror.kind,)
        self._mirror, self._operation, self._member = mirror, operation, member

    @property
    def permissions(self) -> Sequence[Permission]:
        return [read(f"iam:{self._operation}", pulling(self.title))]

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        """The marker is the ARN after which to go on."""
        last = marker or ""
        while True:
            requested_at = clock.now()
            arns = sorted(listed["Arn"] for listed in client.call("iam", self._operation)[self._member])
            due = [arn for arn in arns if arn > last]
            read = due[:_READ_PER_PAGE]
            answers = OneByOne(partial(self._mirror.read_one, client))
            for arn in read:
                answers.ask(arn, ObjectRef(self._mirror.kind, "", "", arn))
            if not last:
                answers.raise_if_all_denied()
            yield self._page(place, answers, read[-1] if len(due) > len(read) else None, requested_at)
            if len(due) == len(read):
                return
            last = read[-1]

    def _page(self, place: AccountRegion, answers: OneByOne, marker: str | None, requested_at: datetime) -> SourcePage:
        kind = self._mirror.kind
        return SourcePage(
            {kind: answers.items},
            marker,
            requested_at,
            {kind: self._by_object_id(place, answers.denied)},
            {kind: self._by_object_id(place, answers.unsupported)},
            [f"Not read: {arn}. {why}" for arn, why in (answers.denied | answers.unsupported).items()],
        )

    def _by_object_id(self, place: AccountRegion, why: Mapping[str, str]) -> dict[str, str]:
        """By their ids, which AWS doesn't list: so only of those that the mirror has."""
        rows = place.of(self._mirror.model.objects.live()).filter(arn__in=why) if why else ()
        return {row.aws_id: why[row.arn] for row in rows}


class OfAwsAccount(Source):
    """What one call tells of the AWS account itself.

    What isn't to be had of it, as its organization is set, is *not read*, and the log says why.
    """

    kinds = (IamAccount.kind,)
    sweeps = False

    def __init__(self, name: str, mirror: IamAccountMirror) -> None:
        self.name, self.title, self.facet = name, mirror.title, mirror.source
        self._mirror = mirror

    def pages(self, client: Reader, marker: str | None, place: AccountRegion) -> Iterator[SourcePage]:
        requested_at = clock.now()
        try:
            item = self._mirror.read_one(client, account_settings.ref_of(place, self.facet))
        except OrganizationState as state:
            why = state.sentence()
            not_read = {IamAccount.kind: {place.aws_account.account_id: why}}
            yield SourcePage({}, None, requested_at, unsupported=not_read, remarks=[f"Not read: {why}"])
        else:
            yield SourcePage({IamAccount.kind: [item] if item else []}, None, requested_at)


MIRRORS: dict[str, Mirror] = {
    "role_settings": mirrors.RoleSettings(),
    "instance_profiles": mirrors.InstanceProfileMirror(),
    "instance_profile_tags": mirrors.InstanceProfileTags(),
    "oidc": providers.OidcMirror(),
    "saml": providers.SamlMirror(),
    "delegation_requests": delegation_requests.DelegationRequestMirror(),
    "server_certificates": mirrors.ServerCertificateMirror(),
    "server_certificate_bodies": mirrors.ServerCertificateBody(),
}
ACCOUNT_MIRRORS: dict[str, IamAccountMirror] = {
    "iam.alias": account_settings.AliasMirror(),
    "iam.password_policy": account_settings.PasswordPolicyMirror(),
    "iam.summary": account_settings.SummaryMirror(),
    "iam.root_access": account_settings.RootAccessMirror(),
}
_AFTER_DETAILS = ("iam.details",)

SOURCES: tuple[Source, ...] = (
    *(OfAwsAccount(name, mirror) for name, mirror in ACCOUNT_MIRRORS.items()),
    IamListing(
        "iam.role_settings",
        "Descriptions and session lengths of roles",
        MIRRORS["role_settings"],
        "ListRoles",
        "Roles",
        after=_AFTER_DETAILS,
    ),
    IamListing(
        "iam.instance_profiles",
        "Instance profiles",
        MIRRORS["instance_profiles"],
        "ListInstanceProfiles",
        "InstanceProfiles",
        after=_AFTER_DETAILS,
    ),
    IamListing(
        "iam.server_certificates",
        "Server certificates",
        MIRRORS["server_certificates"],
        "ListServerCertificates",
        "ServerCertificateMetadataList",
    ),
    IamListing(
        "iam.delegation_requests",
        "Delegation requests",
        MIRRORS["delegation_requests"],
        "ListDelegationRequests",
        "DelegationRequests",
    ),
    ListedThenRead(
        "iam.oidc_providers",
        "OIDC providers",
        MIRRORS["oidc"],
        "ListOpenIDConnectProviders",
        "OpenIDConnectProviderList",
    ),
    ListedThenRead("iam.saml_providers", "SAML providers", MIRRORS["saml"], "ListSAMLProviders", "SAMLProviderList"),
    EachObject(
        "iam.instance_profile_tags",
        "Tags of instance profiles",
        MIRRORS["instance_profile_tags"],
        after="iam.instance_profiles",
        every=_SLOWLY,
    ),
    EachObject(
        "iam.server_certificate_bodies",
        "Server certificates in full",
        MIRRORS["server_certificate_bodies"],
        after="iam.server_certificates",
        every=_SLOWLY,
    ),
)
