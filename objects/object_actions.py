"""What can be done from a page: an action is a form, and its form says which steps come of what was typed.

Each action has one page (objects/views/object_action.py) that stages a change. An app registers its
actions in `AppConfig.ready()`:

    object_actions.register("user", ObjectAction("rename", "Rename…", RenameUserForm, icon="pencil"))

The place is the name of a kind of object ("user", "role"), whose page then offers it, or "account" for what makes
something new or is about the whole AWS account.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.forms.utils import ErrorDict
from django.utils import timezone

from accounts.access import may
from accounts.models import AwsAccount, Operator
from objects.fields import EditorField, NamedField, ReceivedText, UntilField
from objects.forms import StageForm

ACCOUNT = "account"
# Names of what an editor sends: the view that is to be shown, the one that is, a button within that one, and one that
# saves the draft.
VIEW, SHOWN, DO, KEEP = "view", "shown", "do", "keep"


class EditorForm(forms.Form):
    """A form that may have an editor, which shows its text in views. Derive from it, and call `take_view` at the end of
    the constructor."""

    aws_account: AwsAccount
    operator: Operator
    targets: Sequence[Any] = ()  # the mirrored objects that it is about
    draft: Any = None  # what the editor's field keeps of what is typed
    fixes: Any = None  # what a button beside the editor fixed just now
    view: str = ""  # of the editor: the one that is shown, as the page was asked
    received: ReceivedText | None = None  # what came of the fields of the view that was shown
    is_held: bool = False  # what was typed is shown again, and nothing said of it: it isn't to be staged yet

    def hold(self) -> None:
        """Shows what was typed again without a look at it, for a button that stages nothing."""
        self.is_held = True

    def full_clean(self) -> None:
        if self.is_held:
            self._errors, self.cleaned_data = ErrorDict(), {}
            return
        super().full_clean()
        if self.received and self.received.refused and (bound := self.editor) is not None:
            self.add_error(bound.name, self.received.refused)

    def fix(self, key: str) -> None:
        """Puts the fix that a button beside the editor names into its text; without script that comes as a form."""
        self.hold()
        if (bound := self.editor) is not None:
            self.fixes = _editor_field(bound).fixed(str(bound.value() or ""), key, self.aws_account)
            self._write(bound, self.fixes.text)

    def take_view(self, asked: Mapping[str, str]) -> None:
        """Which view of the editor is shown; what the one before has in fields of its own is put into the text."""
        shown = self.data.get(SHOWN, "")
        self.view = self.data.get(VIEW) or shown or asked.get(VIEW, "")
        if shown and (bound := self.editor) is not None:
            self.received = _editor_field(bound).received(self, str(bound.value() or ""), shown)
            self.view = self.received.view or (shown if self.received.refused else self.view)
            self._write(bound, self.received.text)

    def opened(self, place: str, action: str) -> None:
        """To be called by the page with the editor: `place` and `action` are those of its drafts."""
        if (bound := self.editor) is not None:
            _editor_field(bound).opened(self, place, action)

    def keep(self) -> None:
        """Saves what was typed as a draft."""
        self.hold()
        if (bound := self.editor) is not None:
            _editor_field(bound).keep(self)

    def was_staged(self) -> None:
        """What was typed is sent: the draft ends."""
        if (bound := self.editor) is not None:
            _editor_field(bound).staged(self)

    def _write(self, bound: forms.BoundField, text: str) -> None:
        data = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, whose fields may have several values
        data[bound.html_name] = text
        self.data = data

    @property
    def editor(self) -> forms.BoundField | None:
        """The field that has the editor, if there is one."""
        for name, field in self.fields.items():
            if isinstance(field, EditorField):
                return field.get_bound_field(self, name)
        return None


class ActionForm(EditorForm, StageForm):
    """What an operator says for one action. Derive from it; fields come before the title and the reason."""

    heading: str = ""  # of the page; {names} stands for what it is about: "Rename {names}"
    about: str = ""  # a sentence below the heading
    ways: ClassVar[Sequence[tuple[str, str]]] = ()  # actions of the AWS account that come to the same: name and label
    ways_label: ClassVar[str] = ""
    button: ClassVar[str] = "Stage the change"
    remark: ClassVar[str] = ""  # below the editor, if it has one
    template: ClassVar[str] = "objects/stage/action.html"  # or one that extends it
    part_field: ClassVar[str] = ""  # names what of the object the editor's text is of, where there are several
    cannot: str = ""  # a sentence why nothing can be staged just now; the page has that and no fields

    def __init__(
        self,
        aws_account: AwsAccount,
        targets: Sequence[Any],
        operator: Operator,
        asked: Mapping[str, str] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """`targets`: the mirrored objects that it is about; none for an action in the place "account".

        `asked`: the address's parameters, which fill in fields of the same name.
        """
        super().__init__(*args, **kwargs)
        if asked:
            self.initial = {**self.initial, **{name: asked[name] for name in asked if name in self.fields}}
        self.aws_account, self.targets, self.operator = aws_account, targets, operator
        for name, field in self.fields.items():
            if isinstance(field, UntilField):
                field.help_text += f" Time zone: {timezone.get_current_timezone_name()}."
            if isinstance(field, NamedField):
                field.of(aws_account)
                field.widget.attrs |= {"list": f"id_{name}_list", "autocomplete": "off"}
        self.order_fields([name for name in self.fields if name not in ("title", "reason")])
        self.take_view(asked or {})

    @property
    def target(self) -> Any:
        """The one that it is about."""
        return self.targets[0]

    @property
    def own_fields(self) -> list[Any]:
        editor = self.editor
        beside = {getattr(field, "beside", "") for field in self.fields.values()}  # they come with another field
        left_out = {"title", "reason", editor and editor.name, *beside, *self.seldom()}
        return [bound for bound in self.visible_fields() if bound.name not in left_out]

    def seldom(self) -> list[str]:
        """Fields that few need: they are folded away."""
        return []

    @property
    def folded_fields(self) -> list[Any]:
        return [self[name] for name in self.seldom()]

    @property
    def unfolds(self) -> bool:
        """Something is said there, or something is wrong with it."""
        return any(bound.errors or bound.value() for bound in self.folded_fields)

    def resume(self, base: str) -> None:
        """A draft is put into the form, which began with `base` (policies.actions.document_edit)."""

    @property
    def part(self) -> str:
        """What of the object the page was opened for, such as the name of an inline policy."""
        return str(self.initial.get(self.part_field) or "") if self.part_field else ""


def _editor_field(bound: forms.BoundField) -> EditorField:
    assert isinstance(bound.field, EditorField)  # noqa: S101  `EditorForm.editor` finds no other
    return bound.field


@dataclass(frozen=True)
class ObjectAction:
    """`name` is the last part of its address. `listed`: the menu of the object's page, or the list, has it."""

    name: str
    label: str  # in the menu: "Rename…"
    form: type[ActionForm]
    icon: str = "git-pull-request-arrow"
    danger: bool = False
    listed: bool = True
    on: str = ""  # of an action in the place "account": the URL name of the list that has its button
    many: bool = False  # also for several objects at once
    across: bool = True  # then also of several AWS accounts, by one change; not what takes or shows a secret
    offered: Callable[[Any], bool] = lambda target: True  # of an object that is there
    position: int = 50
    message: Callable[[Any], str] | None = None  # of one on a person: the message that goes out, or that none does
    needs: str = ""  # a permission that it takes beside the one to stage anything with such an object

    def is_for(self, operator: Operator, aws_account: AwsAccount) -> bool:
        return not self.needs or may(operator, self.needs, aws_account)


_actions: defaultdict[str, dict[str, ObjectAction]] = defaultdict(dict)


def register(place: str, *actions: ObjectAction) -> None:
    for action in actions:
        if action.name in _actions[place]:
            raise ValueError(f"There is an action {action.name} of {place} already.")
        _actions[place][action.name] = action


def places() -> list[str]:
    return sorted(_actions)


def actions_at(place: str) -> list[ObjectAction]:
    return sorted(_actions[place].values(), key=lambda action: action.position)


def offered(place: str, target: Any) -> list[ObjectAction]:
    """What the menu of the object's page lists."""
    return [action for action in actions_at(place) if action.listed and action.offered(target)]


def offered_on(url_name: str) -> list[ObjectAction]:
    """The buttons of a list."""
    return [action for action in actions_at(ACCOUNT) if action.listed and action.on == url_name]


def find(place: str, name: str) -> ObjectAction | None:
    return _actions[place].get(name)
