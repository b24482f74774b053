"""What is wrong with permission sets and their assignments. Those that nobody uses: unused_finding_source.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import AwsAccount
from directory.instances import holder_of
from directory.models import AccountAssignment, DirectoryGroup, DirectoryUser, PermissionSet, PrincipalType
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import FindingSource, Found, stamp_of, stamp_of_code
from iamconsole.web.words import counted, duration, some
from policies.engine.document import load

ADMIN_DIRECTLY, LONG_SESSION, WILDCARD = "directory.admin_directly", "directory.long_session", "directory.wildcard"
NOT_PROVISIONED, TO_DELETED = "directory.not_provisioned", "directory.assigned_to_deleted"
LONGEST_S = 28_800  # 8 hours: a working day
_ADMINISTRATOR = ":policy/AdministratorAccess"
_ALL_BUT = "all actions but some"


class DirectorySource(FindingSource):
    """A scope is a permission set. Where several AWS accounts mirror an instance, one of them has its findings."""

    name = "directory"
    title = "Identity Center"
    rules: Mapping[str, Rule] = rules_of(
        Rule(
            ADMIN_DIRECTLY,
            "A permission set that allows everything, assigned to a person and not to a group.",
            title="Everything, assigned to a person",
            why="Who leaves a team keeps what was given to them directly. Who is in a group is seen there.",
            mend="Assign the set to a group, put the person into it, and delete the direct assignment.",
            one="permission set gives everything to a person directly",
            many="permission sets give everything to a person directly",
        ),
        Rule(
            LONG_SESSION,
            "A permission set whose sessions last longer than 8 hours.",
            title="Long sessions",
            why="Who is disabled keeps sessions that have begun until they end.",
            mend="Set the session of the permission set to 8 hours or less.",
            one="permission set has long sessions",
            many="permission sets have long sessions",
        ),
        Rule(
            WILDCARD,
            "A permission set whose inline policy allows all actions, or all of a service, on all resources.",
            title="Broad permission set",
            why="It allows what nobody listed, in each AWS account where it is assigned.",
            mend="Name the actions and resources in its inline policy.",
            one="permission set is broad",
            many="permission sets are broad",
        ),
        Rule(
            NOT_PROVISIONED,
            "A permission set that was edited, and whose roles don’t have it yet.",
            title="Edited and not provisioned",
            why="What the set says is not what its people may do.",
            mend="Provision it in the AWS accounts that the finding names, or take the edit back.",
            one="permission set isn’t provisioned",
            many="permission sets aren’t provisioned",
        ),
        Rule(
            TO_DELETED,
            "An assignment of a permission set to a user or group that AWS no longer has.",
            title="Assigned to somebody who was deleted",
            why="Nobody has access by it, and whoever counts assignments counts it.",
            mend="Delete the assignment.",
            one="permission set is assigned to somebody who was deleted",
            many="permission sets are assigned to somebody who was deleted",
        ),
    )

    def scopes(self, aws_account: AwsAccount) -> Mapping[str, str]:
        code, assigned = stamp_of_code("directory"), _assignments(aws_account)
        arns = _sets(aws_account).order_by().values_list("instance_arn", flat=True).distinct()
        held = {arn for arn in arns if holder_of(arn) in (aws_account, None)}
        return {
            row.aws_id: stamp_of(
                code, row.name, row.managed, row.session_s, row.outdated, row.inline_id, assigned[row.aws_id].stamp
            )
            for row in _sets(aws_account)
            if row.instance_arn in held
        }

    def look(self, aws_account: AwsAccount, scopes: Collection[str]) -> Mapping[str, Sequence[Found]]:
        assigned = _assignments(aws_account)
        rows = _sets(aws_account).filter(aws_id__in=scopes).select_related("inline")
        return {row.aws_id: list(_found(row, assigned[row.aws_id])) for row in rows}


@dataclass
class _Assigned:
    """Of a permission set: the AWS accounts in which a person has it directly, and somebody deleted has it."""

    directly: list[tuple[str, str]]  # the AWS account, and the id of the person
    deleted: list[tuple[str, str]]

    @property
    def stamp(self) -> str:
        return stamp_of(sorted(self.directly), sorted(self.deleted))


def _sets(aws_account: AwsAccount) -> QuerySet[PermissionSet]:
    rows: QuerySet[PermissionSet] = PermissionSet.objects.live().filter(aws_account=aws_account)
    return rows.order_by("aws_id")


def _assignments(aws_account: AwsAccount) -> Mapping[str, _Assigned]:
    """By set. Deleted is who has a tombstone: of whom the mirror never had, nothing is known."""
    rows = AccountAssignment.objects.live().filter(aws_account=aws_account)
    deleted = _deleted(aws_account)
    found: defaultdict[str, _Assigned] = defaultdict(lambda: _Assigned([], []))
    for set_id, target_id, kind, principal_id in rows.values_list(
        "set_id", "target_id", "principal_type", "principal_id"
    ):
        if principal_id in deleted:
            found[set_id].deleted.append((target_id, principal_id))
        elif kind == PrincipalType.USER:
            found[set_id].directly.append((target_id, principal_id))
    return found


def _deleted(aws_account: AwsAccount) -> set[str]:
    """The ids of users and groups."""
    models: tuple[type[DirectoryUser | DirectoryGroup], ...] = (DirectoryUser, DirectoryGroup)
    rows = (model.objects.filter(aws_account=aws_account, gone_at__isnull=False) for model in models)
    return {principal_id for each in rows for principal_id in each.values_list("aws_id", flat=True)}


def to_deleted(assignments: QuerySet[AccountAssignment]) -> QuerySet[AccountAssignment]:
    """Those of the assignments of a permission set whose user or group was deleted."""
    first = assignments.first()
    return assignments.filter(principal_id__in=_deleted(first.aws_account) if first else ())


def _found(row: PermissionSet, assigned: _Assigned) -> Iterator[Found]:
    about = (PermissionSet.kind, row.aws_id, row.name)
    broad = sorted(_broad_actions(row.inline.text)) if row.inline else []
    if assigned.directly and allows_everything(row):
        people, where = {each for _, each in assigned.directly}, sorted({each for each, _ in assigned.directly})
        sentence = (
            f"{row.name} allows everything, and {counted(len(people), 'person has', 'people have')} it directly, in "
            f"{some(where)}: give it to a group, of which it is seen who is in it."
        )
        yield Found(ADMIN_DIRECTLY, FindingSeverity.HIGH, *about, sentence, [*map("/".join, sorted(assigned.directly))])
    if row.session_s > LONGEST_S:
        sentence = f"Sessions of {row.name} last {duration(row.session_s)}: who is disabled keeps theirs for so long."
        yield Found(LONG_SESSION, FindingSeverity.MEDIUM, *about, sentence, [str(row.session_s)])
    if broad:
        severity = FindingSeverity.HIGH if "*" in broad else FindingSeverity.MEDIUM
        sentence = f"The inline policy of {row.name} allows {some(broad)} on all resources."
        yield Found(WILDCARD, severity, *about, sentence, broad)
    if row.outdated:
        sentence = (
            f"{row.name} was edited, and its roles in {some(row.outdated)} don’t have it: provision it there, or take "
            "the edit back."
        )
        yield Found(NOT_PROVISIONED, FindingSeverity.MEDIUM, *about, sentence, row.outdated)
    if assigned.deleted:
        where = sorted({each for each, _ in assigned.deleted})
        sentence = f"{row.name} is still assigned in {some(where)} to a user or group that AWS has deleted."
        yield Found(TO_DELETED, FindingSeverity.LOW, *about, sentence, [*map("/".join, sorted(assigned.deleted))])


def allows_everything(row: PermissionSet) -> bool:
    """By AWS's policy for that, or its own."""
    if any(arn.endswith(_ADMINISTRATOR) for arn in row.managed):
        return True
    return row.inline is not None and "*" in _broad_actions(row.inline.text)


def _broad_actions(text: str) -> set[str]:
    """ "*", "s3:*", and all that NotAction leaves, allowed on all resources without any condition."""
    document = load(text)
    found: set[str] = set()
    for statement in _as_list(document.get("Statement")) if document else ():
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow" or statement.get("Condition"):
            continue
        if "*" in _as_list(statement.get("Resource")):
            actions = (each for each in _as_list(statement.get("Action")) if isinstance(each, str))
            found |= {each for each in actions if each == "*" or each.endswith(":*")}
            found |= {_ALL_BUT} if "NotAction" in statement else set()
    return found


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
