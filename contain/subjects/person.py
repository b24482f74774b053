"""People of Identity Center. No API ends their sessions: they are denied by the id of the person, in the permission
sets, or in a service control policy that was prepared for it.

IAM Identity Center User Guide, "Revoke active IAM role sessions created by permission sets": a deny with the condition
key identitystore:UserId.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from django.urls import reverse

from contain.pieces import Piece, SubjectFact, Uncut
from contain.subjects.base import LEFT_BEHIND, PROPAGATION, Subject
from directory import selectors
from directory.kinds import PERSON
from directory.models import DirectoryGroup, DirectoryMembership, DirectoryUser, PermissionSet
from directory.operations.assignments import withdraw
from directory.operations.edits import edited
from directory.operations.memberships import remove_member
from directory.operations.sets_base import region_of_store
from directory.people.names import called, sees_people
from directory.selectors import Entry
from iamconsole.web.words import counted, duration
from policies.models import OrgPolicy
from policies.organizations.operations.documents import update_control_policy
from sync.operations import Refusal, StepSpec

USER_ID = "identitystore:UserId"
_SID = "IAMConsoleContain"


class PersonSubject(Subject):
    slug, icon, noun = PERSON.name, "user-round", "Person of Identity Center"
    row: DirectoryUser

    @property
    def name(self) -> str:
        return called(self.row) if sees_people(self.asked.operator, self.aws_account) else str(self.row.aws_id)

    @property
    def stored_name(self) -> str:
        return ""

    @property
    def url(self) -> str:
        return reverse(self.slug, kwargs={"account_id": self.aws_account.account_id, "aws_id": self.row.aws_id})

    @cached_property
    def groups(self) -> Sequence[DirectoryGroup]:
        return selectors.groups_of(self.row)

    @cached_property
    def entries(self) -> Sequence[Entry]:
        return selectors.entries_of(self.aws_account, self.row.aws_id, self.groups)

    @cached_property
    def sets(self) -> Sequence[PermissionSet]:
        """Of their ways in, each once."""
        found = {entry.permission_set.pk: entry.permission_set for entry in self.entries if entry.permission_set}
        return sorted(found.values(), key=lambda chosen: chosen.name_key)

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        return [*self._prepared(), *self._denials(), *self._assignments(), *self._memberships()]

    def _prepared(self) -> Iterator[Piece]:
        """A service control policy that denies everything to people by their ids, which somebody prepared for this."""
        rows = OrgPolicy.objects.live().filter(aws_account=self.aws_account, type=OrgPolicy.Type.SCP, is_aws=False)
        for policy in rows.filter(targets__gone_at=None).distinct().select_related("document").order_by("name_key"):
            text = with_person(policy.document.text, self.row.aws_id)
            if text is not None:
                yield Piece(
                    f"scp:{policy.aws_id}",
                    f"Add them to the service control policy {policy.name}",
                    "It was prepared: it denies everything to those whom it names, in all sessions, at once. It "
                    "doesn’t reach the management account.",
                    (update_control_policy(policy, text),),
                )

    def _denials(self) -> Iterator[Piece]:
        for chosen in self.sets:
            if chosen.inline and names_person(chosen.inline.text, self.row.aws_id):
                continue  # it does so already
            where = counted(len(chosen.accounts), "AWS account")
            yield _piece(
                f"set:{chosen.aws_id}",
                f"Deny them everything in the permission set {chosen.name}",
                f"By the id of the person, so nobody else is hit; provisioned in {where}. Their sessions of it, which "
                f"last {duration(chosen.session_s)} at most, are cut when AWS has done it: within minutes.",
                lambda chosen=chosen: edited(chosen, ("sso.set.inline.put", {"document": self._denying(chosen)})),
            )

    def _denying(self, chosen: PermissionSet) -> str:
        text = chosen.inline.text if chosen.inline else '{"Version": "2012-10-17", "Statement": []}'
        known = with_person(text, self.row.aws_id)
        return known if known is not None else _with_statement(text, self.row.aws_id)

    def _assignments(self) -> Iterator[Piece]:
        for entry in self.entries:
            if entry.through is None:
                row = entry.assignment
                where = f"{entry.account_name} ({row.target_id})" if entry.account_name else row.target_id
                yield _piece(
                    f"assignment:{row.aws_id}",
                    f"Take {row.name} in {where} away from them",
                    "No new sessions by it.",
                    lambda row=row: withdraw(row),
                )

    def _memberships(self) -> Iterator[Piece]:
        rows = DirectoryMembership.objects.live().filter(aws_account=self.aws_account, user_id=self.row.aws_id)
        by_group = {row.group_id: row for row in rows}
        for group in self.groups:
            refused = f"The group comes from {group.issuer}: remove them there." if group.issuer else ""
            yield _piece(
                f"group:{group.aws_id}",
                f"Remove them from the group {group.name}",
                "No new sessions by what the group has.",
                lambda group=group: [remove_member(by_group[group.aws_id], region_of_store(group))],
                refused=refused,
            )

    def uncut(self) -> Iterator[Uncut]:
        longest = max((chosen.session_s for chosen in self.sets), default=0)
        if longest:
            yield Uncut(
                "Sessions of roles that run",
                "AWS has no call that ends them. Where no piece denies them, they go on until they end: "
                f"{duration(longest)} at most after they began.",
                "clock",
            )
        whence = f"in {self.row.issuer}, from which they come" if self.row.issuer else "in AWS’s own console"
        yield Uncut(
            "Their sign-in to the access portal",
            f"No API disables somebody, or ends a portal session: disable them {whence}.",
            "triangle-alert",
        )
        yield Uncut(
            "Roles that they went on to",
            "Sessions of other roles, which they took on from a permission set’s role, last an hour at most: contain "
            "these roles.",
            "clock",
        )
        yield PROPAGATION
        yield LEFT_BEHIND

    def facts(self) -> Iterator[SubjectFact]:
        yield SubjectFact("Who", f"{self.name}, {self.row.status.lower() or 'status not known'}", self.url)
        yield SubjectFact("Ways in", counted(len(self.entries), "way"))
        accounts = {entry.assignment.target_id for entry in self.entries}
        yield SubjectFact("Reaches", counted(len(accounts), "AWS account"))
        if self.sets:
            yield SubjectFact("Permission sets", ", ".join(chosen.name for chosen in self.sets))


def _piece(key: str, title: str, note: str, steps: Any, *, refused: str = "") -> Piece:
    """`steps`: gives them; where it raises Refusal, that is said."""
    try:
        found: Sequence[StepSpec] = () if refused else steps()
    except Refusal as why:
        found, refused = (), str(why)
    return Piece(key, title, note, tuple(found), refused=refused)


# ---- Documents that deny by the id -----------------------------------------------------------------------------------
def with_person(text: str, user_id: str) -> str | None:
    """The document with the person in its statement that denies everything to people by their ids; None where it has
    none, or names them already.
    """
    document = json.loads(text)
    for statement in _statements(document):
        ids = _ids_denied(statement)
        if ids is not None and user_id not in ids:
            condition = statement["Condition"]["StringEquals"]
            condition[next(iter(condition))] = [*ids, user_id]
            return json.dumps(document, indent=2, ensure_ascii=False)
        if ids is not None:
            return None
    return None


def names_person(text: str, user_id: str) -> bool:
    """Whether it denies everything to them by their id."""
    return any(user_id in (_ids_denied(each) or ()) for each in _statements(json.loads(text)))


def _statements(document: Any) -> list[Any]:
    found = document.get("Statement", []) if isinstance(document, dict) else []
    return found if isinstance(found, list) else [found]


def _ids_denied(statement: Any) -> list[str] | None:
    """Of a statement that denies everything on everything, under this one condition; None of any other."""
    if not isinstance(statement, Mapping) or statement.get("Effect") != "Deny":
        return None
    if any(statement.get(name) not in ("*", ["*"]) for name in ("Action", "Resource")):
        return None
    condition = statement.get("Condition")
    if not isinstance(condition, Mapping) or list(condition) != ["StringEquals"]:
        return None
    keys = condition["StringEquals"]
    if not isinstance(keys, Mapping) or [str(key).lower() for key in keys] != [USER_ID.lower()]:
        return None
    value = next(iter(keys.values()))
    return [value] if isinstance(value, str) else [str(each) for each in value]


def _with_statement(text: str, user_id: str) -> str:
    document = json.loads(text)
    condition = {"StringEquals": {USER_ID: [user_id]}}
    deny = {"Sid": _SID, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return json.dumps({**document, "Statement": [*_statements(document), deny]}, indent=2, ensure_ascii=False)
