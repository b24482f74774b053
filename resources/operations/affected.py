"""The AWS accounts in which the policy of a resource gives or takes access: by what differs between two texts of it.

What lets in, or keeps out, whoever it is, is about no AWS account: such a policy is public, and the plan says that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accounts.models import AwsAccount
from aws_constraints.arn import account_in
from policies.engine.callers import KEYS_OF_SERVICES, Caller, CallerKind
from policies.engine.compiled import CompiledDocument, CompiledStatement, compiled
from policies.engine.conditions import Context
from policies.engine.document import compact
from policies.engine.layers import Facts
from policies.engine.truth import NO
from policies.organizations import selectors

_ACCOUNT_KEY, _ARN_KEY = "aws:principalaccount", "aws:principalarn"
_STRANGER, _NO_ORGANIZATION = "000000000000", "o-0000000000"  # whom nobody names


def accounts_between(own: AwsAccount, before: str | None, after: str | None) -> frozenset[str]:
    """The same of texts; None for no policy."""
    return accounts_concerned(own, *(compiled(text) if text else CompiledDocument({}) for text in (before, after)))


def accounts_concerned(own: AwsAccount, before: CompiledDocument, after: CompiledDocument) -> frozenset[str]:
    """Ids, of 12 digits, of other AWS accounts: those that a statement names which only one of both has, and those of
    this console whose principals such a statement means by a condition.
    """
    differing = list(_differing(before, after))
    named = {account for each in differing for account in _named(each)}
    by_condition = [each for each in differing if _is_for_everybody(each) and not _concerns_strangers(each)]
    if by_condition:
        others = AwsAccount.objects.filter(partition=own.partition).exclude(pk=own.pk)
        for account_id in others.values_list("account_id", flat=True):
            facts = _facts_of(account_id)
            if any(_may_hold(each, facts) for each in by_condition):
                named.add(account_id)
    return frozenset(named - {own.account_id})


def _differing(before: CompiledDocument, after: CompiledDocument) -> Iterator[CompiledStatement]:
    had, has = _by_words(before), _by_words(after)
    yield from (each for words, each in {**had, **has}.items() if (words in had) is not (words in has))


def _by_words(document: CompiledDocument) -> dict[str, CompiledStatement]:
    return {compact(dict(each.source.written) | {"Sid": ""}): each for each in document.statements}


def _named(statement: CompiledStatement) -> Iterator[str]:
    """By its principals, and by the AWS accounts and ARNs that its conditions ask for."""
    for kind, value in statement.source.principal_words:
        account = value if value.isdecimal() else account_in(value)
        if kind == "AWS" and account.isdecimal():
            yield account
    for condition in statement.source.conditions:
        if condition.name == _ACCOUNT_KEY:
            yield from (word for word in condition.words if word.isdecimal())
        elif condition.name == _ARN_KEY:
            yield from filter(str.isdecimal, map(account_in, condition.words))


def _is_for_everybody(statement: CompiledStatement) -> bool:
    principals = statement.principals
    return principals is not None and (principals.is_not or "*" in principals.listed)


def _concerns_strangers(statement: CompiledStatement) -> bool:
    context = {_ACCOUNT_KEY: (_STRANGER,), "aws:principalorgid": (_NO_ORGANIZATION,)}
    context |= {"aws:principalorgpaths": (f"{_NO_ORGANIZATION}/",)}
    return _may_hold(statement, _facts(_STRANGER, context))


def _facts_of(account_id: str) -> Facts:
    tree = selectors.tree_over(account_id)
    if tree is None:
        return _facts(account_id, {})
    path = "/".join((*tree.units, "")) if any(tree.units) else ""
    organization = (tree.organization.aws_id,)
    return _facts(account_id, {"aws:principalorgid": organization, "aws:principalorgpaths": (path,)})


def _facts(account_id: str, context: Context) -> Facts:
    """Of somebody there, whoever it is."""
    known = {**Caller(CallerKind.ROLE, account=account_id).keys, **context}
    return Facts(known, lambda key: key not in KEYS_OF_SERVICES)


def _may_hold(statement: CompiledStatement, facts: Facts) -> bool:
    return not statement.source.holds_never and NO not in _held(statement, facts)


def _held(statement: CompiledStatement, facts: Facts) -> Iterable[object]:
    return [test.holds(facts.values_of(test.key), facts.lookup) for test in statement.tests]
