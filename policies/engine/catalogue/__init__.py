"""The catalogue of AWS's services: actions, resource types, condition keys; from AWS's documentation, with its date.

Nothing is read before it is asked for, and services one by one.
"""

from policies.engine.catalogue.actions import (
    access_levels,
    action,
    actions_matching,
    all_actions,
    asked_on,
    condition_keys,
    dependent_actions,
    needed_by,
    resource_types,
    tagging_creators,
    takes_key,
    takes_no_resource,
)
from policies.engine.catalogue.arns import (
    may_match,
    may_mean,
    parts_overlap,
    pattern_of,
    shape_of,
    types_of_arn,
    types_of_arn_service,
)
from policies.engine.catalogue.keys import FEDERATION_KEYS, LONGEST_NAME, condition_key, fits_key, spelled
from policies.engine.catalogue.keys import SENSITIVE as SENSITIVE_KEYS
from policies.engine.catalogue.managed_policies import managed_policy_arn, managed_policy_paths
from policies.engine.catalogue.service_sources import SERVICE_SOURCES, ServiceSource
from policies.engine.catalogue.store import (
    REFERENCE,
    data_date,
    may_be_region,
    regions,
    service_names,
    services_with_rcps,
)
from policies.engine.catalogue.values import AccessLevel, Action, ConditionKey, KeyType, ResourceType, ResourceUse

__all__ = [
    "FEDERATION_KEYS",
    "LONGEST_NAME",
    "REFERENCE",
    "SENSITIVE_KEYS",
    "SERVICE_SOURCES",
    "AccessLevel",
    "Action",
    "ConditionKey",
    "KeyType",
    "ResourceType",
    "ResourceUse",
    "ServiceSource",
    "access_levels",
    "action",
    "actions_matching",
    "all_actions",
    "asked_on",
    "condition_key",
    "condition_keys",
    "data_date",
    "dependent_actions",
    "fits_key",
    "managed_policy_arn",
    "managed_policy_paths",
    "may_be_region",
    "may_match",
    "may_mean",
    "needed_by",
    "parts_overlap",
    "pattern_of",
    "regions",
    "resource_types",
    "service_names",
    "services_with_rcps",
    "shape_of",
    "spelled",
    "tagging_creators",
    "takes_key",
    "takes_no_resource",
    "types_of_arn",
    "types_of_arn_service",
]
