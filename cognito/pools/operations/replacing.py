"""Changing settings by calls that replace all of them: described → merged → compared → sent as a whole.

The part is {"object": AWS's id, "settings": all that the call takes}: whatever of it somebody changes between plan and
apply would be overwritten, so it is a conflict.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import region_in
from cognito.permissions import DELIVER_LOGS, IDP, LOG_DELIVERY_ACTIONS, pool_id_of
from cognito.plans import may_be_protected_from_threats
from cognito.pool_calls import PoolParams, pool_call, pool_key
from cognito.pools.operations.base import PoolObjectOperation, child_row, pool_row, role_given, rows_of
from cognito.pools.operations.shapes import (
    AS_AWS_HAS_IT,
    METADATA,
    MFA,
    POOL,
    SECRETS,
    SESSIONS,
    Settings,
    Shape,
    changes_texts,
    mfa_following,
    pool_following,
)
from cognito.setting_values import canonical, different, merged, undone
from iamconsole.web.words import some
from sync.aws.client import AwsClient
from sync.aws.permission import SETTINGS, Permission, write
from sync.checks import PlanFinding
from sync.mirror.hashing import moment
from sync.object_ref import ObjectRef
from sync.operation_mixins import CompletesParams, DescribesDifference, WritesDocument
from sync.operations import (
    AccessChange,
    BadParams,
    Call,
    PreviousAttempt,
    Refusal,
    SealedParameter,
    StepResult,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import is_reference


@dataclass(frozen=True)
class ReplaceParams(PoolParams):
    called: str  # what people call it: its name, which may not be what AWS knows it by
    changes: dict[str, Any]  # what is meant: new values by their paths, None to take one away
    name: str = ""  # which one in the pool, as calls say it: a client's id; "" of the pool itself
    settings: dict[str, Any] = field(default_factory=dict)  # all that is sent: filled in when it is planned

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.changes:
            raise BadParams("Say what is to be changed.")


class ReplaceSettings(
    PoolObjectOperation[ReplaceParams],
    WritesDocument[ReplaceParams],
    CompletesParams[ReplaceParams],
    DescribesDifference[ReplaceParams],
):
    writes_type = None
    params_type = ReplaceParams

    def parse(self, params: Mapping[str, Any]) -> ReplaceParams:
        p = super().parse(params)
        if bool(p.name) is not bool(self.of.asked_by):
            raise BadParams(f"Say which {self.of.title} it is.")
        unknown = {path.split(".")[0] for path in p.changes} - self.members
        if unknown:
            raise BadParams(f"{self.of.operation} takes no {', '.join(sorted(unknown))}.")
        return p

    @property
    def members(self) -> set[str]:
        return set(self.of.renamed.values())

    # ---- In words and as a call ------------------------------------------------------------------------------
    def title(self, p: ReplaceParams) -> str:
        what = some(list(dict.fromkeys(self.of.label(path) for path in p.changes)))
        return f"Change {what} of the {self.of.title} {p.called}"

    def note(self, p: ReplaceParams) -> str:
        kept = [self.of.label(name) for name in p.settings if not any(each.split(".")[0] == name for each in p.changes)]
        if not kept:
            return ""
        return f"AWS resets what this call leaves out, so it is sent along as it is: {', '.join(kept)}."

    def calls(self, p: ReplaceParams) -> list[Call]:
        which = {self.of.asked_by: p.name} if self.of.asked_by else {}
        return [pool_call(p.pool_arn, self.aws_operation, **which, **with_sealed(p.settings))]

    def affected_objects(self, aws_account: AwsAccount, p: ReplaceParams) -> list[ObjectRef]:
        [first] = super().affected_objects(aws_account, p)
        return [first, *(replace(first, facet=facet) for facet in self.of.also)]

    def describe_existing(self, value: Value) -> str:
        return "its settings as they were, or as somebody set them"

    def describe_difference(self, expected: Value, found: Value) -> str:
        """Which settings somebody has changed; all of them are compared below it."""
        if expected is None or found is None or expected["object"] != found["object"]:
            return super().describe_difference(expected, found)
        names = [self.of.label(name) for name in different(expected["settings"], found["settings"])]
        return f"somebody has set {some(names)} otherwise"

    # ---- As texts --------------------------------------------------------------------------------------------
    def document(self, aws_account: AwsAccount, p: ReplaceParams, value: Value) -> str | None:
        return json.dumps(value["settings"], indent=2, sort_keys=True) if value else None

    def writes(self, aws_account: AwsAccount, p: ReplaceParams) -> str | None:
        return json.dumps(shown(p.settings), indent=2, sort_keys=True)

    # ---- At the proposal -------------------------------------------------------------------------------------
    def completed(self, draft: Draft, p: ReplaceParams) -> ReplaceParams:
        value = draft.expects(self.part(p), self.mirrored(draft, p))
        return replace(p, settings=self.fitted(merged(value["settings"], p.changes)))

    def fitted(self, settings: Settings) -> Settings:
        """Canonical, so that what AWS then describes is compared to the letter."""
        return canonical(settings, settings)

    def mirrored(self, draft: Draft, p: ReplaceParams) -> Value:
        row = child_row(self.of, draft, p.pool_arn, p.name)
        if not self.of.held_by(pool_described(draft, p.pool_arn)):
            raise Refusal(self.of.unless)
        held = getattr(row, self.of.column)
        if held is None:
            raise Refusal(f"These settings of the {self.of.title} weren’t read yet: pull, then try again.")
        return {"object": row.aws_id, "settings": self.of.payload(held)}

    def after(self, p: ReplaceParams, value: Value) -> Value:
        return {**value, "settings": shown(p.settings)}

    def changes(self, p: ReplaceParams, value: Value) -> bool:
        return _is_typed(p) or super().changes(p, value)

    def is_so_already(self, p: ReplaceParams) -> str:
        return f"The {self.of.title} {p.called} is set so already."

    def limits(self, draft: Draft, p: ReplaceParams, value: Value) -> list[PlanFinding]:
        meant = {path.split(".")[0] for path in p.changes}
        lost = [name for name in different(value["settings"], shown(p.settings)) if name not in meant]
        if not lost:
            return []
        words = f"This would put back {some(lost)}, which somebody else has changed since: plan it again."
        return [PlanFinding("OTHER_SETTINGS", "error", words)]

    def before(self, draft: Draft, p: ReplaceParams, value: Value) -> dict[str, Any]:
        return undone(value["settings"], p.changes)

    def reverse(self, p: ReplaceParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        back = {path: value for path, value in before.items() if not _is_hidden(path)}
        return [update(self.of, p.pool_arn, p.called, back, p.name)] if back else []

    def replanned(self, draft: Draft, p: ReplaceParams) -> list[StepSpec]:
        again = self.completed(draft, p)
        value = draft.expects(self.part(p), self.mirrored(draft, p))
        return [update(self.of, p.pool_arn, p.called, p.changes, p.name)] if self.changes(again, value) else []


class ReplaceProvider(ReplaceSettings):
    """An identity provider's secret and metadata are not kept: what isn't typed anew is read and sent back."""

    def send(self, client: AwsClient, p: ReplaceParams) -> Mapping[str, Any]:
        details = p.settings.get("ProviderDetails", {})
        if AS_AWS_HAS_IT not in details.values():
            return super().send(client, p)
        asked = {"UserPoolId": pool_id_of(p.pool_arn), "ProviderName": p.name}
        there = client.at(region_in(p.pool_arn))
        held = there.call(IDP, "DescribeIdentityProvider", **asked)["IdentityProvider"]["ProviderDetails"]
        whole = {name: held[name] if value == AS_AWS_HAS_IT else value for name, value in details.items()}
        return super().send(client, replace(p, settings={**p.settings, "ProviderDetails": whole}))

    def done(
        self, client: AwsClient, p: ReplaceParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """A new secret is seen by the date alone. AWS tells whole seconds."""
        found = super().done(client, p, live, tried)
        if found is None or not _is_typed(p):
            return found
        asked = {"UserPoolId": pool_id_of(p.pool_arn), "ProviderName": p.name}
        there = client.at(region_in(p.pool_arn))
        changed = moment(there.call(IDP, "DescribeIdentityProvider", **asked)["IdentityProvider"]["LastModifiedDate"])
        return found if changed and changed >= tried[-1].at.replace(microsecond=0) else None


class ReplaceSessions(ReplaceSettings):
    def note(self, p: ReplaceParams) -> str:
        said = []
        if p.changes.get("UserSessionTracking") == "DISABLED":
            said.append(
                "Sessions can’t be listed and ended one by one while it is off. What app clients have set stays, "
                "without effect."
            )
        if "TokenSession.MaxPerUser" in p.changes:
            said.append("Who has more sessions than that loses those used longest ago, at the next sign-in.")
        return " ".join([*said, super().note(p)]).strip()


class ReplaceLogDelivery(ReplaceSettings):
    """The call takes a list. With a place to go to, AWS also asks for the right to have logs delivered there."""

    @property
    def permissions(self) -> Sequence[Permission]:
        deliver = (write(action, DELIVER_LOGS, SETTINGS) for action in LOG_DELIVERY_ACTIONS)
        return [*super().permissions, *deliver]

    def note(self, p: ReplaceParams) -> str:
        personal = (
            "The logs hold personal data: whoever may read the place that they go to sees it." if p.settings else ""
        )
        return f"{personal} {super().note(p)}".strip()

    def calls(self, p: ReplaceParams) -> list[Call]:
        configurations = [{"EventSource": source, **where} for source, where in sorted(p.settings.items())]
        call = pool_call(p.pool_arn, self.aws_operation, LogConfigurations=configurations)
        needs = LOG_DELIVERY_ACTIONS if configurations else ()
        return [replace(call, actions=(*call.actions, *needs), resource_arns=("*",) if needs else call.resource_arns)]

    def limits(self, draft: Draft, p: ReplaceParams, value: Value) -> list[PlanFinding]:
        found = super().limits(draft, p, value)
        if "userAuthEvents" in p.settings and not may_be_protected_from_threats(pool_described(draft, p.pool_arn)):
            words = "User activity is delivered on the Plus feature plan only: leave it out, or change the plan first."
            found.append(PlanFinding("NOT_IN_PLAN", "error", words, field="signins"))
        return found


class ReplaceClientRisk(ReplaceSettings):
    """Without any of its members the client has none of its own: what the pool has holds for it."""

    def title(self, p: ReplaceParams) -> str:
        if not _follows(p):
            return super().title(p)
        return f"Let threat protection of the app client {p.called} follow the pool"

    def note(self, p: ReplaceParams) -> str:
        if _follows(p):
            return "What the pool has holds for it from then on, and what is changed there later."
        return f"Nothing of what the pool has holds for it then. {super().note(p)}".rstrip()


def _follows(p: ReplaceParams) -> bool:
    return not p.settings and not any(p.changes.values())


class ReplaceGroup(ReplaceSettings):
    def access_changes(self, aws_account: AwsAccount, p: ReplaceParams) -> Sequence[AccessChange]:
        if "RoleArn" not in p.changes:
            return ()
        row = rows_of(self.of, aws_account, p.pool_arn, p.name).first()
        old, new = row.role_arn if row else "", p.settings.get("RoleArn", "")
        return role_given(p.pool_arn, p.name, old, new)


class ReplacePool(ReplaceSettings):
    def mirrored(self, draft: Draft, p: ReplaceParams) -> Value:
        """As the steps before it leave it: whether there is MFA is told of the pool, too, and would be put back."""
        value = super().mirrored(draft, p)
        for step in draft.writing(pool_key(p.pool_arn)):
            if step.kind == MFA.kind:
                value = {**value, "settings": self.fitted(pool_following(value["settings"], step.params.settings))}
        return value


class ReplaceMfa(ReplaceSettings):
    """The mode and its factors fit together: asked for the mode alone, AWS would take the factors away."""

    def note(self, p: ReplaceParams) -> str:
        locks = "Whoever has no second factor yet must set one up at the next sign-in. "
        return f"{locks if p.settings.get('MfaConfiguration') == 'ON' else ''}{super().note(p)}"

    def mirrored(self, draft: Draft, p: ReplaceParams) -> Value:
        """As the steps before it leave it: how a pool sends texts is a setting of the pool, too."""
        value = super().mirrored(draft, p)
        for step in draft.writing(pool_key(p.pool_arn)):
            if step.kind == POOL.kind and changes_texts(path.split(".")[0] for path in step.params.changes):
                value = {**value, "settings": self.of.payload(mfa_following(value["settings"], step.params.settings))}
        return value

    def fitted(self, settings: Settings) -> Settings:
        """AWS refuses factors of a pool without MFA, but for text messages, which it keeps."""
        if settings.get("MfaConfiguration", "OFF") == "OFF":
            for factor in ("SoftwareTokenMfaConfiguration", "EmailMfaConfiguration"):
                settings.pop(factor, None)
        return super().fitted(settings)


def _is_hidden(path: str) -> bool:
    return path.rpartition(".")[2] in (*SECRETS, METADATA)


def _is_typed(p: ReplaceParams) -> bool:
    """Whether it sends what AWS doesn't show again, or not as it was sent."""
    return any(value for path, value in p.changes.items() if _is_hidden(path))


# ---- What is found -------------------------------------------------------------------------------------------
def pool_described(draft: Draft, pool_arn: str) -> Mapping[str, Any]:
    """`UserPool.described`, as the steps before leave it."""
    pool = pool_row(draft, pool_arn)
    settings, sessions = pool.settings, pool.sessions or {}
    for step in draft.writing(pool_key(pool_arn)):
        settings = step.params.settings if step.kind == POOL.kind else settings
        sessions = step.params.settings if step.kind == SESSIONS.kind else sessions
    return {**settings, **sessions}


def shown(settings: Mapping[str, Any]) -> Settings:
    """As AWS then describes them, as far as this console looks: without what was typed in secret."""
    details = settings.get("ProviderDetails")
    if not details:
        return dict(settings)
    hidden = {*SECRETS, METADATA}
    described = {name: AS_AWS_HAS_IT if name in hidden else value for name, value in details.items()}
    return {**settings, "ProviderDetails": described}


def with_sealed(settings: Mapping[str, Any]) -> Settings:
    return {
        name: with_sealed(value)
        if isinstance(value, Mapping)
        else SealedParameter(value)
        if isinstance(value, str) and is_reference(value)
        else value
        for name, value in settings.items()
    }


def update(of: Shape, pool_arn: str, called: str, changes: Mapping[str, Any], name: str = "") -> StepSpec:
    """`changes`: new values by their paths, None to take one away."""
    return StepSpec(of.kind, {"pool_arn": pool_arn, "called": called, "changes": dict(changes), "name": name})
