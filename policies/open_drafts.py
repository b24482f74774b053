"""A draft in the page of its editor, and in lists: what it is of, where that is edited, what of a request is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from accounts.access import may
from accounts.models import Operator
from accounts.roles import PROPOSE
from iamconsole.web.words import number
from objects import kinds, object_actions
from objects.fields import EditorField
from objects.kinds import AwsKind
from objects.object_actions import ACCOUNT, SHOWN, ObjectAction
from policies import editor_drafts, page_editors
from policies.drafts import MOST_SENT
from policies.editor_drafts import CannotKeep, DraftKey, OthersDraft, Page, SaveOutcome, Token, Typed, drafts_of, key_of
from policies.editor_views import EditedText, received
from policies.engine.structure import DocumentType
from policies.models import EditorDraft
from policies.page_editors import PageEditor
from sync import clock

TOKEN, TAB, SEQUENCE = "draft", "tab", "sequence"  # names of what a page sends of its draft
LONGEST_FIELD = 2_000
BEGUN_TYPES = frozenset({DocumentType.IDENTITY})  # of documents that can be begun from something (policies/starting.py)
_TOO_LONG = "The text has {size} characters, and no more than {most} are kept. It stays in this page: shorten it."
_NUL = "The text has a NUL character (U+0000), which isn’t kept. It stays in this page: remove that character."
# The action by which the text of something that isn't there any more becomes something new.
AS_NEW = {
    DocumentType.IDENTITY: ("create-policy", "As a new policy"),
    DocumentType.TRUST: ("create-role-json", "As a new role"),
}


# ---- In the page of its editor -----------------------------------------------------------------------------------
@dataclass(frozen=True)
class OpenDraft:
    """`row`: what the page goes on with; None while nothing of it is kept. `token`: as the page sends it."""

    key: DraftKey
    operator: Operator
    row: EditorDraft | None = None
    token: str = ""
    waiting: Sequence[EditorDraft] = ()  # other texts of the operator for the same thing: one is to be chosen
    others: Sequence[OthersDraft] = ()
    is_beside: bool = False  # it was saved beside a newer text just now
    is_gone: bool = False  # the object
    refused: str = ""  # a sentence why it isn't saved

    @property
    def age_s(self) -> int:
        return max(0, int((clock.now() - self.row.saved_at).total_seconds())) if self.row else 0

    @property
    def save_url(self) -> str:
        return self._url("draft_save")

    @property
    def start_url(self) -> str:
        """Of what the text can be begun from; "" where nothing is offered for its type."""
        found = editor_of(action_at(self.key.place, self.key.action))
        return self._url("document_start") if found and type_of(found[1]) in BEGUN_TYPES else ""

    def _url(self, name: str) -> str:
        key = self.key
        query = {"place": key.place, "aws_id": key.aws_id, "action": key.action, "part": key.part}
        return f"{reverse(name, kwargs={'account_id': key.aws_account.account_id})}?{urlencode(query)}"

    @property
    def page_url(self) -> str:
        """Of the draft, with its text and the buttons to discard it."""
        return page_url(self.row) if self.row else ""

    @property
    def choose_url(self) -> str:
        return page_url(self.waiting[0]) if self.waiting else ""


def kept(draft: OpenDraft, typed: Typed, page: Page) -> OpenDraft:
    """After a save."""
    key, operator = draft.key, draft.operator
    if len(typed.text) > MOST_SENT:
        return replace(draft, refused=_TOO_LONG.format(size=number(len(typed.text)), most=number(MOST_SENT)))
    if "\x00" in typed.text:
        return replace(draft, refused=_NUL)
    try:
        outcome, row = editor_drafts.save(actor=operator, key=key, page=page, typed=typed)
    except CannotKeep as error:
        return replace(draft, refused=str(error))
    rows, others = drafts_of(key, operator)
    waiting = [each for each in rows if each.pk != row.pk]
    is_beside = outcome is SaveOutcome.BESIDE
    return replace(draft, row=row, token=str(Token.of(row)), waiting=waiting, others=others, is_beside=is_beside)


def page_url(draft: EditorDraft) -> str:
    return reverse("draft", kwargs={"account_id": draft.aws_account.account_id, "pk": draft.pk})


def open_draft(form: Any, key: DraftKey) -> OpenDraft:
    """Puts the operator's draft into a form that is shown for the first time; what was sent stays as it came."""
    rows, others = drafts_of(key, form.operator)
    if form.is_bound:
        token = str(Token.parse(form.data.get(TOKEN, "")))
        row = next((each for each in rows if each.pk == Token.parse(token).pk), None)
    else:
        row = rows[0] if rows else None
        token = str(Token.of(row)) if row else ""
    if row and not form.is_bound:
        typed = {name: value for name, value in row.fields.items() if name in form.fields}
        form.initial.update({**typed, form.editor.name: row.text})
        form.resume(row.base)
    waiting = [each for each in rows if each is not row]
    return OpenDraft(key, form.operator, row, token, waiting, others)


def typed_in(posted: QueryDict, key: DraftKey, operator: Operator, object_name: str) -> Typed:
    """What is kept of a form that was sent: the text, with what the fields of its view say, and the other fields."""
    action = action_at(key.place, key.action)
    found = editor_of(action)
    assert action is not None and found is not None  # noqa: S101  who has a key has looked
    name, field = found
    text = posted.get(name, "").replace("\r\n", "\n")
    if len(text) <= MOST_SENT:
        edited = EditedText(text, type_of(field), key.aws_account, operator, posted)
        text = received(posted.get(SHOWN, ""), edited).text
    beside = [each for each in action.form.base_fields if each not in (name, "base")]
    fields = {each: _without_nul(str(posted[each]))[:LONGEST_FIELD] for each in beside if posted.get(each)}
    return Typed(text, fields, _without_nul(posted.get("base", ""))[:64], object_name[:512])


def _without_nul(text: str) -> str:
    """PostgreSQL takes none. In the text itself one is refused, since the rest isn't what was typed."""
    return text.replace("\x00", "")


def page_of(posted: Mapping[str, str]) -> Page:
    """Garbage is a page that has saved nothing yet: it never overwrites anything."""
    said = posted.get(SEQUENCE, "")
    sequence = int(said) if said.isdecimal() and said.isascii() and len(said) < 16 else 0
    tab = posted.get(TAB, "")
    return Page(
        Token.parse(posted.get(TOKEN, "")), tab if tab.isascii() and tab.isalnum() and len(tab) <= 40 else "", sequence
    )


# ---- What it is of -----------------------------------------------------------------------------------------------
def action_at(place: str, name: str) -> ObjectAction | PageEditor | None:
    return page_editors.find(place, name) or object_actions.find(place, name)


def editor_of(action: ObjectAction | PageEditor | None) -> tuple[str, EditorField] | None:
    """The field of the action's form that has the editor, by its name."""
    fields = action.form.base_fields if action else {}
    return next(((name, field) for name, field in fields.items() if isinstance(field, EditorField)), None)


def type_of(field: EditorField) -> DocumentType:
    found: DocumentType = getattr(field, "kind", DocumentType.IDENTITY)
    return found


def kind_at(place: str) -> AwsKind | None:
    return next((kind for kind in kinds.registered() if kind.name == place), None)


@dataclass(frozen=True)
class ListedDraft:
    """A draft with what it is of. `row`: the object as the mirror has it; None where it isn't there (yet)."""

    draft: EditorDraft
    row: Any
    is_permitted: bool  # the operator may still edit it

    @cached_property
    def action(self) -> ObjectAction | PageEditor | None:
        return action_at(self.draft.place, self.draft.action)

    @property
    def title(self) -> str:
        """ "Edit reports-write", as the editor's page is called."""
        heading: Any = self.action.form.heading if self.action else ""  # of some forms it is one of theirs, once made
        name = self.row.name if self.row and self.is_permitted else self.draft.object_name
        words = heading.format(names=name) if isinstance(heading, str) and heading else f"{self.draft.action} {name}"
        is_named = self.draft.part and not isinstance(self.action, PageEditor)
        return f"{words}: {self.draft.part}" if is_named else words

    @property
    def fields(self) -> list[tuple[str, str]]:
        """What was typed beside the text: the label of each field, and what it says."""
        known = self.action.form.base_fields if self.action else {}
        typed = self.draft.fields.items()
        return [(str(known[name].label or name.capitalize()), str(value)) for name, value in typed if name in known]

    @property
    def is_gone(self) -> bool:
        if self.draft.place == ACCOUNT or isinstance(self.action, PageEditor):
            return False
        return self.row is None or self.row.gone_at is not None

    @property
    def edit_url(self) -> str:
        """The page of its editor; "" where there is none any more."""
        draft, account_id = self.draft, self.draft.aws_account.account_id
        if not self.is_permitted or self.is_gone or self.action is None:
            return ""
        if isinstance(self.action, PageEditor):
            return self.action.url(draft.aws_account, draft.part)
        if draft.place == ACCOUNT:
            return reverse("account_action", kwargs={"account_id": account_id, "action": draft.action})
        kwargs = {"account_id": account_id, "aws_id": draft.aws_id, "action": draft.action}
        url = reverse(f"{draft.place}_action", kwargs=kwargs)
        part_field = self.action.form.part_field
        return f"{url}?{urlencode({part_field: draft.part})}" if part_field and draft.part else url

    @property
    def as_new(self) -> tuple[str, str] | None:
        """The address of the page that makes something new of the text, and the words of its button."""
        found = editor_of(self.action)
        name, words = AS_NEW.get(type_of(found[1]), ("", "")) if found else ("", "")
        if not name or object_actions.find(ACCOUNT, name) is None:
            return None
        kwargs = {"account_id": self.draft.aws_account.account_id, "action": name}
        return reverse("account_action", kwargs=kwargs), words


def listed(drafts: Iterable[EditorDraft], operator: Operator) -> list[ListedDraft]:
    """With the objects that they are of, one query for each kind of them."""
    drafts = list(drafts)
    wanted: defaultdict[str, set[str]] = defaultdict(set)
    for draft in drafts:
        wanted[draft.place].add(draft.aws_id)
    rows: dict[tuple[str, int, str], Any] = {}
    for place, ids in wanted.items():
        if kind := kind_at(place):
            accounts = {draft.aws_account_id for draft in drafts if draft.place == place}
            for row in kind.model.objects.filter(aws_account__in=accounts, aws_id__in=ids):
                rows[place, row.aws_account_id, row.aws_id] = row
    return [
        ListedDraft(
            draft,
            rows.get((draft.place, draft.aws_account_id, draft.aws_id)),
            is_permitted(operator, key_of(draft)),
        )
        for draft in drafts
    ]


def is_permitted(operator: Operator, key: DraftKey) -> bool:
    """Whether the operator may take the action now: its text is shown to nobody who may not."""
    action, kind = action_at(key.place, key.action), kind_at(key.place)
    perm = kind.stage if kind else PROPOSE
    return action is not None and action.is_for(operator, key.aws_account) and may(operator, perm, key.aws_account)
