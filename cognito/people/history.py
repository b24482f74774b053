"""What the console changed of a person: the steps that were about her."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q, QuerySet

from cognito.models import CognitoUser
from sync.models import Step
from sync.models.listed import StepSub

SHOWN = 50


def changes_of(person: CognitoUser) -> Sequence[Step]:
    """The newest first. Steps name her by her `sub`; those that were never sent are left out."""
    return list(_about(person)[:SHOWN])


def _about(person: CognitoUser) -> QuerySet[Step]:
    steps = Step.objects.filter(change__aws_account=person.aws_account_id, kind__startswith="cognito.user.")
    of_her = steps.alias(about=StepSub("params")).filter(about=person.aws_id)
    return of_her.select_related("change__requested_by").order_by("-change_id", "-pk")


def steps_about(person: CognitoUser) -> list[Step]:
    """All steps of changes that were about them, the newest first."""
    steps = Step.objects.filter(change__aws_account=person.aws_account_id, kind__startswith="cognito.user.")
    about = steps.alias(sub=StepSub("params")).filter(Q(sub=person.aws_id) | Q(result__id=person.aws_id))
    return list(about.select_related("change__requested_by").order_by("-change_id", "position"))
