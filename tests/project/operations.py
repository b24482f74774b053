"""The case of each operation: what the tests know of it, for those that go through all of them."""

from __future__ import annotations

from collections.abc import Mapping

from tests.cognito import operation_cases_people, operation_cases_pools
from tests.cognito.identity_pools import operation_cases as operation_cases_identity_pools
from tests.directory import operation_cases as operation_cases_directory
from tests.directory import operation_cases_sets, operation_cases_store
from tests.identities import (
    operation_cases_account,
    operation_cases_certificates,
    operation_cases_containing,
    operation_cases_credentials,
    operation_cases_delegation,
    operation_cases_principals,
    operation_cases_providers,
    operation_cases_root_access,
    operation_cases_written,
)
from tests.policies import operation_cases as operation_cases_policies
from tests.policies import operation_cases_organization
from tests.resources import operation_cases as operation_cases_resources
from tests.services.operation_cases import OperationCase, SendingCase
from tests.unused import operation_cases as operation_cases_unused

ALL: tuple[OperationCase, ...] = (
    *operation_cases_policies.CASES,
    *operation_cases_policies.OTHER_CASES,
    *operation_cases_organization.CASES,
    *operation_cases_principals.CASES,
    *operation_cases_containing.CASES,
    *operation_cases_containing.OTHER_CASES,
    *operation_cases_written.CASES,
    *operation_cases_credentials.CASES,
    *operation_cases_credentials.OTHER_CASES,
    *operation_cases_providers.CASES,
    *operation_cases_certificates.CASES,
    *operation_cases_account.CASES,
    *operation_cases_root_access.CASES,
    *operation_cases_delegation.CASES,
    *operation_cases_resources.CASES,
    *operation_cases_directory.CASES,
    *operation_cases_directory.OTHER_CASES,
    *operation_cases_sets.CASES,
    *operation_cases_sets.OTHER_CASES,
    *operation_cases_store.CASES,
    *operation_cases_pools.CASES,
    *operation_cases_pools.OTHER_CASES,
    *operation_cases_people.CASES,
    *operation_cases_identity_pools.CASES,
    *operation_cases_unused.OTHER_CASES,
)
CASES: Mapping[str, OperationCase] = {case.kind: case for case in ALL}
SENDING: Mapping[str, SendingCase] = {kind: case for kind, case in CASES.items() if isinstance(case, SendingCase)}
