"""Keeps questions of Simulate: those that somebody names, and those that are too long for an address."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from access.models import SavedQuestion
from access.simulation.question import LONGEST_ADDRESS, SimulationQuestion
from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from sync.texts import storable

MOST_NAMED = 100  # in an AWS account
MOST_LONG = 100  # of one operator there
_BATCH = 500
_SEEN_AGAIN = timedelta(hours=1)  # it is noted no more often that a question was opened

audit.register(
    {
        "question.saved": "saved a question of Simulate in {aws_account}",
        "question.deleted": "deleted a saved question of Simulate in {aws_account}",
    }
)


class CantSaveError(ValueError):
    """Why it isn't saved, in a sentence."""


def is_too_long(question: SimulationQuestion) -> bool:
    """For an address."""
    return len(question.query()) > LONGEST_ADDRESS


@transaction.atomic
def keep_long(*, aws_account: AwsAccount, actor: Operator, question: SimulationQuestion) -> SavedQuestion:
    """The same question is kept once. It is forgotten when nobody has opened it for 30 days, or MOST_LONG later ones
    of the same operator have been kept.
    """
    found, is_new = SavedQuestion.objects.get_or_create(
        aws_account=aws_account,
        digest=question.digest,
        name="",
        defaults={"query": question.query(), "author": actor},
    )
    if is_new:
        mine = SavedQuestion.objects.filter(aws_account=aws_account, author=actor, name="").order_by("-used_at", "-pk")
        SavedQuestion.objects.filter(pk__in=list(mine.values_list("pk", flat=True)[MOST_LONG:])).delete()
    return found


@transaction.atomic
def save_named(*, aws_account: AwsAccount, actor: Operator, question: SimulationQuestion, name: str) -> SavedQuestion:
    """Raises CantSaveError."""
    name = storable(" ".join(name.split()))
    if not name or len(name) > 120:
        raise CantSaveError("Give the question a name of at most 120 characters.")
    if not question.is_complete:
        raise CantSaveError("Name a principal and an action first: there is no question yet.")
    if SavedQuestion.objects.filter(aws_account=aws_account).exclude(name="").count() >= MOST_NAMED:
        raise CantSaveError(f"{aws_account} has {MOST_NAMED} saved questions: delete one first.")
    found, is_new = SavedQuestion.objects.get_or_create(
        aws_account=aws_account,
        digest=question.digest,
        name=name,
        defaults={"query": question.query(), "author": actor},
    )
    if is_new:
        audit.record("question.saved", actor=actor, aws_account=aws_account, obj=("question", found.pk, ""))
    return found


@transaction.atomic
def delete(*, saved: SavedQuestion, actor: Operator) -> None:
    """By its author, or an owner. Raises CantSaveError."""
    if not may_delete(actor, saved):
        raise CantSaveError("Only who saved a question, or an owner, can delete it.")
    audit.record("question.deleted", actor=actor, aws_account=saved.aws_account, obj=("question", saved.pk, ""))
    saved.delete()


def may_delete(operator: Operator, saved: SavedQuestion) -> bool:
    return saved.author_id == operator.pk or may(operator, ADMINISTER, saved.aws_account)


def opened(saved: SavedQuestion) -> None:
    """Notes that somebody did, so that it is kept."""
    now = timezone.now()
    SavedQuestion.objects.filter(pk=saved.pk, used_at__lt=now - _SEEN_AGAIN).update(used_at=now)


def forget_questions() -> int:
    """A part of the minute's tick. Returns how many it removed."""
    before = timezone.now() - timedelta(days=settings.KEEP_QUESTIONS_DAYS)
    old = SavedQuestion.objects.filter(name="", used_at__lt=before).order_by("pk")
    gone = list(old.values_list("pk", flat=True)[:_BATCH])
    return SavedQuestion.objects.filter(pk__in=gone).delete()[0] if gone else 0
