"""Accepts by itself what a pipeline changed outside the console, where an owner named that pipeline.

Only what CloudTrail has confirmed: each part of the difference is what a call asked for, to the letter, and each of
these calls was made by the role of the pipeline, known by AWS's unique id. Never what an app above objects to: what
opens administrator, public or foreign access, or what nobody can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from iamconsole.web.counts import forget
from sync import clock, drift
from sync.models import AcceptedPipeline, Authorship, Revision, TrailEvent

MOST_PIPELINES = 20
_AT_ONCE = 20  # weighed in one go: each may take a second

audit.register(
    {
        "pipeline.named": "had changes outside this console by {pipeline}, the role {role}, accepted by themselves",
        "pipeline.ended": "ended that changes outside this console by {pipeline}, the role {role}, are accepted so",
        "drift.accepted_by_itself": "accepted a change outside this console of {noun} {object} by {pipeline}: {what}",
    }
)

# What speaks against accepting a revision by itself, in a sentence; "" for nothing; None for what it can't tell.
Objection = Callable[[Revision], str | None]
_objections: list[Objection] = []
CANNOT_TELL = "The console can’t tell what access such a change opens."


def register_objection(objection: Objection) -> None:
    """To be called in `AppConfig.ready()`."""
    _objections.append(objection)


# ---- What owners decide ----------------------------------------------------------------------------------------------
class PipelineRefused(Exception):
    """A sentence that says why not, and what to do."""


def pipelines_of(aws_account: AwsAccount) -> Sequence[AcceptedPipeline]:
    rows = AcceptedPipeline.objects.filter(aws_account=aws_account, ended_at=None)
    return list(rows.select_related("made_by"))


def name_pipeline(
    *,
    aws_account: AwsAccount,
    name: str,
    role_id: str,
    role_name: str,
    actor: Operator,
    request: HttpRequest | None = None,
) -> AcceptedPipeline:
    """From now on: what was changed before stays as it is. Raises PipelineRefused, and PermissionDenied."""
    _require_owner(actor, aws_account)
    if len(pipelines_of(aws_account)) >= MOST_PIPELINES:
        raise PipelineRefused(f"An AWS account has at most {MOST_PIPELINES} of these. End another one first.")
    try:
        with transaction.atomic():
            pipeline = AcceptedPipeline.objects.create(
                aws_account=aws_account, name=name, role_id=role_id, role_name=role_name, made_by=actor
            )
            _record("pipeline.named", pipeline, actor, request)
    except IntegrityError:
        raise PipelineRefused(f"The role {role_name} is of another pipeline already.") from None
    return pipeline


def end_pipeline(*, pipeline: AcceptedPipeline, actor: Operator, request: HttpRequest | None = None) -> None:
    """What was accepted stays so."""
    _require_owner(actor, pipeline.aws_account)
    with transaction.atomic():
        ended = AcceptedPipeline.objects.filter(pk=pipeline.pk, ended_at=None).update(ended_at=clock.now())
        if ended:
            _record("pipeline.ended", pipeline, actor, request)


def _require_owner(actor: Operator, aws_account: AwsAccount) -> None:
    if not may(actor, ADMINISTER, aws_account):
        raise PermissionDenied("Only owners of an AWS account name pipelines.")


def _record(verb: str, pipeline: AcceptedPipeline, actor: Operator, request: HttpRequest | None) -> None:
    audit.record(
        verb,
        actor=actor,
        aws_account=pipeline.aws_account,
        obj=("accepted_pipeline", pipeline.pk, pipeline.name),
        data={"pipeline": pipeline.name, "role": pipeline.role_name, "role_id": pipeline.role_id},
        request=request,
    )


# ---- What is accepted ------------------------------------------------------------------------------------------------
def weigh(aws_account: AwsAccount) -> int:
    """Looks at what CloudTrail has confirmed since pipelines were named, each once. Returns how many it accepted."""
    pipelines = {each.role_id: each for each in pipelines_of(aws_account)}
    if not pipelines:
        return 0
    since = min(each.made_at for each in pipelines.values())
    confirmed = Authorship.objects.filter(
        aws_account=aws_account, state=Authorship.State.FOUND, weighed_at=None, revision__seen_at__gte=since
    )
    made_by_one = confirmed.filter(events__unique_id__in=pipelines, revision__accepted_at=None).distinct()
    found = list(made_by_one.order_by("revision")[:_AT_ONCE].prefetch_related("events"))
    return sum(_weigh(aws_account, authorship, pipelines) for authorship in found)


def _weigh(aws_account: AwsAccount, authorship: Authorship, pipelines: dict[str, AcceptedPipeline]) -> bool:
    revision = drift.open_drift(aws_account).filter(pk=authorship.revision_id).first()
    if revision is None:
        return False  # somebody has decided, or an ownership rule hides it
    why_not = _why_not(authorship, pipelines) or _objection(revision)
    pipeline = None if why_not else pipelines[authorship.events.all()[0].unique_id]
    with transaction.atomic():
        now = clock.now()
        due = Authorship.objects.filter(pk=authorship.pk, weighed_at=None)
        if not due.update(weighed_at=now, not_accepted_why=why_not[:300]) or pipeline is None:
            return False
        _accept(aws_account, revision, pipeline)
    forget(drift.to_count(aws_account))
    return True


def _accept(aws_account: AwsAccount, revision: Any, pipeline: AcceptedPipeline) -> None:
    """Unless it isn't open any more, or the pipeline was ended just now."""
    still = AcceptedPipeline.objects.select_for_update().filter(pk=pipeline.pk, ended_at=None).exists()
    rows = Revision.objects.filter(pk=revision.pk, accepted_at=None, reverted_at=None)
    if not still or not rows.update(
        accepted_at=clock.now(), accepted_by=pipeline.made_by, accepted_pipeline=pipeline.name
    ):
        return
    audit.record(
        "drift.accepted_by_itself",
        actor=None,
        aws_account=aws_account,
        obj=("revision", revision.pk, drift.object_in(revision)),
        data={
            "revision": revision.pk,
            "noun": drift.noun_of(revision),
            "what": drift.sentence(revision)[:400],
            "pipeline": pipeline.name,
            "role_id": pipeline.role_id,
            "as_set_by": pipeline.made_by.email if pipeline.made_by else "",
        },
    )


def _why_not(authorship: Authorship, pipelines: dict[str, AcceptedPipeline]) -> str:
    """By what CloudTrail says; "" where that is no reason."""
    events = list(authorship.events.all())
    if authorship.partly or authorship.by_name_only or not authorship.exactly:
        return "Not each part of it is what a call on record asked for, to the letter."
    if any(each.reported for each in events):
        return "CloudTrail hasn’t confirmed each of these calls."
    if any(each.with_our_role or each.step_id for each in events):
        return "One of these calls was made with this console’s role to write."
    if any(not _is_of(each, pipelines) for each in events) or len({each.unique_id for each in events}) != 1:
        return "Somebody else made one of these calls, or they were made before the pipeline was named."
    return ""


def _is_of(event: TrailEvent, pipelines: dict[str, AcceptedPipeline]) -> bool:
    pipeline = pipelines.get(event.unique_id)
    return pipeline is not None and event.doer == TrailEvent.Doer.ROLE and event.at >= pipeline.made_at


def _objection(revision: Revision) -> str:
    """Of what nobody can tell that is one, too."""
    said = [objection(revision) for objection in _objections]
    against = next((sentence for sentence in said if sentence), "")
    return against or ("" if any(sentence == "" for sentence in said) else CANNOT_TELL)
