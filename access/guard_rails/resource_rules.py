"""Guard rails about whom resources let in: by what the check of resources measured (access/resource_plans/check.py).

What is open already is told by findings; of these rails only what a plan opens is against one.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import ClassVar

from access.guard_rails.parameters import KnownAccounts
from access.guard_rails.rules import Parameters, RailRule
from access.guard_rails.state import RailState
from access.guard_rails.violations import Violation
from access.plans.resource_findings import NAME, TO_ACCOUNT, TO_EVERYBODY, TO_ORGANIZATION
from sync.checks import Measurement, PlanFinding

UNKNOWN = "RESOURCE_ACCESS_UNKNOWN"


class ResourceRule(RailRule):
    has_rows = False
    is_quick = False
    codes: ClassVar[frozenset[str]]

    def violations(self, state: RailState, parameters: Parameters) -> Iterator[Violation]:
        yield from ()

    def measured(self, measured: Mapping[str, Measurement], parameters: Parameters) -> Iterator[Violation]:
        """Where nobody knows what a plan changes, it isn't known to meet it."""
        for finding in measured[NAME].findings if NAME in measured else ():
            arn, *about = finding.about or ("",)
            is_sure = finding.severity == "security_warning"
            if finding.code == UNKNOWN:
                for each in finding.about or ():
                    yield Violation(each, "", "who gets to it isn’t known", (UNKNOWN,), is_sure=False)
            elif finding.code in self.codes and (says := self.says(finding, about[0], parameters)):
                yield Violation(arn, arn, says, (finding.code, about[0]), is_sure)

    @abstractmethod
    def says(self, finding: PlanFinding, whom: str, parameters: Parameters) -> str:
        """What is against it, to follow the resource and a colon; "" for nothing. `whom`: as the finding names them."""


class NoPublicResources(ResourceRule):
    name = "no_public_resources"
    title = "No resource is opened to everybody"
    explains = "A bucket, key, queue or other resource that anybody gets to, or perhaps, and couldn’t before."
    mend = "Name whom it lets in, or hold them to an organization by aws:PrincipalOrgID."
    codes = frozenset({TO_EVERYBODY})

    def says(self, finding: PlanFinding, whom: str, parameters: Parameters) -> str:
        return "is opened to everybody"


class ResourcesToKnownAccountsOnly(ResourceRule):
    name = "resources_to_known_accounts"
    title = "Resources are opened to known AWS accounts only"
    explains = (
        "A bucket, key, queue or other resource that another AWS account gets to by a plan, where neither that one nor "
        "the organization that is named is in the list."
    )
    mend = "Let in an AWS account of the list, or have an owner add this one."
    parameters = (
        KnownAccounts("accounts", "Known AWS accounts", "Ids of AWS accounts and of organizations. One a line."),
    )
    codes = frozenset({TO_EVERYBODY, TO_ACCOUNT, TO_ORGANIZATION})

    def says(self, finding: PlanFinding, whom: str, parameters: Parameters) -> str:
        if finding.code == TO_EVERYBODY:
            return "is opened to any AWS account"
        if whom in parameters["accounts"]:
            return ""
        return f"is opened to {'the organization' if finding.code == TO_ORGANIZATION else 'AWS account'} {whom}"
