"""What an address says is edited: an action with an editor, on an object or for the whole AWS account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.access import signed_in
from accounts.models import AwsAccount, Operator
from objects.object_actions import ACCOUNT, ObjectAction
from policies.editor_drafts import DraftKey
from policies.engine.structure import DocumentType
from policies.open_drafts import action_at, editor_of, is_permitted, kind_at, type_of
from policies.page_editors import PageEditor

_NAMES = ("place", "aws_id", "action", "part")
_LONGEST_PART = 128


@dataclass(frozen=True)
class EditedObject:
    """`row`: the object as the mirror has it, that may be gone; None for an action of the AWS account."""

    key: DraftKey
    action: ObjectAction | PageEditor
    kind: DocumentType
    row: Any

    @property
    def name(self) -> str:
        return str(self.row.name) if self.row else ""

    @property
    def title(self) -> str:
        """As the editor's page is called: "Edit reports-write"."""
        return self.action.form.heading.format(names=self.name)

    @property
    def query(self) -> Mapping[str, str]:
        """As an address names it."""
        key = self.key
        said = {"place": key.place, "aws_id": key.aws_id, "action": key.action, "part": key.part}
        return {name: value for name, value in said.items() if value}

    @property
    def url(self) -> str:
        """Of the page with the editor."""
        key, account_id = self.key, self.key.aws_account.account_id
        if isinstance(self.action, PageEditor):
            return self.action.url(key.aws_account, key.part)
        if self.row is None:
            return reverse("account_action", kwargs={"account_id": account_id, "action": key.action})
        kwargs = {"account_id": account_id, "aws_id": key.aws_id, "action": key.action}
        url = reverse(f"{key.place}_action", kwargs=kwargs)
        return f"{url}?{urlencode({self.action.form.part_field: key.part})}" if key.part else url

    def base(self, operator: Operator) -> str:
        """What its form begins with now: a draft that begins with it replaces nothing unseen."""
        targets = [self.row] if self.row else []
        form = self.action.form(self.key.aws_account, targets, operator, {self.action.form.part_field: self.key.part})
        return str(form.initial.get("base", ""))


def edited_object(asked: Mapping[str, str], aws_account: AwsAccount) -> EditedObject:
    """What `place`, `aws_id`, `action` and `part` name. Raises Http404 where nothing of that kind is edited here."""
    place, aws_id, name, part = (asked.get(each, "") for each in _NAMES)
    action = action_at(place, name)
    found = editor_of(action)
    if action is None or found is None or len(part) > _LONGEST_PART:
        raise Http404("There is no such editor.")
    kind = kind_at(place)
    if isinstance(action, PageEditor):
        return EditedObject(DraftKey(aws_account, place, "", name, part), action, type_of(found[1]), None)
    if kind is None:
        return EditedObject(DraftKey(aws_account, ACCOUNT, "", name), action, type_of(found[1]), None)
    row = get_object_or_404(kind.model.objects.filter(aws_account=aws_account, aws_id=aws_id))
    return EditedObject(DraftKey(aws_account, place, row.aws_id, name, part), action, type_of(found[1]), row)


def fetch_edited(request: HttpRequest, aws_account: AwsAccount, asked: Mapping[str, str]) -> EditedObject:
    """What is asked for. Raises PermissionDenied where the operator may not edit it, Http404 where it is gone."""
    edited = edited_object(asked, aws_account)
    if not is_permitted(signed_in(request), edited.key):
        raise PermissionDenied
    if edited.row is not None and (edited.row.gone_at is not None or not edited.action.offered(edited.row)):
        raise Http404("It isn’t there any more, or can’t be edited.")
    return edited
