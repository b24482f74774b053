"""People of user pools, and identities of identity pools: their sign-in, and the AWS roles that they take on by it.

Amazon Cognito Developer Guide, "Role trust and permissions": cognito-identity.amazonaws.com:sub is the id of the
identity.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse

from access.protection import why_protected
from cognito.identity_pools.operations.roles import rules_of
from cognito.kinds import IDENTITY_POOL, PERSON
from cognito.models import CognitoGroup, CognitoUser, IdentityPool
from cognito.people import messages
from cognito.people.aws_access import PersonRole, person_roles_of
from cognito.people.display_names import title_of
from cognito.people.operations.base import on_person
from contain.hits import hits_later, last_use
from contain.models import Containment
from contain.pieces import Piece, SubjectFact, Uncut
from contain.roles import longest_session_s, sessions_cut, why_never_cut
from contain.subjects.base import PROPAGATION, Subject
from iamconsole.web.words import counted, duration
from identities.models import IamRole
from identities.operations import contain

SUB = "cognito-identity.amazonaws.com:sub"
_NEW = "New credentials come only with a new sign-in."


class PoolPersonSubject(Subject):
    slug, icon, noun = PERSON.name, "user-round", "Person of a user pool"
    row: CognitoUser

    @property
    def name(self) -> str:
        return title_of(self.row) or str(self.row.aws_id)

    @property
    def stored_name(self) -> str:
        return ""

    @property
    def url(self) -> str:
        return reverse(self.slug, kwargs={"account_id": self.aws_account.account_id, "aws_id": self.row.aws_id})

    @cached_property
    def roles(self) -> Sequence[PersonRole]:
        groups = CognitoGroup.objects.live().filter(memberships__user=self.row, memberships__gone_at=None)
        return person_roles_of(self.row, list(groups.order_by("name_key")))

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        return [*self._sign_in(), *self._roles()]

    def _sign_in(self) -> Iterator[Piece]:
        if self.row.enabled:
            said = f"{messages.NO_MESSAGE} {messages.goes_on(self.row.pool)}"
            step = on_person(self.row, "cognito.user.disable", said)
            yield Piece("disable", "Disable them", f"Nobody signs in as them. {said}", (step,))
        said = f"{messages.NO_MESSAGE} {messages.signed_out(self.row.pool)}"
        step = on_person(self.row, "cognito.user.sign_out", said)
        yield Piece("sign-out", "Sign them out everywhere", f"{said} It can’t be undone: they sign in again.", (step,))

    def _roles(self) -> Iterator[Piece]:
        for role in dict.fromkeys(each.role for each in self.roles if each.role is not None):
            yield _all_sessions(self, role)

    def uncut(self) -> Iterator[Uncut]:
        yield Uncut("Tokens that apps check themselves", messages.goes_on(self.row.pool), "clock")
        if unknown := [each for each in self.roles if each.role is None and (each.role_name or each.chosen.unknown)]:
            names = ", ".join(dict.fromkeys(each.role_name or "a role that isn’t known" for each in unknown))
            yield Uncut("AWS credentials by identity pools", f"They may have {names}: contain the role there.", "clock")
        yield PROPAGATION

    def facts(self) -> Iterator[SubjectFact]:
        yield SubjectFact("Who", f"{self.name}, in the pool {self.row.pool.name}", self.url)
        yield SubjectFact("Sign-in", "enabled" if self.row.enabled else "disabled")
        names = dict.fromkeys(each.role_name for each in self.roles if each.role_name)
        yield SubjectFact("AWS roles", ", ".join(names) or "none by identity pools of this AWS account")


def _all_sessions(subject: Subject, role: IamRole) -> Piece:
    """Of a role that people of a pool take on: which sessions are theirs can't be told by it."""
    return Piece(
        f"role:{role.aws_id}",
        f"Cut the sessions of the role {role.name}",
        f"Which of them are theirs isn’t known here, so all that began before now are cut. {last_use(role)} "
        f"A session lasts {duration(longest_session_s(role))} at most. {_NEW}",
        (sessions_cut(role, subject.asked.at),),
        is_chosen=False,
        hits=hits_later(subject.aws_account, role, "", subject.asked.may_see),
        refused=why_never_cut(subject.aws_account, role),
        url=reverse("role", kwargs={"account_id": subject.aws_account.account_id, "aws_id": role.aws_id}),
    )


class IdentitySubject(Subject):
    """One identity of an identity pool; the mirror has no identities: which one says the address."""

    slug, icon, noun = IDENTITY_POOL.name, "fingerprint", "Identity of an identity pool"
    row: IdentityPool

    @property
    def name(self) -> str:
        return self.asked.identity or str(self.row.name)

    @property
    def stored_name(self) -> str:
        return self.name

    @property
    def url(self) -> str:
        return reverse(self.slug, kwargs={"account_id": self.aws_account.account_id, "aws_id": self.row.aws_id})

    def of_the_same(self, rows: QuerySet[Containment]) -> QuerySet[Containment]:
        return rows.filter(name=self.stored_name)

    @property
    def asks_identity(self) -> bool:
        return not self.asked.identity

    @cached_property
    def refusal(self) -> str:
        return "" if self.asked.identity else "Say which identity first."

    @cached_property
    def roles(self) -> Sequence[IamRole]:
        """That the pool gives, as the mirror has them."""
        arns = set((self.row.roles or {}).values())
        for mapping in (self.row.role_mappings or {}).values():
            arns |= {rule["RoleARN"] for rule in rules_of(mapping)}
        rows = IamRole.objects.live().filter(aws_account=self.aws_account, arn__in=arns)
        return list(rows.order_by("name_key"))

    @cached_property
    def pieces(self) -> Sequence[Piece]:
        return list(self._denials()) if self.asked.identity else []

    def _denials(self) -> Iterator[Piece]:
        for role in self.roles:
            protected = why_protected(self.aws_account, role.arn)
            yield Piece(
                f"role:{role.aws_id}",
                f"Deny the identity everything in the role {role.name}",
                "By the id of the identity, now and later: nobody else is hit."
                + (f" An owner has to let it through first: {protected}." if protected else ""),
                (contain(role, self.asked.at, SUB, self.asked.identity),),
                refused=why_never_cut(self.aws_account, role),
            )

    def uncut(self) -> Iterator[Uncut]:
        given = set((self.row.roles or {}).values())
        if len(given) > len(self.roles):
            yield Uncut("Other roles", "The pool gives roles that the mirror doesn’t hold.", "triangle-alert")
        words = "Whoever signs in again, or a guest, may get another identity of the pool."
        yield Uncut("New identities", words, "clock")
        yield PROPAGATION

    def facts(self) -> Iterator[SubjectFact]:
        yield SubjectFact("Identity pool", self.row.name, self.url)
        yield SubjectFact("Roles", counted(len(self.roles), "role"))
        yield SubjectFact("Guests", "get credentials, too" if self.row.guests else "get none")
