"""Drafts: the text of an editor, kept on the server as it is typed, for one operator alone.

A page saves with the token of the row that it last saved or loaded: the row's id and revision. Where the row has moved
on since, the page is the older one; its text is kept beside the newer one, and both can be read until one is chosen.
Texts are in no log and no audit entry. What others see of a draft is that it is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from accounts import audit
from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import ADMINISTER
from policies.models import EditorDraft
from sync import clock

MOST_OF_ONE = 100  # drafts of an operator
MOST_BESIDE = 5  # texts beside a draft
MOST_OTHERS = 5  # operators that a page names
_BATCH = 200
_TOO_MANY_BESIDE = "Too many texts of yours are kept beside this draft: choose one of them first."

audit.register({"draft.erased": "erased a draft of {operator}: {object}"})


class CannotKeep(Exception):
    """A text that isn't kept. The message is a sentence for who types it."""


class SaveOutcome(StrEnum):
    SAVED = "saved"
    BESIDE = "beside"  # somebody saved a newer text: this one is kept beside it
    LATE = "late"  # an older message of a page whose newer one is saved already


@dataclass(frozen=True)
class DraftKey:
    """What is edited: an action on an object, or one of the AWS account (then `aws_id` is "")."""

    aws_account: AwsAccount
    place: str
    aws_id: str
    action: str
    part: str = ""

    def rows(self) -> QuerySet[EditorDraft]:
        return EditorDraft.objects.filter(**self.columns)

    @property
    def columns(self) -> dict[str, Any]:
        return {
            "aws_account": self.aws_account,
            "place": self.place,
            "aws_id": self.aws_id,
            "action": self.action,
            "part": self.part,
        }


@dataclass(frozen=True)
class Token:
    """The row that a page last loaded or saved, as it was then: "12.3". Anything else is that of a page without one."""

    pk: int = 0
    revision: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        parts = text.split(".") if len(text) < 32 and text.isascii() else []
        if len(parts) != 2 or not all(part.isdecimal() for part in parts):
            return cls()
        return cls(*map(int, parts))

    @classmethod
    def of(cls, draft: EditorDraft) -> Self:
        return cls(draft.pk, draft.revision)

    def __str__(self) -> str:
        return f"{self.pk}.{self.revision}" if self.pk else ""


@dataclass(frozen=True)
class Page:
    """Who saves: a page (`tab`, made up by it), and the number of its message, which grows."""

    token: Token
    tab: str = ""
    sequence: int = 0


@dataclass(frozen=True)
class Typed:
    text: str
    fields: Mapping[str, str]
    base: str = ""
    object_name: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        return {"text": self.text, "fields": dict(self.fields), "object_name": self.object_name}


# ---- Saving ------------------------------------------------------------------------------------------------------
def save(*, actor: Operator, key: DraftKey, page: Page, typed: Typed) -> tuple[SaveOutcome, EditorDraft]:
    """Raises CannotKeep. Two that save at once: the database says who was first, and the other one is the older."""
    mine = key.rows().filter(operator=actor)
    if page.token.pk and (found := _onto(mine.filter(pk=page.token.pk), page, typed)):
        return found
    main = mine.filter(is_beside=False)
    if page.tab and (found := _onto(mine.filter(tab=page.tab), page, typed)):
        return found
    if not main.exists() and (made := _make(actor, key, page, typed)):
        return SaveOutcome.SAVED, made
    if found := _onto(main.filter(tab=page.tab) if page.tab else main.none(), page, typed):
        return found  # a message of this very page was faster
    if mine.filter(is_beside=True).count() >= MOST_BESIDE:
        raise CannotKeep(_TOO_MANY_BESIDE)
    made = _make(actor, key, page, typed, is_beside=True)
    assert made is not None  # noqa: S101  only the one that isn't beside is unique
    return SaveOutcome.BESIDE, made


def _onto(rows: QuerySet[EditorDraft], page: Page, typed: Typed) -> tuple[SaveOutcome, EditorDraft] | None:
    """Saves onto the row, if it still is what the page knows. None where there is no such row, or a newer text."""
    known = Q(revision=page.token.revision, pk=page.token.pk)
    if page.tab:
        known |= Q(tab=page.tab, sequence__lt=page.sequence)
    saved = rows.filter(known).update(
        **typed.columns, revision=F("revision") + 1, tab=page.tab, sequence=page.sequence, saved_at=clock.now()
    )
    row = rows.first()
    if row is None or (not saved and (not page.tab or row.tab != page.tab)):
        return None
    return (SaveOutcome.SAVED if saved else SaveOutcome.LATE), row


def _make(actor: Operator, key: DraftKey, page: Page, typed: Typed, *, is_beside: bool = False) -> EditorDraft | None:
    """None where another request made it just now."""
    if EditorDraft.objects.filter(operator=actor).count() >= MOST_OF_ONE:
        raise CannotKeep(f"You have {MOST_OF_ONE} drafts, and no more are kept: discard some of them first.")
    now = clock.now()
    try:
        with transaction.atomic():
            return EditorDraft.objects.create(
                operator=actor,
                **key.columns,
                **typed.columns,
                base=typed.base,
                tab=page.tab,
                sequence=page.sequence,
                is_beside=is_beside,
                created_at=now,
                saved_at=now,
            )
    except IntegrityError:
        return None


@transaction.atomic
def begin(*, actor: Operator, key: DraftKey, typed: Typed) -> EditorDraft:
    """The text is the draft from now on; one with another text is kept beside it. Raises CannotKeep."""
    mine = key.rows().filter(operator=actor)
    main = mine.select_for_update().filter(is_beside=False).first()
    if main is not None and main.text == typed.text:
        return main
    if mine.filter(is_beside=True).count() >= MOST_BESIDE:
        raise CannotKeep(_TOO_MANY_BESIDE)
    mine.filter(is_beside=False).update(is_beside=True)
    made = _make(actor, key, Page(Token()), typed)
    if made is None:
        raise CannotKeep("Another page of yours began a draft just now. Choose again what to begin from.")
    return made


# ---- Reading -----------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class OthersDraft:
    """That of another operator, of which nobody else sees the text."""

    operator: str
    saved_at: datetime


def of_operator(operator: Operator) -> QuerySet[EditorDraft]:
    """The operator's own, the last saved first."""
    return EditorDraft.objects.filter(operator=operator).select_related("aws_account").order_by("-saved_at", "-pk")


def drafts_of(key: DraftKey, operator: Operator) -> tuple[list[EditorDraft], list[OthersDraft]]:
    """The operator's draft of it with what is kept beside it, the draft first; and that others have one.

    Others' of an object that is there: two who make something new don't make the same.
    """
    found = key.rows().filter(operator__is_active=True).select_related("operator").defer("text", "fields")
    rows = list(found.order_by("-saved_at"))
    is_mine = any(row.operator_id == operator.pk for row in rows)
    mine = key.rows().filter(operator=operator).select_related("aws_account").order_by("is_beside", "-saved_at")
    theirs = [row for row in rows if row.operator_id != operator.pk and not row.is_beside and key.aws_id]
    return list(mine) if is_mine else [], [OthersDraft(str(row.operator), row.saved_at) for row in theirs[:MOST_OTHERS]]


def key_of(draft: EditorDraft) -> DraftKey:
    return DraftKey(draft.aws_account, draft.place, draft.aws_id, draft.action, draft.part)


def owned_by(operator: Operator) -> QuerySet[EditorDraft]:
    """Drafts of others on the AWS accounts that the operator owns. Nothing of what is typed is read."""
    rows = EditorDraft.objects.filter(aws_account__in=operator.owned_aws_accounts()).exclude(operator=operator)
    return rows.select_related("operator", "aws_account").defer("text", "fields").order_by("-saved_at", "-pk")


# ---- Ending ------------------------------------------------------------------------------------------------------
@transaction.atomic
def discard(*, actor: Operator, draft: EditorDraft) -> None:
    """One of the actor's own. What was kept beside it is the draft from then on."""
    _require_own(actor, draft)
    _remove(draft)


@transaction.atomic
def choose(*, actor: Operator, draft: EditorDraft) -> None:
    """It is the draft from now on; all other texts of the actor for the same thing go."""
    _require_own(actor, draft)
    key_of(draft).rows().filter(operator=actor).exclude(pk=draft.pk).delete()
    EditorDraft.objects.filter(pk=draft.pk).update(is_beside=False)


@transaction.atomic
def staged(*, actor: Operator, key: DraftKey, page: Page) -> None:
    """The text was staged: its draft goes, unless another page has saved a newer one."""
    known = Q(revision=page.token.revision)
    if page.tab:
        known |= Q(tab=page.tab)
    if key.rows().filter(known, operator=actor, pk=page.token.pk).delete()[0]:
        _promote(key, actor)


@transaction.atomic
def erase(*, actor: Operator, draft: EditorDraft) -> None:
    """By an owner of the AWS account, who doesn't read it."""
    what = f"{draft.action} {draft.object_name}".strip()
    if not may(actor, ADMINISTER, draft.aws_account):
        raise PermissionDenied("Only owners of the AWS account erase drafts of others.")
    audit.record(
        "draft.erased",
        actor=actor,
        aws_account=draft.aws_account,
        obj=("draft", draft.pk, what),
        data={"operator": str(draft.operator)},
    )
    _remove(draft)


def _require_own(actor: Operator, draft: EditorDraft) -> None:
    if draft.operator_id != actor.pk:
        raise PermissionDenied("A draft is its operator’s alone.")


def _remove(draft: EditorDraft) -> None:
    key, operator, was_beside = key_of(draft), draft.operator, draft.is_beside
    draft.delete()
    if not was_beside:
        _promote(key, operator)


def _promote(key: DraftKey, operator: Operator) -> None:
    rows = key.rows().filter(operator=operator)
    if not rows.filter(is_beside=False).exists() and (newest := rows.order_by("-saved_at", "-pk").first()):
        rows.filter(pk=newest.pk).update(is_beside=False)


def forget_old() -> int:
    """Those that nobody saved for so long: a part of the minute's tick."""
    before = clock.now() - timedelta(days=settings.KEEP_DRAFTS_DAYS)
    old = EditorDraft.objects.filter(saved_at__lt=before).order_by("saved_at")
    return EditorDraft.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:_BATCH])).delete()[0]
