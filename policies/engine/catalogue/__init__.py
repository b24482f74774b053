"""What AWS's services can do: actions, resource types, condition keys; from AWS's documentation, with its date.

Nothing is read before it is asked for, and services one by one.
"""

from policies.engine.catalogue.actions import (
    access_levels,
    action,
    actions_matching,
    all_actions,
    condition_keys,
    dependent_actions,
    resource_types,
    takes_key,
    takes_no_resource,
)
from policies.engine.catalogue.arns import may_mean, pattern_of, types_of_arn
from policies.engine.catalogue.keys import condition_key, fits_key
from policies.engine.catalogue.store import data_date, service_names, services_with_rcps
from policies.engine.catalogue.values import AccessLevel, Action, ConditionKey, KeyType, ResourceType, ResourceUse

__all__ = [
    "AccessLevel", "Action", "ConditionKey", "KeyType", "ResourceType", "ResourceUse", "access_levels", "action",
    "actions_matching", "all_actions", "condition_key", "condition_keys", "data_date", "dependent_actions", "fits_key",
    "may_mean", "pattern_of", "resource_types", "service_names", "services_with_rcps", "takes_key",
    "takes_no_resource", "types_of_arn",
]  # fmt: skip
