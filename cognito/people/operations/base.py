"""What operations on one person of a user pool have in common.

AWS takes a person's `sub` for her username ("Username" in AdminDisableUser of the API reference), but for people of
outside providers: theirs stands beside it. So she is never meant by a name that somebody else may have by now, and
what a plan says of her is not personal; such a username is encrypted in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from accounts.models import AwsAccount
from accounts.roles import CARE, PROPOSE
from cognito.models import CognitoUser
from cognito.people.guarded import prefetch_groups, why_guarded_person
from cognito.people.mirrors.person import find_one
from cognito.people.person_record import SUB
from cognito.permissions import CARE_FOR_PEOPLE, IDP, USER_POOLS
from cognito.pool_calls import PoolParams
from sync.aws.client import AwsClient
from sync.aws.permission import Permission, of_people, write
from sync.calls import PersonalParameter, concealed, revealed
from sync.mirror import Item
from sync.object_ref import ObjectRef
from sync.operation_mixins import AboutPoolPeople, DecidedByMirror
from sync.operations import (
    Call,
    Guarantee,
    Refusal,
    Risk,
    StepSpec,
    Undo,
    Value,
)
from sync.placeholders import is_placeholder
from sync.plan_draft import Draft


@dataclass(frozen=True)
class PersonParams(PoolParams):
    """`said`: which message goes out, and what goes on, as it was said when the step was proposed."""

    sub: str
    username: str = ""  # of somebody who signs in by an outside provider; encrypted, since many are addresses
    said: str = ""

    @property
    def known_as(self) -> str:
        """What AWS is given for her username. Raises NotKept."""
        return revealed(self.username).open() if self.username else self.sub

    @property
    def called(self) -> str | PersonalParameter:
        """… as a parameter of a call."""
        return PersonalParameter(self.username) if self.username else self.sub


Q = TypeVar("Q", bound=PoolParams)
P = TypeVar("P", bound=PersonParams)


class PeopleOperation(AboutPoolPeople[Q], DecidedByMirror[Q]):
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    needs = CARE
    asks_mirror = True
    # Whether AWS may count the person as one who was active this month, and bill for her.
    bills: ClassVar[bool] = False
    needed_for: ClassVar[str] = CARE_FOR_PEOPLE  # the permission of its call

    @property
    def permissions(self) -> Sequence[Permission]:
        return of_people(write(f"{IDP}:{self.aws_operation}", self.needed_for, USER_POOLS))

    def why_guarded(self, draft: Draft, p: Q) -> str:
        """Why it isn't for helpdesk: what it gives, or whom it is about; "" where it is (cognito/people/guarded.py)."""
        return ""

    def needs_of(self, draft: Draft, p: Q) -> str:
        return PROPOSE if self.needs == CARE and self.why_guarded(draft, p) else self.needs

    def risk_of(self, draft: Draft, p: Q) -> Risk:
        return Risk.HIGH if self.risk is Risk.LOW and self.why_guarded(draft, p) else self.risk

    def why_needs(self, draft: Draft, p: Q) -> str:
        return self.why_guarded(draft, p)

    def pool_of(self, p: Q) -> str:
        return p.pool_id

    def is_destructive(self, p: Q) -> bool:
        return self.risk is Risk.DESTRUCTIVE

    def sent(self, p: Q, **parameters: Any) -> list[Call]:
        return [
            Call(
                IDP,
                self.aws_operation,
                {"UserPoolId": p.pool_id, **parameters},
                resource_arns=(p.pool_arn,),
                actions=(f"{IDP}:{self.aws_operation}",),
                region=p.region,
            )
        ]


class PersonOperation(PeopleOperation[P]):
    """The part is about her, by her `sub`: one name for each `about`."""

    about: ClassVar[str]
    # Whether all that it can do is take access away: that is for helpdesk, and needs nobody else, whoever it is about.
    only_takes: ClassVar[bool] = False

    def why_guarded(self, draft: Draft, p: P) -> str:
        return self.gives(draft, p) or self.asks_second(draft, p)

    def gives(self, draft: Draft, p: P) -> str:
        """Why what it sets isn't for helpdesk, whoever it is about; "" where it is."""
        return ""

    def asks_second(self, draft: Draft, p: P) -> str:
        person = None if self.only_takes or is_placeholder(p.sub) else self._there(draft, p)
        return why_guarded_person(draft, person) if person else ""

    def note(self, p: P) -> str:
        return p.said

    def calls(self, p: P) -> list[Call]:
        return self.sent(p, Username=p.called)

    def objects(self, p: P) -> list[str]:
        """Whom the same plan makes nobody else can know."""
        return [] if is_placeholder(p.sub) else [f"{CognitoUser.kind}:{p.pool_arn}/{p.sub}"]

    def part(self, p: P) -> str:
        return f"person.{self.about}:{p.pool_id}/{p.sub}"

    def affected_objects(self, aws_account: AwsAccount, p: P) -> list[ObjectRef]:
        return [person_ref(p)]

    def describe(self, value: Value) -> str:
        return "nobody of that sub" if value is None else self.describe_existing(value)

    def describe_existing(self, value: Value) -> str:
        return "the person"

    # ---- From the mirror -------------------------------------------------------------------------------------
    def prefetch(self, draft: Draft, params: Sequence[P]) -> None:
        wanted = {p.sub for p in params if (CognitoUser, p.sub) not in draft.remembered}
        rows = CognitoUser.objects.live().filter(aws_account=draft.aws_account, aws_id__in=wanted)
        draft.remembered.update({(CognitoUser, row.aws_id): row for row in rows.select_related("pool__aws_account")})
        prefetch_groups(draft, wanted)

    def row(self, draft: Draft, p: P) -> CognitoUser:
        """Raises Refusal where the mirror has no such person."""
        row = self._there(draft, p)
        if row is None or row.pool.arn != p.pool_arn:
            raise Refusal(f"The mirror has nobody with the sub {p.sub} in {p.pool_id}: look them up, then try again.")
        return row

    def _there(self, draft: Draft, p: P) -> CognitoUser | None:
        key = (CognitoUser, p.sub)
        if key not in draft.remembered:
            self.prefetch(draft, [p])
        row: CognitoUser | None = draft.remembered.get(key)
        return row

    def mirrored(self, draft: Draft, p: P) -> Value:
        if is_placeholder(p.sub):
            return {"sub": p.sub, **self.of_new(draft, p)}
        return {"sub": p.sub, **self.of_row(draft, p, self.row(draft, p))}

    def replanned(self, draft: Draft, p: P) -> list[StepSpec]:
        """Without who is gone since: people delete themselves, and the others of a long table are to go on."""
        if self._there(draft, p) is None:
            gone = CognitoUser.objects.filter(aws_account=draft.aws_account, aws_id=p.sub, gone_at__isnull=False)
            if gone.exists():
                return []
        return super().replanned(draft, p)

    def of_row(self, draft: Draft, p: P, row: CognitoUser) -> Mapping[str, Value]:
        """What the part has beside the `sub`."""
        return {}

    def of_new(self, draft: Draft, p: P) -> Mapping[str, Value]:
        """… of somebody whom an earlier step of the plan invites."""
        return {}

    # ---- At AWS ----------------------------------------------------------------------------------------------
    def live(self, client: AwsClient, p: P) -> Value:
        """By a look at the list of people: it bills nobody."""
        there = client.at(p.region)
        item = find_one(there, p.pool_id, SUB, p.sub)
        return None if item is None else {"sub": p.sub, **self.of_item(there, p, item)}

    def of_item(self, client: AwsClient, p: P, item: Item) -> Mapping[str, Value]:
        return {}

    def spec_of(self, kind: str, p: P, said: str = "", **more: Any) -> StepSpec:
        """A step on the same person."""
        return StepSpec(kind, {"pool_arn": p.pool_arn, "sub": p.sub, "username": p.username, "said": said, **more})


class UnseenOperation(PersonOperation[P]):
    """Nothing of what it does shows in AWS: only that she is there."""

    about = "there"
    shows = False
    undo = Undo.NEVER


def person_ref(p: PersonParams) -> ObjectRef:
    return ObjectRef(CognitoUser.kind, p.sub, p.sub, p.pool_arn, p.region)


def on_person(person: CognitoUser, kind: str, said: str = "", **more: Any) -> StepSpec:
    """A step on somebody of the mirror."""
    username = concealed(person.name) if is_elsewhere(person) else ""
    return StepSpec(
        kind, {"pool_arn": person.pool.arn, "sub": person.aws_id, "username": username, "said": said, **more}
    )


def is_elsewhere(person: CognitoUser) -> bool:
    """Whether they sign in by an outside provider: AWS knows such a person by the username, and not by the `sub`."""
    return person.status == CognitoUser.Status.EXTERNAL_PROVIDER
