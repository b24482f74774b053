"""An example of a term in the AWS account that is looked at. Apps register how to find one in `AppConfig.ready()`:

    examples.register("trust-policy", trust_policy)

A function gets an AWS account whose IAM the operator may see, and the operator. It gives a sentence, with a link by
`format_html`, or None where there is none in the mirror: then nothing is said, and nothing is made up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.safestring import SafeString

ExampleFinder = Callable[[Any, Any], SafeString | None]
_finders: dict[str, ExampleFinder] = {}


def register(slug: str, find: ExampleFinder) -> None:
    """Raises ValueError where the term has one already."""
    if slug in _finders:
        raise ValueError(f"{slug} has an example already.")
    _finders[slug] = find


def registered() -> frozenset[str]:
    return frozenset(_finders)


def example_of(slug: str, aws_account: Any, operator: Any) -> SafeString | None:
    """None, too, where the operator may not see the AWS account’s IAM."""
    find = _finders.get(slug)
    if find is None or aws_account is None or not operator.has_perm("see_iam", aws_account):
        return None
    return find(aws_account, operator)
