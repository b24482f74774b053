"""What each line of a table of people comes to: steps, or a sentence why it can't be done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cognito.models import CognitoGroup, CognitoUser, UserPool
from cognito.people import messages, schema
from cognito.people.guarded import guarded_attributes, prefetch_groups, why_guarded_person, why_not_for_helpdesk
from cognito.people.messages import NO_MESSAGE
from cognito.people.operations.attributes import as_params
from cognito.people.operations.base import PersonOperation, on_person
from cognito.people.operations.groups import AddToGroup
from cognito.people.operations.making import called_by, new_person
from cognito.people.person_record import allowed_by, people_settings_of
from cognito.people.selectors import as_aws_writes_it
from identities.bulk.csv_text import CsvLine
from identities.bulk.rows import BulkRow, RowError, several, tried
from sync.calls import concealed
from sync.operations import StepSpec, registry
from sync.placeholders import placeholder_for, resolved
from sync.plan_draft import Draft

NEW, THERE = "new", "there"
NAME, DO, GROUPS = "name", "do", "groups"
CUSTOM = "custom:"
Status = CognitoUser.Status
_DOES = {
    "enable": "cognito.user.enable",
    "disable": "cognito.user.disable",
    "confirm": "cognito.user.confirm",
    "sign-out": "cognito.user.sign_out",
    "reset-password": "cognito.user.reset_password",
    "invite-again": "cognito.user.resend_invite",
}


@dataclass(frozen=True)
class PeopleTableOptions:
    """What holds for all lines. `channel`: of invitations. `by_helpdesk`: by who may propose no more."""

    pool: UserPool
    what: str
    channel: str = ""
    by_helpdesk: bool = False

    @cached_property
    def goes_on(self) -> str:
        """Asked for once, and not by each line."""
        return messages.goes_on(self.pool)

    @cached_property
    def signed_out(self) -> str:
        return messages.signed_out(self.pool)

    @cached_property
    def draft(self) -> Draft:
        """What is guarded is looked up once."""
        return Draft(self.pool.aws_account)

    def check_may(self, attributes: Iterable[str], groups: Iterable[str]) -> None:
        """Raises RowError for what isn't for helpdesk: else the whole table would be refused, and for no line."""
        if not self.by_helpdesk:
            return
        if guarded := guarded_attributes(self.draft, self.pool.aws_id, attributes):
            raise RowError(f"{guarded[0]} isn’t for helpdesk: leave it empty, or ask an editor or an owner.")
        for name in groups:
            if why := why_not_for_helpdesk(self.draft, self.pool.arn, name):
                raise RowError(why)

    def check_may_with(self, person: CognitoUser, steps: Iterable[StepSpec]) -> None:
        """Raises RowError for what isn't for helpdesk with this person."""
        if not self.by_helpdesk or all(_only_takes(step) for step in steps):
            return
        if why := why_guarded_person(self.draft, person):
            raise RowError(f"{why} That isn’t for helpdesk.")


def columns(pool: UserPool, what: str) -> list[str]:
    own = [name for name in schema.settable(pool, new=what == NEW) if not name.startswith(CUSTOM)]
    names = [name for name in own if name != NAME]  # "name" is the column with whom the row is about
    return [NAME, *([DO] if what == THERE else []), GROUPS, *names]


def rows_of(asked: PeopleTableOptions, lines: Sequence[CsvLine]) -> list[BulkRow]:
    people = _people(asked, lines) if asked.what == THERE else {}
    prefetch_groups(asked.draft, {person.aws_id for found in people.values() for person in found})
    groups = set(CognitoGroup.objects.live().filter(pool=asked.pool).values_list("name", flat=True))
    kept = allowed_by(people_settings_of(asked.pool))
    seen: dict[str, int] = {}
    rows = [_row(asked, line, people, groups, kept, seen) for line in lines]
    looked_at = tried(asked.pool.aws_account, rows)
    return [_in_its_words(row, found) for row, found in zip(rows, looked_at, strict=True)]


def _in_its_words(row: BulkRow, found: BulkRow) -> BulkRow:
    """Whom a line names is told as it names them: a table is no way to learn who a `sub` is, or whose."""
    problem, does = found.problem, found.does
    for sub in {str(step.params["sub"]) for step in row.steps if step.params.get("sub")}:
        problem, does = problem.replace(sub, row.name), tuple(each.replace(sub, row.name) for each in does)
    return replace(found, problem=problem, does=does)


def steps_of(rows: Iterable[BulkRow]) -> list[StepSpec]:
    """A row's steps speak of each other by their positions in it."""
    found: list[StepSpec] = []
    for row in rows:
        moved = {place: placeholder_for(len(found) + place) for place in range(1, len(row.steps) + 1)}
        found += [StepSpec(step.kind, resolved(step.params, moved)) for step in row.steps]
    return found


def _people(asked: PeopleTableOptions, lines: Sequence[CsvLine]) -> dict[str, list[CognitoUser]]:
    """By `sub`, username, and what they sign in with; each as the table may write it."""
    typed = {line.cells.get(NAME, "") for line in lines}
    said = typed | set(map(as_aws_writes_it, typed))
    live = CognitoUser.objects.live().filter(pool=asked.pool).select_related("pool__aws_account")
    names = {text.casefold() for text in said}
    named = (row for row in live.filter(name_key__in=names) if row.name.casefold() in names)
    rows = [*live.filter(aws_id__in=said), *named]
    for attribute in asked.pool.username_attributes:
        rows += live.filter(**{f"attributes__{attribute}__in": [*said, *names]})
    found: dict[str, list[CognitoUser]] = {}
    for row in rows:
        # Nothing else that is kept of them: people choose other attributes themselves, and may choose another's name.
        addresses = {str(row.attributes.get(name, "")).casefold() for name in asked.pool.username_attributes}
        for key in {row.aws_id, row.name.casefold(), *addresses} - {""}:
            if row not in found.setdefault(key, []):
                found[key].append(row)
    return found


def _row(
    asked: PeopleTableOptions,
    line: CsvLine,
    people: dict[str, list[CognitoUser]],
    groups: set[str],
    kept: Sequence[str],
    seen: dict[str, int],
) -> BulkRow:
    said = line.cells.get(NAME, "")
    row = BulkRow(line.number, said)
    try:
        if line.problem:
            raise RowError(line.problem)
        if not said:
            raise RowError("It has no name: the column has the username, the e-mail address or the sub.")
        person = _one(said, people) if asked.what == THERE else None
        key = person.aws_id if person else said.casefold()
        if key in seen:
            raise RowError(f"{said} is in line {seen[key]} already.")
        seen[key] = line.number
        asked.check_may(_attributes(line), _groups(line, groups))
        found = tuple(_there(asked, line, person, groups, kept) if person else _new(asked, line, groups))
        if not found:
            raise RowError("It says nothing to do.")
        if person:
            asked.check_may_with(person, found)
        return replace(row, steps=found)
    except RowError as problem:
        return replace(row, problem=str(problem))


def _only_takes(step: StepSpec) -> bool:
    operation = registry[step.kind]
    return isinstance(operation, PersonOperation) and operation.only_takes


def _attributes(line: CsvLine) -> dict[str, str]:
    return {name: said for name, said in line.cells.items() if said and name not in (NAME, DO, GROUPS)}


def _groups(line: CsvLine, groups: set[str]) -> list[str]:
    named = several(line.cells.get(GROUPS, ""))
    if unknown := [name for name in named if name not in groups]:
        raise RowError(f"The pool has no group “{unknown[0][:80]}”.")
    return named


def _new(asked: PeopleTableOptions, line: CsvLine, groups: set[str]) -> Iterator[StepSpec]:
    pool, username = asked.pool, line.cells[NAME]
    attributes = _attributes(line)
    by = called_by(pool, username)
    if attributes.get(by, username) != username:
        raise RowError(f"The column {by} says something else than the name.")
    said = messages.invitation(pool, asked.channel)
    yield new_person(pool, username, attributes, channel=asked.channel, said=said, line=line.number)
    for group in _groups(line, groups):
        about = {"pool_arn": pool.arn, "sub": placeholder_for(1), "said": NO_MESSAGE, "group": group}
        yield StepSpec(AddToGroup.kind, about)


def _one(said: str, people: dict[str, list[CognitoUser]]) -> CognitoUser:
    found = people.get(said) or people.get(said.casefold()) or people.get(as_aws_writes_it(said).casefold()) or []
    if not found:
        raise RowError(f"The mirror has nobody called “{said[:80]}”: look for them in the list and ask AWS there.")
    if len(found) > 1:
        raise RowError(f"Several people are called “{said[:80]}”: give the sub.")
    return found[0]


def _there(
    asked: PeopleTableOptions, line: CsvLine, person: CognitoUser, groups: set[str], kept: Sequence[str]
) -> Iterator[StepSpec]:
    yield from _done(asked, line, person)
    if attributes := _attributes(line):
        waiting = sorted(messages.waiting_for_code(person.pool))
        compared = [name for name in kept if name not in waiting]
        tells = messages.of_attributes(person.pool, attributes)
        params = as_params(person.aws_id, attributes, compared, waiting)
        yield on_person(person, "cognito.user.attributes.set", tells, **params)
    for group in _groups(line, groups):
        yield on_person(person, AddToGroup.kind, NO_MESSAGE, group=group)


def _done(asked: PeopleTableOptions, line: CsvLine, person: CognitoUser) -> Iterator[StepSpec]:
    said = line.cells.get(DO, "").casefold()
    if not said:
        return
    kind = _DOES.get(said)
    if kind is None:
        raise RowError(f"“{said[:80]}” can’t be done: write one of {', '.join(_DOES)}.")
    if said == "reset-password":
        yield on_person(person, kind, messages.recovery(asked.pool, person))
    elif said == "invite-again":
        tells = messages.invitation(person.pool, messages.EMAIL)
        yield on_person(person, kind, tells, name=concealed(person.name), channel=messages.EMAIL)
    else:
        left = asked.goes_on if said == "disable" else asked.signed_out if said == "sign-out" else ""
        goes_on = f" {left}" if left else ""
        yield on_person(person, kind, f"{NO_MESSAGE}{goes_on}")
