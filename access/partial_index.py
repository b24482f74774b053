"""Indexes over those principals of an AWS account whom questions concern, for questions that another one is asked.

Who may do something in forty AWS accounts is asked of those alone who have a policy that may allow it: the database
finds them (`policies/document_reach.py`). They are read as questions need them, and kept as long as nothing of the AWS
account's mirror is written, under numbers that stay.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any

from django.db.models import F, QuerySet

from access.following import Owner
from access.holders import Documents, assemble_holders, documents_of
from access.index import Index, owner_in_rows
from access.kept import KEPT
from access.rows import ROLES, USERS, Rows, all_rows, chunks, rows_of_principals
from access.surroundings import Surroundings
from accounts.models import AwsAccount
from identities.models import Attachment, IamRole, IamUser, InlinePolicy, Membership
from policies.document_reach import documents_that_may_allow
from policies.engine.catalogue import asked_on, parts_overlap
from policies.engine.compiled import CompiledDocument, CompiledStatement
from policies.engine.evaluate import who_needs_no_policy
from policies.engine.layers import LayerPolicy
from policies.engine.somewhere import is_pattern
from policies.engine.truth import NO, UNKNOWN
from policies.models import PolicyVersion
from sync import row_writes
from sync.row_writes import WritePosition

_REMEMBERED = 512  # questions
_KEY = "partial"

Asked = tuple[str, str]  # an action and a resource, or patterns of them


class PartialIndex:
    """Threads may share it: each index in it is as it is, and a larger one takes its place."""

    def __init__(self, aws_account: AwsAccount, seen: WritePosition, surroundings: Surroundings) -> None:
        self.aws_account, self.seen, self.surroundings = aws_account, seen, surroundings
        self.index = Index((), surroundings)
        self.groups: Mapping[str, tuple[LayerPolicy, ...]] = {}  # what each, by its ARN, gives its members
        self.is_whole = False
        self._there: set[Owner] = set()
        self._documents: Documents = {}
        self._answered: set[Hashable] = set()
        self._sought: set[str] = set()
        self._lock = Lock()

    @property
    def size(self) -> int:
        """Principals."""
        return len(self.index.holders)

    def has_whom(self, asked: Asked) -> bool:
        """Whether everybody was read whom a question concerns."""
        return self.is_whole or asked in self._answered

    def known_of(self, hashes: Collection[str]) -> list[tuple[str, CompiledDocument]]:
        """The documents of these texts that are held here."""
        held = self._documents
        return [(each, held[each]) for each in hashes if each in held]

    def lacking(self, owners: Iterable[Owner]) -> set[Owner]:
        return set(owners) - self._there

    def unsought(self, arns: Collection[str]) -> set[str]:
        """Those of the ARNs whose principals weren't added yet."""
        return set(arns) - self._sought

    def add(
        self, rows: Rows | None, asked: Asked | None = None, *, sought: Collection[str] = (), are_all: bool = False
    ) -> None:
        """`rows`: of some, with all that they have. `asked`: the question that concerns nobody else. `sought`: ARNs of
        which there is nobody else."""
        with self._lock:
            if rows is not None:
                self._add(rows)
            self._sought.update(sought)
            if len(self._answered) >= _REMEMBERED:
                self._answered.clear()
            self._answered |= {asked} if asked else set()
            self.is_whole = self.is_whole or are_all
        KEPT.make_room()

    def _add(self, rows: Rows) -> None:
        made = assemble_holders(rows, self._documents)
        new = [holder for holder in made.holders if owner_in_rows(holder) not in self._there]
        self._documents = {**self._documents, **made.documents}
        self.groups = {**self.groups, **made.groups}
        if new:
            self.index = self.index.replaced({}, new)
        self._there |= {(kind, row[0]) for kind in (USERS, ROLES) for row in getattr(rows, kind)}


def read_whom(parts: Sequence[PartialIndex], asked: Asked) -> None:
    """Adds whom a question concerns, of all these AWS accounts together."""
    due = [part for part in parts if not part.has_whom(asked)]
    if not due:
        return
    if who_needs_no_policy(asked[0].lower()):
        for part in due:
            read_everybody(part)
        return
    found = _Concerned(due, asked).owners()
    lacking = {part.aws_account.pk: part.lacking(found.get(part.aws_account.pk, ())) for part in due}
    _read(due, lacking, asked)


def read_named(part: PartialIndex, arns: Collection[str]) -> None:
    """Adds the users and roles of these ARNs."""
    lacking = set() if part.is_whole else part.unsought(arns)
    if not lacking:
        return
    found = {kind: _by_arn(model, part.aws_account, lacking) for kind, model in ((USERS, IamUser), (ROLES, IamRole))}
    rows = rows_of_principals(found[USERS], found[ROLES])
    part.add(rows.get(part.aws_account.pk), sought=lacking)


def _by_arn(model: type[IamUser | IamRole], aws_account: AwsAccount, arns: Collection[str]) -> list[int]:
    rows = model.objects.live().filter(aws_account=aws_account, arn__in=list(arns))
    return list(rows.values_list("pk", flat=True))


def read_everybody(part: PartialIndex) -> None:
    if not part.is_whole:
        part.add(all_rows(part.aws_account), are_all=True)


def _read(parts: Sequence[PartialIndex], lacking: Mapping[int, Collection[Owner]], asked: Asked) -> None:
    users, roles = ({pk for owners in lacking.values() for of, pk in owners if of == kind} for kind in (USERS, ROLES))
    rows = rows_of_principals(users, roles)
    for part in parts:
        part.add(rows.get(part.aws_account.pk), asked)


# ---- Kept between requests -------------------------------------------------------------------------------------------
def partial_indexes(
    aws_accounts: Sequence[AwsAccount], surroundings: Callable[[str], Surroundings]
) -> list[PartialIndex]:
    """Of each the one that is kept, where nothing was written since; else a new one. Two or three queries."""
    kept = {each.pk: part for each in aws_accounts if (part := KEPT.get((_KEY, each.pk)))}
    unwritten = row_writes.unwritten_since({pk: part.seen for pk, part in kept.items()})
    found = {pk: kept[pk] for pk in unwritten}
    found = {
        each.pk: found[each.pk]
        for each in aws_accounts
        if each.pk in found and _is_around(found[each.pk], surroundings)
    }
    lacking = [each for each in aws_accounts if each.pk not in found]
    positions = row_writes.positions([each.pk for each in lacking])
    for each in lacking:
        found[each.pk] = PartialIndex(each, positions[each.pk], surroundings(each.account_id))
    for pk, part in found.items():
        KEPT.put((_KEY, pk), part)
    return [found[each.pk] for each in aws_accounts]


def _is_around(part: PartialIndex, surroundings: Callable[[str], Surroundings]) -> bool:
    return surroundings(part.aws_account.account_id).is_as(part.surroundings)


# ---- Whom the database finds -----------------------------------------------------------------------------------------
_Owner = tuple[int | None, int | None, int | None]  # a user, a group or a role
_OWNER = ("user_id", "group_id", "role_id")


class _Concerned:
    """Users and roles who have a document that allows some of what is asked, whoever it is, by AWS account."""

    def __init__(self, parts: Sequence[PartialIndex], asked: Asked) -> None:
        action, resource = asked
        self._action, self._parts = action.lower(), parts
        self._on = asked_on(self._action, parts[0].aws_account.partition) or resource
        self._is_pattern = is_pattern(self._action)
        self._aws_accounts = [part.aws_account.pk for part in parts]

    def owners(self) -> dict[int, set[Owner]]:
        found: list[tuple[int, _Owner]] = []
        for documents in documents_that_may_allow(self._action, self._on):
            found += self._inline(documents)
            found += self._attached(documents)
        by_account: dict[int, set[Owner]] = {}
        groups = set()
        for account, (user, group, role) in found:
            if group is not None:
                groups.add(group)
            elif user is not None or role is not None:
                owner = (USERS, user) if user is not None else (ROLES, role or 0)
                by_account.setdefault(account, set()).add(owner)
        for at in chunks(groups):
            members = Membership.objects.live().filter(group__in=at).values_list("aws_account_id", "user_id")
            for account, user in members:
                by_account.setdefault(account, set()).add((USERS, user))
        return by_account

    def _inline(self, documents: QuerySet[Any]) -> list[tuple[int, _Owner]]:
        rows = InlinePolicy.objects.live().filter(document__in=documents, aws_account__in=self._aws_accounts)
        read = list(rows.values_list("document__text_hash", "aws_account_id", *_OWNER))
        allowing = self._allowing({row[0] for row in read})
        return [(account, tuple(owner)) for text, account, *owner in read if text in allowing]

    def _attached(self, documents: QuerySet[Any]) -> list[tuple[int, _Owner]]:
        versions = PolicyVersion.objects.filter(document__in=documents, policy__aws_account__in=self._aws_accounts)
        in_force = versions.filter(version_id=F("policy__default_version"), policy__gone_at=None)
        read = list(in_force.values_list("document__text_hash", "policy_id"))
        allowing = self._allowing({text for text, _ in read})
        found: list[tuple[int, _Owner]] = []
        for at in chunks({policy for text, policy in read if text in allowing}):
            rows = Attachment.objects.live().filter(policy__in=at).values_list("aws_account_id", *_OWNER)
            found += [(account, tuple(owner)) for account, *owner in rows]
        return found

    def _allowing(self, hashes: set[str]) -> set[str]:
        """Of the texts of documents, by hash, those that allow some of it."""
        known = {each: document for part in self._parts for each, document in part.known_of(hashes)}
        documents = {**known, **documents_of(hashes - known.keys())}
        return {text for text, document in documents.items() if self._may_allow(document)}

    def _may_allow(self, document: CompiledDocument) -> bool:
        about = filter(self._may_be_about, document.statements) if self._is_pattern else document.about(self._action)
        return any(
            statement.allows and (is_pattern(self._on) or statement.covers(self._on, lambda key: UNKNOWN) is not NO)
            for statement in about
        )

    def _may_be_about(self, statement: CompiledStatement) -> bool:
        """Of a pattern of actions, whether it may be about one of them."""
        listed = statement.actions.patterns
        return statement.not_actions or any(parts_overlap(self._action, each.lower()) for each in listed)
