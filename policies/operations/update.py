"""Editing a customer managed policy: a new version, an older one in force again, a version less."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from aws_constraints.arn import name_of
from objects.operations.rows import check_arn, live_row, object_key, ref
from objects.permissions import iam_objects
from policies.engine.document import DocumentType, identify
from policies.engine.merge import merge
from policies.holdings import ManagedPolicyChange
from policies.models import ManagedPolicy, PolicyVersion
from policies.operations.documents import malformed
from policies.quotas import VERSIONS_OF_POLICY, quotas_in, quotas_of
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import Permission, write
from sync.checks import PlanFinding
from sync.object_ref import ObjectRef
from sync.operation_mixins import WritesDocument
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    Guarantee,
    Operation,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Undo,
    Value,
)
from sync.plan_draft import Draft

# ---- The part that all edits depend on: which versions there are, and which is in force ----------------------
# A version's document never changes, so the policy's id and the numbers say it all: {"policy": "ANPA…",
# "default": "v5", "versions": ["v1", …, "v5"]}.
_VERSION = re.compile(r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?", re.ASCII)


@dataclass(frozen=True)
class PolicyParams:
    policy_arn: str

    def __post_init__(self) -> None:
        check_arn(self.policy_arn, "policy")

    @property
    def name(self) -> str:
        return name_of(self.policy_arn)


P = TypeVar("P", bound=PolicyParams)


class VersionsOperation(Operation[P]):
    """What the operations on a policy's versions have in common."""

    needed_for: ClassVar[str]  # a sentence: the feature that needs the permission of its call
    guarantee: ClassVar[Guarantee] = Guarantee.IDEMPOTENT
    undo: ClassVar[Undo] = Undo.REVERSIBLE
    risk: ClassVar[Risk] = Risk.HIGH

    @property
    def permissions(self) -> Sequence[Permission]:
        return [write(f"iam:{self.aws_operation}", self.needed_for, iam_objects("policy"))]

    def call(self, p: P, **parameters: Any) -> Call:
        return Call(
            "iam",
            self.aws_operation,
            {"PolicyArn": p.policy_arn, **parameters},
            resource_arns=(p.policy_arn,),
            actions=(f"iam:{self.aws_operation}",),
        )

    def objects(self, p: P) -> list[str]:
        return [object_key(ManagedPolicy, p.policy_arn)]

    def part(self, p: P) -> str:
        return f"policy.versions:{p.policy_arn}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [ref(ManagedPolicy, p.policy_arn)]

    def describe(self, value: Value) -> str:
        if value is None:
            return "no such policy"
        others = [version for version in value["versions"] if version != value["default"]]
        return f"{value['default']} in force" + (f", beside {', '.join(others)}" if others else "")

    def mirrored(self, draft: Draft, p: P) -> Value:
        policy = customer_policy(draft, p.policy_arn)
        if draft.placeholder_of(object_key(ManagedPolicy, p.policy_arn)):
            return {"policy": policy.aws_id, "default": "v1", "versions": ["v1"]}
        versions = policy.versions.filter(gone_at__isnull=True).order_by("number").values_list("version_id", flat=True)
        return {"policy": policy.aws_id, "default": policy.default_version, "versions": list(versions)}

    def live(self, client: AwsClient, p: P) -> Value:
        try:
            policy = client.call("iam", "GetPolicy", PolicyArn=p.policy_arn)["Policy"]
            pages = client.pages("iam", "ListPolicyVersions", PolicyArn=p.policy_arn)
            versions = [version["VersionId"] for page in pages for version in page.items["Versions"]]
        except NotFound:
            return None
        return {
            "policy": policy["PolicyId"],
            "default": policy["DefaultVersionId"],
            "versions": sorted(versions, key=number_of),
        }


def number_of(version: str) -> int:
    return int(version[1:].partition(".")[0])


def check_version(version: str) -> None:
    if _VERSION.fullmatch(version) is None:
        raise BadParams(f"{version!r} isn't a version of a policy: these are v1, v2 and so on.")


def customer_policy(draft: Draft, policy_arn: str) -> ManagedPolicy:
    """The live policy, if it is the customer's own. Raises Refusal."""
    policy = live_row(ManagedPolicy, draft, policy_arn)
    if policy.kept_by_aws:
        raise Refusal(policy.kept_by_aws)
    return policy


MOST_SENT = 131_072  # characters, white space included (IAM API Reference, CreatePolicyVersion)


@dataclass(frozen=True)
class UpdatePolicyParams(PolicyParams):
    document: str
    version: str = ""  # the number that AWS will most likely give it, for the title; "" is any
    make_default: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.version:
            check_version(self.version)
        if not self.document.strip():
            raise BadParams("The document is empty.", field="document")


@dataclass(frozen=True)
class VersionParams(PolicyParams):
    version: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_version(self.version)


@dataclass(frozen=True)
class DeleteVersionParams(VersionParams):
    make_room: bool = False  # a later step of the same change needs the room


class PutsInForce(VersionsOperation[P], WritesDocument[P]):
    """It says which version is in force, and so what the policy says."""

    replaces_text = True

    def document(self, aws_account: AwsAccount, p: P, value: Value) -> str | None:
        version = _version(Draft(aws_account), VersionParams(p.policy_arn, value["default"])) if value else None
        return version.document.text if version else None

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        return {"default": value["default"]}


class UpdatePolicy(PutsInForce[UpdatePolicyParams]):
    kind = "iam.policy.update"
    needed_for = "Edit a managed policy: make a new version of it."
    aws_operation = "CreatePolicyVersion"
    guarantee = Guarantee.DETECTABLE
    params_type = UpdatePolicyParams

    def title(self, p: UpdatePolicyParams) -> str:
        which = f"version {p.version}" if p.version else "a new version"
        return f"Write {which} of {p.name}" + (" and make it the default" if p.make_default else "")

    def calls(self, p: UpdatePolicyParams) -> list[Call]:
        return [self.call(p, PolicyDocument=p.document, SetAsDefault=p.make_default)]

    def after(self, p: UpdatePolicyParams, value: Value) -> Value:
        new = p.version or f"v{max(map(number_of, value['versions']), default=0) + 1}"
        default = new if p.make_default else value["default"]
        return {**value, "default": default, "versions": sorted({*value["versions"], new}, key=number_of)}

    def writes(self, aws_account: AwsAccount, p: UpdatePolicyParams) -> str | None:
        return p.document

    def merged(self, p: UpdatePolicyParams, base: str, live: str) -> UpdatePolicyParams | None:
        both = merge(base, p.document, live) if p.make_default else p.document
        return None if both is None else replace(p, document=both)

    def access_changes(self, aws_account: AwsAccount, p: UpdatePolicyParams) -> Sequence[AccessChange]:
        return [ManagedPolicyChange(p.policy_arn, p.document)] if p.make_default else []

    def limits(self, draft: Draft, p: UpdatePolicyParams, value: Value) -> list[PlanFinding]:
        there = len(value["versions"])
        limit = quotas_in(draft)[VERSIONS_OF_POLICY]
        full = limit.findings(there + 1, "TOO_MANY_VERSIONS", f"{p.name} has {there} versions", "delete one first")
        return [*document_findings(draft, p.document), *_no_change(draft, p, value), *full]

    def reverse(self, p: UpdatePolicyParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        delete = StepSpec(DeleteVersion.kind, {"policy_arn": p.policy_arn, "version": result["version"]})
        if not p.make_default:
            return [delete]
        back = StepSpec(SetDefault.kind, {"policy_arn": p.policy_arn, "version": before["default"]})
        return [back, delete]

    def replanned(self, draft: Draft, p: UpdatePolicyParams) -> list[StepSpec]:
        if not p.make_default:
            return [self.spec(p)]
        return plan_update(customer_policy(draft, p.policy_arn), p.document)

    def done(
        self, client: AwsClient, p: UpdatePolicyParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """A version that wasn't there before our first try, with our document, and in force if that was asked for."""
        found = tried[0].found
        if live is None or found is None or live["policy"] != found["policy"]:
            return None
        ours = identify(p.document).canonical_hash
        for version in reversed([each for each in live["versions"] if each not in found["versions"]]):
            if p.make_default and live["default"] != version:
                continue
            answer = client.call("iam", "GetPolicyVersion", PolicyArn=p.policy_arn, VersionId=version)
            if identify(answer["PolicyVersion"]["Document"]).canonical_hash == ours:
                return StepResult({"version": version})
        return None

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"version": answer["PolicyVersion"]["VersionId"]}


class DeleteVersion(VersionsOperation[DeleteVersionParams]):
    """Its document stays in the console's history, and can be written again under a new number."""

    kind = "iam.policy.delete_version"
    needed_for = "Make room for a new version: AWS keeps five."
    unchanged_field = "version"
    aws_operation = "DeletePolicyVersion"
    undo = Undo.NEW_ID
    risk = Risk.DESTRUCTIVE
    params_type = DeleteVersionParams

    def title(self, p: DeleteVersionParams) -> str:
        return f"{'Make room: delete' if p.make_room else 'Delete'} version {p.version} of {p.name}"

    def is_destructive(self, p: DeleteVersionParams) -> bool:
        return not p.make_room

    def note(self, p: DeleteVersionParams) -> str:
        why = f"A policy keeps {VERSIONS_OF_POLICY.usual} versions. " if p.make_room else ""
        return f"{why}The text of {p.version} stays in the history of this console; made again, it gets a new number."

    def calls(self, p: DeleteVersionParams) -> list[Call]:
        return [self.call(p, VersionId=p.version)]

    def after(self, p: DeleteVersionParams, value: Value) -> Value:
        return {**value, "versions": [version for version in value["versions"] if version != p.version]}

    def is_so_already(self, p: DeleteVersionParams) -> str:
        return f"{p.name} has no version {p.version}."

    def limits(self, draft: Draft, p: DeleteVersionParams, value: Value) -> list[PlanFinding]:
        if p.version == value["default"]:
            words = f"Version {p.version} of {p.name} is in force: make another one the default first."
            return [PlanFinding("VERSION_IN_FORCE", "error", words)]
        return []

    def before(self, draft: Draft, p: DeleteVersionParams, value: Value) -> dict[str, Any]:
        document = _version(draft, p)
        return {"document": document.document.text} if document else {}

    def reverse(self, p: DeleteVersionParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if "document" not in before:
            return []
        params = {"policy_arn": p.policy_arn, "document": before["document"], "make_default": False}
        return [StepSpec(UpdatePolicy.kind, params)]

    def replanned(self, draft: Draft, p: DeleteVersionParams) -> list[StepSpec]:
        # The step that needed the room makes it itself, as far as it still has to.
        return [] if p.make_room else super().replanned(draft, p)

    def done(
        self, client: AwsClient, p: DeleteVersionParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        same = live is not None and live["policy"] == tried[0].found["policy"]
        return StepResult() if same and p.version not in live["versions"] else None


class SetDefault(PutsInForce[VersionParams]):
    kind = "iam.policy.set_default"
    needed_for = "Go back to an earlier version of a managed policy."
    aws_operation = "SetDefaultPolicyVersion"
    params_type = VersionParams

    def title(self, p: VersionParams) -> str:
        return f"Make version {p.version} of {p.name} the default"

    def calls(self, p: VersionParams) -> list[Call]:
        return [self.call(p, VersionId=p.version)]

    def after(self, p: VersionParams, value: Value) -> Value:
        return {**value, "default": p.version}

    def writes(self, aws_account: AwsAccount, p: VersionParams) -> str | None:
        version = _version(Draft(aws_account), p)
        return version.document.text if version else None

    def access_changes(self, aws_account: AwsAccount, p: VersionParams) -> Sequence[AccessChange]:
        text = self.writes(aws_account, p)
        return [] if text is None else [ManagedPolicyChange(p.policy_arn, text)]

    def is_so_already(self, p: VersionParams) -> str:
        return f"Version {p.version} of {p.name} is in force already."

    def limits(self, draft: Draft, p: VersionParams, value: Value) -> list[PlanFinding]:
        return _missing_version(p, value)

    def reverse(self, p: VersionParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [StepSpec(self.kind, {"policy_arn": p.policy_arn, "version": before["default"]})]

    def done(
        self, client: AwsClient, p: VersionParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        same = live is not None and live["policy"] == tried[0].found["policy"]
        return StepResult() if same and live["default"] == p.version else None


def plan_update(policy: ManagedPolicy, document: str, *, make_default: bool = True) -> list[StepSpec]:
    """The steps that make it a version, in force or not. When there are five, the oldest that isn't in force goes."""
    everything = policy.versions.order_by("number")
    kept = [version for version in everything if version.gone_at is None]
    newest = max((version.number for version in everything), default=0)  # AWS never gives a number again
    update: dict[str, Any] = {"policy_arn": policy.arn, "document": document, "version": f"v{newest + 1}"}
    if not make_default:
        update["make_default"] = False
    steps = [StepSpec(UpdatePolicy.kind, update)]
    if len(kept) >= quotas_of(policy.aws_account)[VERSIONS_OF_POLICY].value:
        oldest = next(version.version_id for version in kept if version.version_id != policy.default_version)
        room = {"policy_arn": policy.arn, "version": oldest, "make_room": True}
        steps.insert(0, StepSpec(DeleteVersion.kind, room))
    return steps


def plan_set_default(policy: ManagedPolicy, version: str) -> list[StepSpec]:
    return [StepSpec(SetDefault.kind, {"policy_arn": policy.arn, "version": version})]


def document_findings(draft: Draft, document: str) -> list[PlanFinding]:
    """What AWS would refuse of it."""
    too_long = quotas_in(draft).of_document(DocumentType.IDENTITY).too_long(document)
    if not too_long and len(document) > MOST_SENT:
        words = f"The document has {len(document):,} characters with white space; AWS takes {MOST_SENT:,}."
        too_long = [PlanFinding("DOCUMENT_TOO_LONG", "error", words)]
    return [*malformed(document), *too_long]


def _no_change(draft: Draft, p: UpdatePolicyParams, value: Value) -> list[PlanFinding]:
    in_force = _version(draft, VersionParams(p.policy_arn, value["default"]))
    same = in_force is not None and in_force.document.canonical_hash == identify(p.document).canonical_hash
    return [PlanFinding("NO_CHANGE", "error", f"{p.name} already says this.")] if same and p.make_default else []


def _missing_version(p: VersionParams, value: Value) -> list[PlanFinding]:
    if p.version in value["versions"]:
        return []
    return [PlanFinding("NO_SUCH_VERSION", "error", f"{p.name} has no version {p.version}.", field="version")]


def _version(draft: Draft, p: VersionParams) -> PolicyVersion | None:
    try:
        policy = customer_policy(draft, p.policy_arn)
    except Refusal:
        return None
    return policy.versions.filter(version_id=p.version).select_related("document").first()
