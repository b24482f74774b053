"""Guard rails about what users, groups and roles have: all of everything, boundaries, credentials, what lint finds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from access.guard_rails.parameters import Choice, Lines, Policies
from access.guard_rails.rules import Parameters, RailRule
from access.guard_rails.state import AWS_MANAGED, KEY, HeldDocument, RailState
from access.guard_rails.violations import Violation
from access.plans.holdings import NOTHING, Owner
from aws_constraints.arn import name_of
from iamconsole.web.words import counted
from policies.engine.catalogue import all_actions
from policies.engine.compiled import compiled
from policies.engine.diff.report import policy_diff
from policies.engine.document import load
from policies.engine.lint import LintFinding, Severity, lint
from policies.holdings import PASSWORD

EXCEPT = Lines("exempt", "Except", "Names of users, groups, roles and policies, with * for any text. One a line.")


def is_exempt(arn: str, parameters: Parameters) -> bool:
    """Names in IAM are the same in any case."""
    name = name_of(arn).casefold()
    return any(fnmatchcase(name, each.casefold()) for each in parameters["exempt"])


# ---- All actions on all resources --------------------------------------------------------------------------------
_SAMPLE = ("anything:anything", "iam:createuser", "s3:getobject", "ec2:runinstances", "kms:decrypt", "sts:assumerole")


@lru_cache(maxsize=4096)
def allows_all(text: str) -> bool:
    """Whether it allows every action on every resource, in one statement or in several, with or without conditions."""
    statements = [
        each
        for each in compiled(text).statements
        if each.allows and each.resources.is_everything and not each.not_resources
    ]
    if any(each.is_about(_SAMPLE[0]) for each in statements):
        return True
    if not all(any(each.is_about(action) for each in statements) for action in _SAMPLE[1:]):
        return False
    return all(any(each.is_about(action.lower()) for each in statements) for action in all_actions())


class NoFullAccess(RailRule):
    name = "no_full_access"
    title = "No policy allows all actions on all resources"
    explains = (
        "A managed or inline policy that allows all actions on all resources, with or without conditions, and "
        "attaching one such as AdministratorAccess."
    )
    mend = "Name the actions, or give a narrower policy."
    parameters = (EXCEPT,)

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        for arn, text in sorted(state.holdings.documents.items()):
            if AWS_MANAGED not in arn and allows_all(text) and not is_exempt(arn, parameters):
                yield Violation(arn, state.policy_ids.get(arn, ""), "all actions on all resources", ("policy",))
        for owner in state.owners:
            if not is_exempt(owner.arn, parameters):
                yield from self._of(owner, state, parameters)

    def _of(self, owner: Owner, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        for name, text in sorted(owner.inline.items()):
            if allows_all(text):
                says = f"all actions on all resources, by the inline policy {name}"
                yield Violation(owner.arn, owner.aws_id, says, ("inline", name))
        for policy in sorted(owner.attached):
            held, name = state.holdings.text_of(policy), name_of(policy)
            if held is None:
                says = f"{name}, whose text the mirror doesn’t have"
                yield Violation(owner.arn, owner.aws_id, says, ("unread", policy), is_sure=False)
            elif allows_all(held):
                says = f"all actions on all resources, by the policy {name}"
                yield Violation(owner.arn, owner.aws_id, says, ("attached", policy))


# ---- A permissions boundary on new roles -------------------------------------------------------------------------
class BoundaryOnRoles(RailRule):
    """One that a role has and loses counts as much. What the policies themselves say must not get wider."""

    name = "boundary_on_roles"
    title = "New roles have a permissions boundary"
    explains = (
        "A new role without one of these permissions boundaries, taking it from a role that has it, and a change by "
        "which one of these policies lets more through."
    )
    mend = "Choose one of the named policies as the permissions boundary of the role."
    parameters = (
        Policies("policies", "Permissions boundaries", "Managed policies, any of which will do. One a line."),
        EXCEPT,
    )

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        meant = {each["id"] for each in parameters["policies"]}
        accepted = {each["arn"] for each in parameters["policies"] if state.policy_ids.get(each["arn"]) in meant}
        gone = [each["said"] for each in parameters["policies"] if each["arn"] not in accepted]
        for role in state.roles:
            if role.boundary not in accepted and not is_exempt(role.arn, parameters):
                yield Violation(role.arn, role.aws_id, self._says(role, gone, accepted), ("boundary",))

    def _says(self, role: Owner, gone: Sequence[str], accepted: set[str]) -> str:
        if not accepted:
            return f"the guard rail names {' and '.join(gone)}, which is gone from AWS: an owner has to name another"
        if role.boundary:
            return f"the permissions boundary {name_of(role.boundary)}, which isn’t one of those asked for"
        return "no permissions boundary"

    def worsened(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        yield from super().worsened(before, after, parameters)
        yield from self._taken_away(before, after, parameters)
        yield from self._named(before, after, parameters)
        for each in parameters["policies"]:
            arn = each["arn"]
            had, has = (state.holdings.documents.get(arn) for state in (before, after))
            if had and has and had != has and has != NOTHING:
                found = policy_diff(load(had) or {}, load(has) or {})
                perhaps = [item for item in found["undecided"] if item["may_be"] == "gained"]
                if found["gained"] or perhaps:
                    says = "it lets more through than before, as a permissions boundary that the guard rail asks for"
                    yield Violation(arn, each["id"], says, ("wider",), is_sure=bool(found["gained"]))

    def _named(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        """Of a label's: a new policy is meant by its name alone, whatever it allows."""
        names = {each["said"].casefold() for each in parameters["policies"] if each.get("by_name")}
        new = (arn for arn in after.holdings.documents if arn not in before.holdings.documents)
        for arn in sorted(each for each in new if AWS_MANAGED not in each and name_of(each).casefold() in names):
            yield Violation(arn, "", "it becomes a permissions boundary that the guard rail asks for", ("named",))

    def _taken_away(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        """Where a role had another boundary than those that are asked for, and has none now."""
        bounded = {role.aws_id for role in before.roles if role.aws_id and role.boundary}
        known = {each.key for each in self.violations(before, parameters)}
        for each in self.violations(after, parameters):
            role = after.holdings.owners[each.arn]
            if each.key in known and role.aws_id in bounded and not role.boundary:
                yield each


# ---- Credentials of users ----------------------------------------------------------------------------------------
_BOTH, _KEYS, _ALL = "keys_and_passwords", "keys", "all"
_KINDS: Mapping[str, tuple[str, ...]] = {_KEYS: (KEY,), _BOTH: (KEY, PASSWORD)}


class NoUserCredentials(RailRule):
    """Of each kind as many as before may be there: replacing one by another is against nothing."""

    name = "no_user_credentials"
    title = "No IAM user gets credentials"
    explains = "A new access key or password of an IAM user, or one that is switched on again."
    mend = "Give people access through IAM Identity Center or a provider, and programs a role."
    parameters = (
        Choice(
            "credentials",
            "Credentials",
            choices=((_KEYS, "Access keys"), (_BOTH, "Access keys and passwords"), (_ALL, "All, but for MFA devices")),
        ),
        EXCEPT,
    )

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        kinds = _KINDS.get(parameters["credentials"])
        for arn, held in sorted(state.credentials.items()):
            owner = state.holdings.owners.get(arn)
            if owner is None or is_exempt(arn, parameters):
                continue
            for kind, ids in sorted(held.items()):
                if kinds is None or kind in kinds:
                    for number in range(1, len(ids) + 1):
                        words = "a console password" if kind == PASSWORD else counted(number, kind)
                        yield Violation(arn, owner.aws_id, words, (kind, str(number)))


# ---- What lint finds ---------------------------------------------------------------------------------------------
_ORDER = (Severity.SECURITY_WARNING, Severity.ERROR, Severity.WARNING, Severity.SUGGESTION)


class NoGraveFindings(RailRule):
    name = "no_grave_findings"
    title = "Policies have no serious findings"
    explains = "A policy or trust policy in which lint finds more than before, of the severity that is chosen or worse."
    mend = "Edit the document: its findings say how."
    parameters = (
        Choice(
            "severity",
            "Findings of which severity",
            choices=(
                (Severity.SECURITY_WARNING, "Security warnings"),
                (Severity.ERROR, "Security warnings and errors"),
                (Severity.WARNING, "Also warnings"),
            ),
        ),
        EXCEPT,
    )
    has_rows = False  # they are rows of lint's own

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        for document in state.documents():
            yield from self._of(document, (), state, parameters)

    def worsened(self, before: RailState, after: RailState, parameters: Parameters) -> Iterator[Violation]:
        had = {each.key: each for each in before.documents()}
        for document in after.documents():
            earlier = had.get(document.key)
            if earlier is None or earlier.text != document.text:
                known = () if earlier is None else self._grave(earlier, before, parameters)
                yield from self._of(document, known, after, parameters)

    def _of(
        self, document: HeldDocument, known: Sequence[LintFinding], state: RailState, parameters: Parameters
    ) -> Iterator[Violation]:
        """Of each code those that are more than before."""
        if is_exempt(document.arn, parameters):
            return
        left, messages = Counter(each.code for each in known), {each.message for each in known}
        found = self._grave(document, state, parameters)
        for each in sorted(found, key=lambda finding: finding.message not in messages):
            if left[each.code] > 0:
                left[each.code] -= 1
                continue
            of = f"the inline policy {document.name}" if document.name else f"the {document.kind} policy"
            says = f"in {of}, line {each.line}: {each.message.rstrip('.')}"
            yield Violation(document.arn, document.aws_id, says, (*document.key, each.code, each.message))

    def _grave(self, document: HeldDocument, state: RailState, parameters: Parameters) -> list[LintFinding]:
        grave = _ORDER[: _ORDER.index(Severity(parameters["severity"])) + 1]
        found: Any = lint(document.text, document.kind, state.aws_account.account_id)
        return [each for each in found if each.severity in grave]
