"""A person moves: groups and assignments that go and come, as one change whose plan has the difference in access."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.models import Operator
from directory.models import DirectoryUser
from guides.models import TaskRun
from guides.people.memberships import PersonMovesForm, UserMovesForm, groups_said, is_so, is_staged
from guides.people.whom import WhomForm, name_of, note_look, page_of, whom
from guides.runs.stepped import SteppedTask
from guides.runs.steps import StepForm, StepFound, TaskStep, done, to_do, unknown
from iamconsole.web.words import duration

_GONE = "They are gone from AWS: nobody moves any more. Close the task."


class MoveStep(TaskStep):
    name = "memberships"
    title = "What goes, and what comes"
    form_class = StepForm
    button = "Stage the move"

    def look(self, run: TaskRun) -> StepFound:
        row = whom(run)
        if row is None:
            return unknown(_GONE)
        now = f"They are in {groups_said(row)}."
        if not is_staged(run):
            return to_do(f"{now} The plan says what access they lose and gain, before anything is sent.")
        if is_so(run, row):
            return done(now, page_of(run), "Their page")
        return to_do(f"{now} That isn’t yet what was staged.")

    def form(self, run: TaskRun, operator: Operator, data: Mapping[str, Any] | None = None) -> StepForm | None:
        row, more = whom(run), {"auto_id": f"id_{self.name}_%s"}
        if row is None:
            return None
        if isinstance(row, DirectoryUser):
            return PersonMovesForm(row, run, operator, data, **more)
        return UserMovesForm(row, run, operator, data, **more)


class OldSessionsStep(TaskStep):
    """Of a person of Identity Center: sessions of permission sets that they lost go on until they end."""

    name = "sessions"
    title = "Sessions of before have ended"
    after = ("memberships",)

    def look(self, run: TaskRun) -> StepFound:
        longest = duration(43_200)
        words = f"What they were signed in to before goes on until it ends, {longest} at most. AWS tells nobody when."
        return unknown(f"{words} If it has to end now, contain them.", page_of(run), "Their page")


def _steps(run: TaskRun) -> list[TaskStep]:
    loses = run.answers.get("slug") != "user"
    return [MoveStep(), *([OldSessionsStep()] if loses else [])]


MOVES = SteppedTask(
    "person_moves",
    "A person moves",
    "Groups and assignments that go and come, with the difference in access before anything is sent.",
    "user-round-cog",
    "begin_person_moves",
    words="transfer change team department promoted job",
    position=30,
    begins=WhomForm,
    steps=_steps,
    called=lambda run, operator: f"{name_of(run, operator)} moves",
    told=note_look,
)
