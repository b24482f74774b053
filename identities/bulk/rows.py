"""What each line of a table of users comes to: steps, or a sentence why it can't be done."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount
from aws_constraints.arn import is_managed_by_aws, name_of
from identities.bulk.csv_text import CsvLine, TableError
from identities.models import AccessKey, Credential, IamGroup, IamUser
from identities.operations import add_member, attach, create_user, tag
from identities.operations.credentials.of_user import on_user
from policies.selectors import attachable
from sync import operations
from sync.changes.plan import MOST_STEPS, extend, limits_of_step, prefetch
from sync.operations import BadParams, Refusal, StepSpec
from sync.plan_draft import Draft

NEW, THERE = "new", "there"
COLUMNS = {
    NEW: ("name", "path", "boundary", "groups", "policies", "tags", "access_key", "console_password"),
    THERE: ("name", "groups", "policies", "tags", "access_key", "console_password", "deactivate_keys"),
}
TAG_COLUMN = "tag:"
_SEVERAL = re.compile(r"[;|\n]")
_PATH = re.compile(r"[!-~]{0,510}")  # IAM API Reference, CreateUser: with the / at both ends
_NO = ("", "no", "false", "0")
_YES = ("yes", "true")
_ALL = (*_YES, "all")
_LATER = "sealed:later"  # in the place of a password's reference: one is thought up when the table is staged


@dataclass(frozen=True)
class BulkRow:
    """A line as its preview shows it. `problem`: a sentence; then it has no steps."""

    line: int
    name: str
    steps: tuple[StepSpec, ...] = ()
    does: tuple[str, ...] = ()
    problem: str = ""


class RowError(Exception):
    """The text is the sentence."""


@dataclass
class NamedRows:
    """What the table may name, looked up at once: by ARN, and by name in any case."""

    users: dict[str, list[Any]] = field(default_factory=dict)
    groups: dict[str, list[Any]] = field(default_factory=dict)
    policies: dict[str, list[Any]] = field(default_factory=dict)
    keys: dict[int, list[AccessKey]] = field(default_factory=dict)


def rows_of(aws_account: AwsAccount, what: str, lines: Sequence[CsvLine]) -> list[BulkRow]:
    """`what`: NEW or THERE. Raises TableError."""
    named = _looked_up(aws_account, what, lines)
    seen: dict[str, int] = {}
    rows = [_row(aws_account, what, line, named, seen) for line in lines]
    if (steps := sum(len(row.steps) for row in rows)) > MOST_STEPS:
        words = (
            f"The table comes to {steps:,} steps, one for each tag, group and policy: at most {MOST_STEPS:,} go into"
        )
        raise TableError(f"{words} one change. Make several of it.")
    return tried(aws_account, rows)


def steps_of(rows: Iterable[BulkRow], password: Callable[[], str]) -> list[StepSpec]:
    """`password` thinks one up, and gives the reference of the sealed text."""
    steps = [step for row in rows for step in row.steps]
    return [
        replace(step, params={**step.params, "password": password()}) if "password" in step.params else step
        for step in steps
    ]


def _looked_up(aws_account: AwsAccount, what: str, lines: Sequence[CsvLine]) -> NamedRows:
    named = NamedRows(policies=_by_name(attachable(aws_account)), groups=_by_name(_live(IamGroup, aws_account)))
    if what == NEW:
        return named
    said = {line.cells.get("name", "") for line in lines}
    keys = {text.casefold() for text in said if not text.startswith("arn:")}
    users = _live(IamUser, aws_account)
    named.users = _by_name([*users.filter(name_key__in=keys), *users.filter(arn__in=said)])
    if any(line.cells.get("deactivate_keys") for line in lines):
        held: defaultdict[int, list[AccessKey]] = defaultdict(list)
        active = AccessKey.objects.live().filter(user__aws_account=aws_account, status=Credential.Status.ACTIVE)
        for key in active.order_by("pk"):
            held[key.user_id].append(key)
        named.keys = dict(held)
    return named


def _live(model: Any, aws_account: AwsAccount) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.live().filter(aws_account=aws_account)
    return rows


def _by_name(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        for key in {row.arn, row.name.casefold()}:
            if row not in found.setdefault(key, []):
                found[key].append(row)
    return found


def _one(of: dict[str, list[Any]], what: str, said: str) -> Any:
    found = of.get(said) or of.get(said.casefold()) or []
    if len(found) > 1:
        raise RowError(f"Two policies are called {said}: give the ARN.")
    if not found:
        raise RowError(f"The mirror has no {what} “{said[:80]}”.")
    return found[0]


def _row(aws_account: AwsAccount, what: str, line: CsvLine, named: NamedRows, seen: dict[str, int]) -> BulkRow:
    said = line.cells.get("name", "")
    row = BulkRow(line.number, said)
    try:
        if line.problem:
            raise RowError(line.problem)
        if not said:
            raise RowError("It has no name.")
        user, first = _user(aws_account, what, line, named)
        key = name_of(user.arn).casefold()
        if key in seen:
            raise RowError(f"{said} is in line {seen[key]} already.")
        seen[key] = line.number
        steps = (*first, *_given(line, user, named))
        if not steps:
            raise RowError("It says nothing to do.")
        return replace(row, steps=steps)
    except RowError as problem:
        return replace(row, problem=str(problem))


def _user(aws_account: AwsAccount, what: str, line: CsvLine, named: NamedRows) -> tuple[IamUser, Sequence[StepSpec]]:
    said = line.cells["name"]
    if what == THERE:
        return _one(named.users, "user", said), ()
    path = line.cells.get("path", "").strip("/")
    if not _PATH.fullmatch(path):
        raise RowError("A path has at most 512 characters: letters, digits and signs of ASCII, no blanks.")
    boundary = _policy(named, line.cells.get("boundary", ""))
    spec = create_user(aws_account, said, f"/{path}/" if path else "/", boundary)
    return IamUser(aws_account=aws_account, arn=spec.params["arn"], name=said), (spec,)


def _given(line: CsvLine, user: IamUser, named: NamedRows) -> Iterator[StepSpec]:
    for group in several(line.cells.get("groups", "")):
        yield add_member(user, _one(named.groups, "group", group))
    for policy in several(line.cells.get("policies", "")):
        yield attach(user, _policy(named, policy))
    for key, value in _tags(line):
        yield tag(user, key, value)
    if _asks(line, "access_key"):
        yield on_user(user, "iam.key.create")
    if _asks(line, "console_password"):
        yield on_user(user, "iam.login.create", password=_LATER, made_up=True)
    for access_key in _keys(line.cells.get("deactivate_keys", ""), named.keys.get(user.pk, [])):
        yield on_user(user, "iam.key.deactivate", key=access_key.aws_id)


def _policy(named: NamedRows, said: str) -> str:
    if not said or is_managed_by_aws(said):
        return said
    return str(_one(named.policies, "policy", said).arn)


def several(said: str) -> list[str]:
    """What a cell holds, separated by semicolons."""
    return [part.strip() for part in _SEVERAL.split(said) if part.strip()]


def _tags(line: CsvLine) -> Iterator[tuple[str, str]]:
    for said in several(line.cells.get("tags", "")):
        key, equals, value = said.partition("=")
        if not equals:
            raise RowError(f"“{said[:80]}” is no tag: write key=value, several separated by semicolons.")
        yield key.strip(), value.strip()
    for column, value in line.cells.items():
        if column.startswith(TAG_COLUMN) and value:
            yield column.removeprefix(TAG_COLUMN).strip(), value


def _asks(line: CsvLine, column: str) -> bool:
    said = line.cells.get(column, "").casefold()
    if said not in (*_NO, *_YES):
        raise RowError(f"“{said[:80]}”: write yes or no in the column {column}.")
    return said in _YES


def _keys(said: str, active: Sequence[AccessKey]) -> Sequence[AccessKey]:
    if said.casefold() in _NO:
        return []
    if said.casefold() in _ALL:
        found = list(active)
    elif said.isdecimal() and said.isascii() and len(said) < 5:
        found = [key for key in active if key.is_idle(int(said))]
    else:
        wanted = set(several(said))
        found = [key for key in active if key.aws_id in wanted]
        if len(found) < len(wanted) or not wanted:
            words = "write yes for all active keys, a number of days without use, or the id of an active key."
            raise RowError(f"“{said[:80]}”: {words}")
    if not found:
        raise RowError("There is no active key for which that holds.")
    return found


# ---- Tried on the mirror: each line by itself, since no two are about the same user -----------------------------
def tried(aws_account: AwsAccount, rows: Sequence[BulkRow]) -> list[BulkRow]:
    """With what each does, or why it can't be done, by the mirror."""
    remembered: dict[Hashable, Any] = {}
    parsed: list[tuple[Any, Any]] = []
    for row in rows:
        for step in row.steps:
            operation = operations.registry[step.kind]
            try:
                parsed.append((operation, operation.parse(step.params)))
            except BadParams:
                continue  # its row says so below
    prefetch(Draft(aws_account, remembered), parsed)
    return [_try(row, Draft(aws_account, remembered)) for row in rows]


def _try(row: BulkRow, draft: Draft) -> BulkRow:
    does = []
    try:
        for spec in row.steps:
            operation = operations.registry[spec.kind]
            params = operation.parse(spec.params)
            value = draft.expects(operation.part(params), operation.mirrored(draft, params))
            title = operation.title(params)
            limits = limits_of_step(draft, operation, params, value)
            if errors := [found.message for found in limits if found.severity == "error"]:
                return replace(row, steps=(), problem=" ".join(errors))
            extend(draft, operation, params)
            does.append(title)
    except (BadParams, Refusal) as refusal:
        return replace(row, steps=(), problem=str(refusal))
    return replace(row, does=tuple(does))
