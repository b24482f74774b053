"""Whom a task about a person is about: an IAM user, or a person of Identity Center."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.access import signed_in
from accounts.models import AwsAccount, Operator
from accounts.roles import SEE_IAM
from contain.subjects.base import AskedOf, Subject
from contain.subjects.iam import UserSubject
from contain.subjects.person import PersonSubject
from directory.actions.fields import PersonField
from directory.instances import held_instance
from directory.models import DirectoryUser
from directory.people import reading_log
from directory.people.names import A_PERSON, called, sees_people
from guides.models import TaskRun
from guides.runs.steps import AnswersForm
from iamconsole.web.once import once_a_page
from identities.forms import UserField
from identities.models import IamUser

USER, PERSON = UserSubject.slug, PersonSubject.slug
_SUBJECTS: Mapping[str, type[Subject]] = {USER: UserSubject, PERSON: PersonSubject}
_WHOM = "Say whom."
Whom = IamUser | DirectoryUser


class WhomForm(AnswersForm):
    """Either of the two. Fields are filled in by the address, too: `user` by a unique id."""

    user = UserField(label="IAM user", required=False)
    person = PersonField(label="Or a person of Identity Center", help_text="Their user name, e-mail address or id.")

    def __init__(self, aws_account: AwsAccount, operator: Operator, *args: Any, **kwargs: Any) -> None:
        super().__init__(aws_account, operator, *args, **kwargs)
        if held_instance(aws_account) is None or not sees_people(operator, aws_account):
            del self.fields["person"]
            self.fields["user"].required = True
            self.fields["user"].error_messages["required"] = _WHOM

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        given = [name for name in ("user", "person") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            both = "Say one of the two: an IAM user or a person of Identity Center. Each is a task of its own."
            self.add_error("user", both if given else _WHOM)
        return cleaned

    @property
    def whom(self) -> Whom:
        row: Whom = self.cleaned_data["user"] or self.cleaned_data["person"]
        return row

    def answers(self) -> dict[str, Any]:
        row = self.whom
        is_user = isinstance(row, IamUser)
        return {"slug": USER if is_user else PERSON, "id": row.aws_id, "name": row.name if is_user else ""}

    @property
    def about(self) -> str:
        return f"{self.whom.kind}:{self.whom.aws_id}"


@once_a_page
def whom(run: TaskRun) -> Whom | None:
    """None where they are gone by now."""
    model: Any = IamUser if run.answers.get("slug") == USER else DirectoryUser
    rows = model.objects.live().filter(aws_account=run.aws_account, aws_id=run.answers.get("id", ""))
    found: Whom | None = rows.select_related("aws_account").first()
    return found


def remember_whom(runs: Sequence[TaskRun]) -> list[Whom]:
    """While a page is made: whom each of these is about, in a query for users and one for people. Those there are."""
    found: dict[tuple[bool, int, str], Whom] = {}
    for is_user, model in ((True, IamUser), (False, DirectoryUser)):
        of_kind = [run for run in runs if (run.answers.get("slug") == USER) is is_user]
        if of_kind:
            manager: Any = model
            rows = manager.objects.live().filter(aws_account__in={run.aws_account_id for run in of_kind})
            for row in rows.filter(aws_id__in=[_id_of(run) for run in of_kind]).select_related("aws_account"):
                found[is_user, row.aws_account_id, row.aws_id] = row
    for run in runs:
        whom.remember(found.get((run.answers.get("slug") == USER, run.aws_account_id, _id_of(run))), run)
    return list(found.values())


def _id_of(run: TaskRun) -> str:
    return str(run.answers.get("id", ""))


def name_of(run: TaskRun, operator: Operator) -> str:
    """What the operator is told that they are called: of people of Identity Center only who may see them."""
    row = whom(run)
    if isinstance(row, IamUser):
        return row.name
    if isinstance(row, DirectoryUser) and sees_people(operator, run.aws_account):
        return called(row)
    return str(run.answers.get("name") or A_PERSON)


def note_look(request: HttpRequest, run: TaskRun) -> None:
    """Who is told the name of a person of Identity Center has looked at them: that is logged, once a while."""
    row = whom(run)
    if isinstance(row, DirectoryUser) and sees_people(signed_in(request), run.aws_account):
        reading_log.looked_at(request, row)


def page_of(run: TaskRun) -> str:
    """The address of their own page, whether they are there or not."""
    of = {"account_id": run.aws_account.account_id, "aws_id": run.answers.get("id", "")}
    return reverse(str(run.answers.get("slug")), kwargs=of)


def subject_of(row: Whom, operator: Operator) -> Subject:
    """As containing sees them: what can be cut, and what speaks against it."""
    seen = set(AwsAccount.objects.visible_to(operator, SEE_IAM).values_list("account_id", flat=True))
    now = timezone.now().replace(microsecond=0)
    slug = USER if isinstance(row, IamUser) else PERSON
    return _SUBJECTS[slug](row, AskedOf(operator, seen.__contains__, now))


def why_oneself(row: Whom, operator: Operator) -> str:
    """Why the operator doesn't see off themselves; "" where they are somebody else, as far as names tell."""
    email = operator.email.casefold()
    names = {row.name.casefold()} | ({row.email.casefold()} if isinstance(row, DirectoryUser) else set())
    is_named = email in names or (isinstance(row, IamUser) and row.name.casefold() == email.partition("@")[0])
    if not is_named:
        return ""
    return "By the name this is you. Somebody else has to see you off: who cuts off themselves can’t undo it."
