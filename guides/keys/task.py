"""From an access key to a role, as a task of steps."""

from __future__ import annotations

from accounts.models import Operator
from guides.keys.begin import KeyToReplaceForm
from guides.keys.steps import steps_in
from guides.models import TaskRun
from guides.runs.stepped import SteppedTask


def called(run: TaskRun, operator: Operator) -> str:
    return f"A role in place of {run.answers.get('key', '')} of {run.answers.get('name', '')}"


KEYS_TO_ROLES = SteppedTask(
    "key_to_role",
    "From an access key to a role",
    "Who uses the key, a role in its place with the same permissions or fewer, and the end of the key.",
    "key-round",
    "begin_key_to_role",
    words="keys credentials rotate replace temporary oidc roles anywhere identity center long-lived",
    position=65,
    begins=KeyToReplaceForm,
    steps=steps_in,
    called=called,
)
