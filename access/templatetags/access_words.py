"""Layers and condition keys in words, for the pages of this app."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from policies.engine.catalogue import spelled
from policies.engine.evaluate import LayerName

register = template.Library()

LAYERS = {
    LayerName.IDENTITY: "policies of its own and of its groups",
    LayerName.BOUNDARY: "permissions boundary",
    LayerName.SESSION: "session policy",
    LayerName.RESOURCE: "resource’s own policy",
    LayerName.ENDPOINT: "policies of VPC endpoints",
    LayerName.SCP: "service control policies",
    LayerName.RCP: "resource control policies",
    LayerName.AWS: "rules that AWS has beside all policies",
}


@register.filter
def layer(name: LayerName) -> str:
    """To stand after "the"."""
    return LAYERS[name]


@register.filter
def keys(names: Iterable[str]) -> str:
    return ", ".join(map(spelled, names))


@register.filter
def short(policy: str) -> str:
    """What the evaluator calls a policy, without the ARN before its name: `AdministratorAccess`."""
    return policy.rpartition("/")[2] if policy.startswith("arn:") else policy
