"""The form of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from access.saved_tests.content import ALLOWED, DENIED, Meant, TestContent, found_by
from access.simulation.asking import refused
from access.simulation.directory import KINDS, Directory, UnknownPrincipalError
from access.simulation.question import SimulationQuestion
from sync.safeguards.services import LONGEST_NAME, Wanted

_FIELDS = {"principal": "principals", "action": "actions", "resource": "resources"}


def _lines(label: str, hint: str, *, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "autocapitalize": "off"})
    return forms.CharField(label=label, help_text=hint, required=required, widget=widget, max_length=100_000)


_BY_NAME = "Such as role/deploy, user/anna or group/guests, in each AWS account. One a line."
_HOW_NAMED = "write user/, role/ or group/ before the name. Where nobody is called so, nothing is allowed."

# IAM User Guide, "AWS JSON policy elements: Principal". Names of users and roles may have dots, too.
_SERVICES = (".amazonaws.com", ".amazonaws.com.cn")
_PROVIDERS = ("accounts.google.com", "graph.facebook.com", "www.amazon.com")


def _is_named(said: str) -> bool:
    """By kind and name; or somebody who is the same in each AWS account."""
    kind, slash, name = said.partition("/")
    is_same = said == "*" or said.startswith("arn:") or said.endswith(_SERVICES) or said in _PROVIDERS
    return is_same or bool(slash and name and kind in KINDS)


class SavedTestForm(forms.Form):
    """`before`: the content of the test that is changed: whom it names already is still meant by their ids.

    `directory`: None for a test of a label, which means users, roles and groups by their names.
    """

    name = forms.CharField(max_length=LONGEST_NAME, label="What the test says", help_text="A sentence, in your words.")
    expected = forms.ChoiceField(
        choices=[(DENIED, "Denied"), (ALLOWED, "Allowed")], widget=forms.RadioSelect, label="Expected of every answer"
    )
    principals = _lines("Principals", "Users, roles and groups by name or ARN. One a line.")
    actions = _lines("Actions", "Such as s3:Put* for all that it means. One a line.")
    resources = _lines("Resources", "ARNs, or patterns of ARNs. One a line. Empty: any.", required=False)
    context = _lines("Condition keys", "One a line, such as aws:SourceIp=198.51.100.7.", required=False)
    as_read = forms.BooleanField(
        required=False, label="Suppose that policies the console hasn’t read neither allow nor deny anything"
    )
    session = forms.CharField(required=False, widget=forms.HiddenInput, strip=True)
    resource_policy = forms.CharField(required=False, widget=forms.HiddenInput, strip=True)
    is_blocking = forms.BooleanField(
        required=False, label="Block plans that break it", help_text="Also those after which its answer isn’t known."
    )
    reason = forms.CharField(required=False, max_length=2_000, label="Reason", help_text="Kept with this version.")

    def __init__(
        self,
        *args: Any,
        directory: Directory | None,
        may_block: bool,
        before: TestContent | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._directory, self._before = directory, before
        if directory is None:
            self.fields["principals"].help_text = _BY_NAME
        if not may_block:
            self.fields["is_blocking"].disabled = True
            self.fields["is_blocking"].help_text = "Only owners make tests that block plans."

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        question = question_of(cleaned)
        for field, sentence in [*refused(question), *self._nobody(question)]:
            self.add_error(_FIELDS.get(field, field), sentence)
        if not self.errors:
            known = self._known()
            cleaned["content"] = TestContent.of(question, cleaned["expected"], self._directory, known)
        return cleaned

    def _nobody(self, question: SimulationQuestion) -> Iterator[tuple[str, str]]:
        if self._directory is None:
            yield from (("principal", f"{said!r}: {_HOW_NAMED}") for said in question.principals if not _is_named(said))
            return
        known = self._known()
        for said in question.principals:
            try:
                if said not in known:
                    self._directory.find(said)
            except UnknownPrincipalError as problem:
                yield "principal", str(problem)

    def _known(self) -> Mapping[str, Meant]:
        return {} if self._before is None or self._directory is None else gone_of(self._before, self._directory)

    @property
    def wanted(self) -> Wanted:
        """Of a valid form."""
        said = self.cleaned_data
        return Wanted(said["name"], said["content"].as_json(), said["is_blocking"], said["reason"])


def gone_of(content: TestContent, directory: Directory) -> Mapping[str, Meant]:
    """Those who are gone from AWS, by what the form says for them: they stay what the test means."""
    gone = [each for each in (*content.principals, *content.resources) if each.id and not directory.by_id(each.id)]
    return {name: each for each in gone for name in (each.id, each.said) if name.startswith("arn:") or name == each.id}


def question_of(said: Mapping[str, Any]) -> SimulationQuestion:
    pairs = [(name, said[field]) for name, field in _FIELDS.items()]
    pairs += [("context", line) for line in said["context"].splitlines() if line.strip()]
    pairs += [(name, said[name]) for name in ("session", "resource_policy") if said[name]]
    pairs += [("unread", "says-nothing")] if said["as_read"] else []
    pairs += [("without", line.strip()) for line in said["context"].splitlines() if line.strip() and "=" not in line]
    return SimulationQuestion.read(pairs)


def initial_of(question: SimulationQuestion) -> dict[str, Any]:
    context = [f"{key}={value}" for key, values in question.context.items() for value in values]
    context += [key for key, values in question.context.items() if not values]
    return {
        "principals": "\n".join(question.principals),
        "actions": "\n".join(question.actions),
        "resources": "\n".join(question.resources),
        "context": "\n".join(context),
        "session": question.session,
        "resource_policy": question.of_resource,
        "as_read": question.as_read,
    }


def initial_of_content(content: TestContent, directory: Directory | None) -> dict[str, Any]:
    """With what they are called now."""
    shown = initial_of(content.question())
    named = (named_now(each, directory) for each in content.principals)
    arns = (arn_now(each, directory) for each in content.resources)
    return {
        **shown,
        "principals": "\n".join(named),
        "resources": "\n".join(arns),
        "expected": content.expected,
    }


def arn_now(meant: Meant, directory: Directory | None) -> str:
    found = found_by(meant, directory)
    return found.arn if found else meant.said


def named_now(meant: Meant, directory: Directory | None) -> str:
    found = found_by(meant, directory)
    if found is None:
        return meant.id or meant.said
    kind, _, path = found.arn.split(":", 5)[5].partition("/")
    return f"{kind}/{path.rpartition('/')[2]}"
