"""Who takes on roles by IAM Roles Anywhere: whoever has a certificate of a trust anchor, by a profile with the role.

A session begins where the trust anchor and the profile are enabled, both in the AWS account and Region of each other,
and the role's trust policy lets the service in for three actions. Its conditions see the trust anchor as aws:SourceArn
and the certificate's subject, issuer and alternative names as tags of the session ("Trust model in AWS IAM Roles
Anywhere" in its user guide). Which certificates there are nobody here knows: what hangs on them stays unknown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from access.holders import Holder
from access.outsiders import OutsideQuestion
from access.resource_sides.values import ResourceSide, SaidByResource
from access.surroundings import Surroundings, surroundings_of
from accounts.models import AwsAccount
from iamconsole.web.words import counted
from identities.models import IamRole
from policies.engine.callers import caller_of
from policies.engine.catalogue import spelled
from policies.engine.combine import Decision
from policies.engine.compiled import CompiledDocument, CompiledStatement, compiled
from policies.engine.condition_words import condition_words
from policies.engine.layers import LayerPolicy
from resources.models import Resource
from resources.reading import is_on
from resources.selectors import why_not_read
from resources.table.anywhere import PROFILE, TRUST_ANCHOR
from sync.schedule import enabled_regions

SERVICE = "rolesanywhere.amazonaws.com"
# "Role trusting" in the user guide: without one of them no session begins.
_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
_OF_CERTIFICATE = "aws:principaltag/x509"


@dataclass(frozen=True)
class Entrance:
    """Who has a certificate of the trust anchor takes the role on by the profile. `subjects`: what conditions say of
    the certificate; `depends_on`: condition keys on which an unknown decision hangs."""

    anchor: Resource
    profile: Resource
    decision: Decision
    subjects: Sequence[str] = ()
    depends_on: Sequence[str] = ()

    @property
    def shown(self) -> str:
        """As pages have it: where only the certificate decides, it is allowed under that condition."""
        is_known = bool(self.depends_on) and all(each.lower().startswith(_OF_CERTIFICATE) for each in self.depends_on)
        return "conditional" if self.decision is Decision.UNKNOWN and is_known else self.decision.value

    @property
    def is_limited(self) -> bool:
        """Whether the profile's session policies bound what the session may."""
        return bool(self.profile.facts.get("session_policy") or self.profile.facts.get("session_policies"))


@dataclass(frozen=True)
class RoleEntrances:
    """`unknown`: sentences why not all of them are known."""

    entrances: Sequence[Entrance]
    unknown: Sequence[str] = ()

    @property
    def words(self) -> str:
        """ "Roles Anywhere: who has a certificate of 2 trust anchors"."""
        anchors = {each.anchor.pk for each in self.entrances}
        if not anchors:
            return "Roles Anywhere: who isn’t known" if self.unknown else "Roles Anywhere: nobody"
        perhaps = "" if any(each.decision is Decision.ALLOWED for each in self.entrances) else "perhaps "
        only = " of some subjects" if all(each.subjects for each in self.entrances) else ""
        return f"Roles Anywhere: {perhaps}who has a certificate{only} of {counted(len(anchors), 'trust anchor')}"


def trusts_anywhere(role: IamRole) -> bool:
    """Whether its trust policy names the service."""
    return {"type": "Service", "value": SERVICE} in role.trusted


def entrances_of(role: IamRole) -> RoleEntrances:
    return entrances_by_role(role.aws_account, [role])[role.arn]


def entrances_by_role(aws_account: AwsAccount, roles: Iterable[IamRole]) -> Mapping[str, RoleEntrances]:
    """By ARN, of those of the roles that trust the service. Where there is none, no query."""
    found = [role for role in roles if trusts_anywhere(role) and role.gone_at is None]
    if not found:
        return {}
    around, unknown = surroundings_of(aws_account.account_id), _unknown(aws_account)
    rows = Resource.objects.live().filter(aws_account=aws_account, kind__in=(TRUST_ANCHOR.kind, PROFILE.kind))
    enabled = [row for row in rows.order_by("name_key", "pk") if row.facts.get("enabled")]
    enabled = [row for row in enabled if is_on(aws_account, TRUST_ANCHOR.service, row.region)]
    return {role.arn: RoleEntrances(_entrances(role, around, enabled), unknown) for role in found}


def _unknown(aws_account: AwsAccount) -> list[str]:
    """Regions in which nobody looked: there may be trust anchors there."""
    regions = enabled_regions(aws_account)
    off = [region for region in regions if not is_on(aws_account, TRUST_ANCHOR.service, region)]
    said = [f"IAM Roles Anywhere isn’t read in {counted(len(off), 'Region')} of {aws_account.name}."] if off else []
    read = [region for region in regions if region not in off]
    reasons = (why_not_read(aws_account, kind, region) for region in read for kind in (TRUST_ANCHOR, PROFILE))
    return [*said, *dict.fromkeys(filter(None, reasons))]


def _entrances(role: IamRole, around: Surroundings, enabled: Sequence[Resource]) -> list[Entrance]:
    profiles = [row for row in enabled if row.kind == PROFILE.kind and role.arn in (row.facts.get("roles") or ())]
    anchors = [row for row in enabled if row.kind == TRUST_ANCHOR.kind]
    pairs = [(anchor, profile) for profile in profiles for anchor in anchors if anchor.region == profile.region]
    found = [_entrance(role, around, anchor, profile) for anchor, profile in pairs]
    return [each for each in found if each.decision in (Decision.ALLOWED, Decision.UNKNOWN)]


def _entrance(role: IamRole, around: Surroundings, anchor: Resource, profile: Resource) -> Entrance:
    if role.trust is None:
        return Entrance(anchor, profile, Decision.UNKNOWN)
    document = compiled(role.trust.text)
    said = SaidByResource(LayerPolicy("trust policy", document))
    side = ResourceSide(around.account_id, around, said, said)
    context = {"aws:sourcearn": (anchor.arn,), "aws:sourceaccount": (around.account_id,)}
    verdicts = [
        OutsideQuestion(action, role.arn, side, context).verdict(caller_of(SERVICE), Surroundings(""))
        for action in _ACTIONS
    ]
    decisions = [each.decision for each in verdicts]
    keys = sorted({key for each in verdicts for key in each.missing_context})
    if all(each is Decision.ALLOWED for each in decisions):
        return Entrance(anchor, profile, Decision.ALLOWED)
    if all(each in (Decision.ALLOWED, Decision.UNKNOWN) for each in decisions):
        subjects = _subjects(document.about(_ACTIONS[0].lower()))
        return Entrance(anchor, profile, Decision.UNKNOWN, subjects, [spelled(key) for key in keys])
    return Entrance(anchor, profile, Decision.EXPLICIT_DENY)


def _subjects(statements: Iterable[CompiledStatement]) -> list[str]:
    """What statements for the service say of certificates: "only by certificates with x509Subject/CN=build-01"."""
    found: dict[str, None] = {}
    for each in statements:
        names = each.principals.listed if each.principals else ()
        for condition in each.source.conditions if SERVICE in names else ():
            if condition.name.startswith(_OF_CERTIFICATE):
                said = condition_words({condition.operator: {condition.key: condition.written}})
                words = said.replace("by principals tagged", "by certificates with")
                found[words if each.allows else f"denied {words}"] = None
    return list(found)


class AnywhereWords:
    """By a role's ARN, who takes it on by a certificate, in a few words: for a line of a list."""

    def __init__(self, holders: Iterable[Holder]) -> None:
        arns = {each.arn for each in holders if each.trust and _names_service(each.trust.document)}
        rows = IamRole.objects.live().filter(arn__in=arns).select_related("aws_account", "trust") if arns else []
        by_account: defaultdict[AwsAccount, list[IamRole]] = defaultdict(list)
        for row in rows:
            by_account[row.aws_account].append(row)
        self._found: dict[str, RoleEntrances] = {}
        for aws_account, roles in by_account.items():
            self._found |= entrances_by_role(aws_account, roles)

    def of(self, arn: str) -> str:
        """ "" for a role that doesn't trust the service."""
        found = self._found.get(arn)
        return found.words if found else ""


def _names_service(document: CompiledDocument) -> bool:
    return any(each.allows and each.principals and SERVICE in each.principals.listed for each in document.statements)
