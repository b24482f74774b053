"""Fills the console's database with the mirror of a large AWS account: as its pulls would leave it, in minutes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.db import connection
from django.db.models import Count, F, Model, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.models import AwsAccount
from identities.edges import keep_trusted
from identities.models import Attachment, IamGroup, IamRole, IamUser, InlinePolicy, Membership
from policies.models import Document, ManagedPolicy, PolicyVersion
from sync.models import Facet, MirroredRow, Revision, Run

BATCH = 2000
SEEN = datetime(2026, 1, 5, 8, tzinfo=UTC)
FIRST = ("dana", "lena", "omar", "yuki", "ines", "raj", "tomasz", "amara", "chen", "pilar", "sven", "noor")
LAST = ("okafor", "fischer", "haddad", "tanaka", "moreau", "patel", "nowak", "diallo", "wei", "gomez", "lind", "khan")
TEAMS = ("platform", "payments", "search", "data", "mobile", "security", "growth", "support")
CROWD = 3000  # members of the largest group, holders of the most attached policy


@dataclass(frozen=True)
class Size:
    users: int
    roles: int
    groups: int
    policies: int
    revisions: int = 0  # in all; each object has one at least

    @property
    def entities(self) -> int:
        return self.users + self.roles + self.groups + self.policies

    @classmethod
    def of(cls, entities: int, revisions: int = 0) -> Size:
        """In the proportions of a large company: mostly people, then roles."""
        roles, groups, policies = (entities * part // 1000 for part in (270, 55, 135))
        return cls(entities - roles - groups - policies, roles, groups, policies, revisions)


def fill(aws_account: AwsAccount, size: Size, *, statistics: bool = True) -> None:
    """`statistics`: the planner's too, outside any transaction."""
    _Filling(aws_account, size).fill()
    if statistics:
        refresh_statistics()


def refresh_statistics() -> None:
    """PostgreSQL's own housekeeping gets there within minutes; nobody waits for it here."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


class _Filling:
    def __init__(self, aws_account: AwsAccount, size: Size) -> None:
        self.aws_account, self.size = aws_account, size
        self.run = Run.objects.create(
            aws_account=aws_account,
            source="iam.details",
            state=Run.State.DONE,
            trigger=Run.Trigger.COMMAND,
            started_at=SEEN,
            finished_at=SEEN,
        )

    def fill(self) -> None:
        policies = self.policies()
        groups = self.rows(IamGroup, "AGPA", "group", self.size.groups, lambda n: f"{TEAMS[n % 8]}-{n:05}")
        users = self.rows(IamUser, "AIDA", "user", self.size.users, _person, _user_columns)
        roles = self.rows(IamRole, "AROA", "role", self.size.roles, _service, self._role_columns())
        self.memberships(users, groups)
        self.attachments(users, groups, roles, policies)
        self.inline(users, roles)
        self.counts()
        self.facets((*users, *groups, *roles, *policies))
        self.more_revisions()

    def rows(
        self,
        model: type[MirroredRow],
        prefix: str,
        word: str,
        count: int,
        name_of: Callable[[int], str],
        columns: Callable[[int], dict[str, Any]] = lambda number: {},
    ) -> list[Any]:
        return _create(model, (self._row(model, prefix, word, name_of(n), n, columns(n)) for n in range(count)))

    def _row(self, model: Any, prefix: str, word: str, name: str, number: int, columns: dict[str, Any]) -> MirroredRow:
        path = "/" if number % 3 else f"/{TEAMS[number % 8]}/"
        row: MirroredRow = model(
            aws_account=self.aws_account,
            aws_id=f"{prefix}{_hash(word, self.aws_account.account_id, str(number))[:16].upper()}",
            arn=f"arn:aws:iam::{self.aws_account.account_id}:{word}{path}{name}",
            name=name,
            name_key=name.casefold(),
            path=path,
            first_seen=SEEN,
            created_at=SEEN - timedelta(hours=number % 30_000),
            gone_at=SEEN if number % 50 == 49 else None,
            **columns,
        )
        return row

    def policies(self) -> list[ManagedPolicy]:
        documents = self.documents("policy", self.size.policies)
        found: list[ManagedPolicy] = self.rows(
            ManagedPolicy,
            "ANPA",
            "policy",
            self.size.policies,
            lambda n: f"{TEAMS[n % 8]}-{('read', 'write', 'deploy', 'audit')[n % 4]}-{n:05}",
            lambda n: {
                "default_version": "v1",
                "updated_at": SEEN - timedelta(days=n % 900),
                "is_aws": n % 9 == 8,
                "version_count": 1,
                **(_figures(n) if n % 7 else {}),
            },
        )
        pairs = zip(found, documents, strict=True)
        _create(
            PolicyVersion,
            (PolicyVersion(policy=policy, version_id="v1", number=1, document=document) for policy, document in pairs),
        )
        return found

    def documents(self, word: str, count: int) -> list[Document]:
        texts = (_allow(f"{word} {self.aws_account.account_id} {n}") for n in range(count))
        return _create(
            Document,
            (
                Document(text_hash=_hash(text), canonical_hash=_hash("c", text), text=text, size=len(text))
                for text in texts
            ),
        )

    def _role_columns(self) -> Callable[[int], dict[str, Any]]:
        [trust] = self.documents("trust", 1)
        here = self.aws_account.account_id

        def columns(number: int) -> dict[str, Any]:
            trusted = [{"type": "Service", "value": "lambda.amazonaws.com"}]
            if number % 5 == 0:
                trusted = [{"type": "AWS", "value": f"arn:aws:iam::{here}:role/{_service(number // 2)}"}]
            if number % 100 == 1:
                trusted = [{"type": "AWS", "value": "arn:aws:iam::999988887777:root"}]
            if number % 500 == 2:
                trusted = [{"type": "AWS", "value": f"AROA{_hash(str(number))[:16].upper()}"}]
            used = SEEN - timedelta(days=number % 400) if number % 4 else None
            return {"trust": trust, "trusted": trusted, "last_used_at": used, "tags": _tags(number)}

        return columns

    def memberships(self, users: list[Any], groups: list[Any]) -> None:
        def edges() -> Iterator[Any]:
            for number, user in enumerate(users):
                held = {number % len(groups), (number * 7 + 1) % len(groups)}
                for place in sorted(held | ({0} if number < CROWD else set())):
                    yield self._edge(Membership, user, groups[place].name, user=user, group=groups[place])

        _create(Membership, edges())

    def attachments(self, users: list[Any], groups: list[Any], roles: list[Any], policies: list[Any]) -> None:
        def edges() -> Iterator[Any]:
            for word, owners, every in (("user", users, 5), ("group", groups, 1), ("role", roles, 1)):
                for number, owner in enumerate(owners[::every]):
                    held = {number % len(policies), (number * 3 + 1) % len(policies)}
                    for place in sorted(held | ({0} if word == "role" and number < CROWD else set())):
                        policy = policies[place]
                        yield self._edge(Attachment, owner, policy.name, arn=policy.arn, policy=policy, **{word: owner})

        _create(Attachment, edges())

    def inline(self, users: list[Any], roles: list[Any]) -> None:
        for word, owners in (("user", users[::5]), ("role", roles)):
            documents = self.documents(f"inline {word}", len(owners))
            _create(
                InlinePolicy,
                (
                    self._edge(InlinePolicy, owner, "own", document=document, **{word: owner})
                    for owner, document in zip(owners, documents, strict=True)
                ),
            )

    def _edge(self, model: Any, owner: Any, name: str, **columns: Any) -> Any:
        return model(
            aws_account=self.aws_account,
            aws_id=f"{owner.aws_id}/{name}/1",
            name=name,
            name_key=name.casefold(),
            first_seen=SEEN,
            gone_at=owner.gone_at,
            **columns,
        )

    def counts(self) -> None:
        """What lists sort by and filters ask for, as the mirrors keep it."""
        for model, owner in ((IamUser, "user"), (IamGroup, "group"), (IamRole, "role")):
            rows: Any = model.objects.filter(aws_account=self.aws_account)
            rows.update(attached_count=_number_of(Attachment, owner), inline_count=_number_of(InlinePolicy, owner))
            rows.update(policy_count=F("attached_count") + F("inline_count"))
        IamUser.objects.filter(aws_account=self.aws_account).update(group_count=_number_of(Membership, "user"))
        IamGroup.objects.filter(aws_account=self.aws_account).update(member_count=_number_of(Membership, "group"))
        roles = IamRole.objects.filter(aws_account=self.aws_account)
        keys = list(roles.values_list("pk", flat=True))
        for begin in range(0, len(keys), BATCH):
            keep_trusted(IamRole.objects.filter(pk__in=keys[begin : begin + BATCH]))

    def facets(self, rows: Iterable[MirroredRow]) -> None:
        facets = _create(Facet, (self._facet(row) for row in rows))
        _create(Revision, (self._revision(facet, number) for number, facet in enumerate(facets)))

    def _facet(self, row: MirroredRow) -> Facet:
        return Facet(
            aws_account=self.aws_account,
            kind=row.kind,
            object_id=row.aws_id,
            source="details",
            raw_hash=_hash("raw", row.aws_id),
            fingerprint=_hash(row.aws_id),
            read_at=SEEN,
            run=self.run,
            gone_at=row.gone_at,
        )

    def _revision(self, facet: Facet, number: int) -> Revision:
        content = {"name": _person(number), "path": "/", "attached": [], "inline": {}, "groups": [TEAMS[number % 8]]}
        return Revision(
            facet=facet,
            number=1,
            fingerprint=facet.fingerprint,
            content=content,
            seen_at=SEEN,
            run=self.run,
            origin=Revision.Origin.IMPORT,
        )

    def more_revisions(self) -> None:
        """Further revisions of every object, until there are as many as asked for: copies, a day later each."""
        own = Revision.objects.filter(facet__aws_account=self.aws_account)
        rounds = -(-self.size.revisions // self.size.entities)
        for number in range(2, rounds + 1):
            origin = Revision.Origin.OUTSIDE if number % 3 else Revision.Origin.CHANGE
            _copy(own.filter(number=1), number=number, seen_at=SEEN + timedelta(days=number), origin=origin)


def _number_of(edges: Any, owner: str) -> Coalesce:
    live = edges.objects.live().filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(live.annotate(number=Count("pk")).values("number")), 0)


def _copy(rows: Any, **changed: Any) -> None:
    """Inserts copies of `rows` with the `changed` columns, inside the database."""
    columns = [field.column for field in rows.model._meta.concrete_fields if not field.primary_key]
    chosen = ", ".join("%s" if column in changed else f'source."{column}"' for column in columns)
    values = [changed[column] for column in columns if column in changed]
    inner, params = rows.values("pk").query.sql_with_params()
    table = rows.model._meta.db_table
    into = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({into}) SELECT {chosen} FROM "{table}" AS source WHERE id IN ({inner})',
            [*values, *params],
        )


def _create(model: type[Model], rows: Iterable[Any]) -> list[Any]:
    made: list[Any] = []
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        made += model._default_manager.bulk_create(batch)
    return made


def _person(number: int) -> str:
    return f"{FIRST[number % 12]}.{LAST[number // 12 % 12]}-{number:05}"


def _service(number: int) -> str:
    return f"{TEAMS[number % 8]}-{('lambda', 'deploy', 'reader', 'export')[number // 8 % 4]}-{number:05}"


def _user_columns(number: int) -> dict[str, Any]:
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess" if number % 10 == 0 else ""
    return {"tags": _tags(number), "boundary_arn": boundary, **_credentials(number)}


def _credentials(number: int) -> dict[str, Any]:
    """Most have a password and an app, every third a key; what should not be is rare."""
    keys = (number % 3 == 0) + (number % 400 == 0)
    factors = [word for word, every in (("Passkey", 300), ("App", 1)) if number % every == 0 and number % 200]
    used = None if number % 250 == 0 else SEEN - timedelta(hours=number % 2500)
    return {
        "key_count": keys,
        "active_key_count": min(keys, number % 600),
        "oldest_key_at": SEEN - timedelta(days=number % 130) if keys and number % 600 else None,
        "keys_used_at": used if keys else None,
        "mfa_count": len(factors),
        "mfa_kinds": ", ".join(factors),
        "has_password": number % 350 != 0,
        "is_reported": True,
        "reported_use_at": used,
        "last_activity_at": used,
    }


def _tags(number: int) -> dict[str, str]:
    return {"team": TEAMS[number % 8], "cost-center": f"cc-{number % 400}"} if number % 3 else {}


def _figures(n: int) -> dict[str, Any]:
    """Of a policy, as a look at it leaves them."""
    is_used = n % 3 == 0
    return {
        "level": n % 5,
        "worst_finding": n % 5 if n % 9 != 8 else None,
        "finding_count": n % 5 and n % 4 + 1 if n % 9 != 8 else None,
        "holder_count": n % 40,
        "use": ManagedPolicy.Use.USED if is_used else ManagedPolicy.Use.NEVER,
        "last_used_at": SEEN - timedelta(days=n % 400) if is_used else None,
        "unused_count": n % 6,
    }


def _allow(resource: str) -> str:
    actions = ["s3:GetObject", "s3:PutObject"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": f"arn:aws:s3:::{resource}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _hash(*words: str) -> str:
    return hashlib.sha256(" ".join(words).encode()).hexdigest()
