"""Of each kind of resource, what its policies say of a request, and what beside them decides.

The documentation of each kind is in its entry of the table (resources/table/).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from access.resource_policies import resource_policy_of
from access.resource_sides.buckets import CUT, is_blocked, said_by_bucket
from access.resource_sides.keys import grants_as_document
from access.resource_sides.values import (
    NO_CONTEXT,
    ResourceSide,
    SaidByResource,
    SideNotRead,
    denials_of,
    joined,
    policy_name,
)
from access.surroundings import Surroundings
from aws_constraints.arn import account_in
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.layers import LayerPolicy
from policies.engine.public_buckets import counts_as_public
from policies.engine.truth import YES
from resources.models import Resource
from resources.selectors import HeldPolicies, held_as, s3_settings
from resources.table.computing import REGISTRY
from resources.table.keys import KEY

POLICY_GIVEN = "policy of the resource"  # what reasons call one that stands in place of its own
_METHODS = "The methods of the API say, too, who may call them, and aren’t read."
_BUCKET_TOO = "A request through an access point has to pass the policy of its bucket, too."
_GRANTS = "The grants of the key aren’t read."
_VERSION = "Policies of versions that no alias names aren’t read."
_STREAM = "The policy of a stream that is no longer the table’s newest isn’t read."
_BELOW_TABLE = "Policies of tables are about the table, its indexes and its stream."
_LOG_GROUPS = "Policies of single log groups aren’t read."
_REGISTRY = "The policy of the registry decides, too, and isn’t read."
_BY_REGISTRY = frozenset({"ecr:batchimportupstreamimage", "ecr:createrepository", "ecr:replicateimage"})


@dataclass(frozen=True)
class _Asked:
    held: HeldPolicies
    action: str  # in lower case
    resource: str

    @property
    def row(self) -> Resource:
        """Raises LookupError for what has policies of a whole Region."""
        if self.held.resource is None:
            raise LookupError(self.resource)
        return self.held.resource


class _NotHeldError(Exception):
    """A sentence: what the request is decided by isn't held."""


def side_of(
    held: HeldPolicies,
    action: str,
    resource: str,
    around: Surroundings,
    instead: CompiledDocument | None = None,
) -> ResourceSide | SideNotRead:
    """`resource`: an ARN of the request, or a pattern all of which is in the resource. `instead`: a policy in place of
    its own.
    """
    asked = _Asked(held, action.lower(), resource)
    kind = held.kind.kind
    try:
        documents = [instead] if instead else _POLICIES.get(kind, _all)(asked)
    except _NotHeldError as problem:
        return SideNotRead(str(problem))
    if not documents:
        documents = [CompiledDocument(held.kind.instead_of_none or {})]
    row = held.resource
    named = policy_name(resource_policy_of(resource), row.name) if row else resource_policy_of(resource)
    name = POLICY_GIVEN if instead else named
    policy = LayerPolicy(name, joined(documents))
    own, others = _BESIDE[kind](asked, policy) if kind in _BESIDE else (SaidByResource(policy),) * 2
    context = _context(asked)
    account_id = row.aws_account.account_id if row else account_in(resource)
    return ResourceSide(account_id, around, own, others, context, _stamp(own, others, context, around))


def _stamp(own: SaidByResource, others: SaidByResource, context: Mapping[str, object], around: Surroundings) -> str:
    words = [
        [[each.source.written for each in said.policy.document.statements], *said.unsure, *said.notes]
        for said in (own, others)
    ]
    said = json.dumps([words, dict(context), around.stamp], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


# ---- Which of its policies -----------------------------------------------------------------------------------
def _all(asked: _Asked) -> list[CompiledDocument]:
    return [compiled(each.document.text) for each in asked.held.policies]


def _of_function(asked: _Asked) -> list[CompiledDocument]:
    qualifier = asked.resource.removeprefix(asked.row.arn).removeprefix(":")
    if qualifier.isdecimal() or qualifier.startswith("$"):
        raise _NotHeldError(_VERSION)
    return _all(asked)


def _of_table(asked: _Asked) -> list[CompiledDocument]:
    """Of its indexes, the table's own; of its stream, another. Nothing else below it has one."""
    below = asked.resource.removeprefix(asked.row.arn)
    if below and not below.startswith(("/index/", "/stream/")):
        raise _NotHeldError(_BELOW_TABLE)
    of_stream = [each.arn for each in asked.row.policies.all() if each.part == "stream_policy"]
    if below.startswith("/stream/") and any(arn != asked.resource for arn in of_stream):
        raise _NotHeldError(_STREAM)
    return _all(asked)


def _of_key(asked: _Asked) -> list[CompiledDocument]:
    grants = asked.held.facts.get("grants") or ()
    return [*_all(asked), *([grants_as_document(grants)] if grants else [])]


def _of_repository(asked: _Asked) -> list[CompiledDocument]:
    if asked.action not in _BY_REGISTRY:
        return _all(asked)
    region, account = asked.row.located_in, asked.row.aws_account
    known_as = f"ecr:{region}:{account.account_id}:registry"
    registry = held_as(account, REGISTRY.kind, known_as)
    if not isinstance(registry, HeldPolicies):
        raise _NotHeldError(_REGISTRY)
    return [*_all(asked), *(compiled(each.document.text) for each in registry.policies)]


_POLICIES: Mapping[str, Callable[[_Asked], list[CompiledDocument]]] = {
    "lambda.function": _of_function,
    "dynamodb.table": _of_table,
    KEY.kind: _of_key,
    "ecr.repository": _of_repository,
}


# ---- What beside them decides --------------------------------------------------------------------------------
_Both = tuple[SaidByResource, SaidByResource]


def _beside_bucket(asked: _Asked, policy: LayerPolicy) -> _Both:
    return said_by_bucket(policy, asked.resource, asked.held.facts, s3_settings(asked.row.aws_account))


def _beside_key(asked: _Asked, policy: LayerPolicy) -> _Both:
    said = SaidByResource(policy, may_be_granted="" if "grants" in asked.held.facts else _GRANTS)
    return said, said


def _beside_api(asked: _Asked, policy: LayerPolicy) -> _Both:
    said = SaidByResource(policy, may_be_granted=_METHODS, may_be_refused=_METHODS)
    return said, said


def _beside_log_group(asked: _Asked, policy: LayerPolicy) -> _Both:
    said = SaidByResource(policy, may_be_granted=_LOG_GROUPS, may_be_refused=_LOG_GROUPS)
    return said, said


def _beside_access_point(asked: _Asked, policy: LayerPolicy) -> _Both:
    """Amazon S3 User Guide, "Managing public access to access points": each has Block Public Access of its own."""
    own = others = replace(SaidByResource(policy), may_be_refused=_BUCKET_TOO)
    blocked = is_blocked("RestrictPublicBuckets", asked.held.facts, s3_settings(asked.row.aws_account))
    if min(blocked, counts_as_public(policy.document)) is YES:
        others = SaidByResource(LayerPolicy(policy.name, denials_of(policy.document)), notes=(CUT,))
    return own, others


_BESIDE: Mapping[str, Callable[[_Asked, LayerPolicy], _Both]] = {
    "s3.bucket": _beside_bucket,
    "s3.access_point": _beside_access_point,
    KEY.kind: _beside_key,
    "apigateway.rest_api": _beside_api,
    "logs.resource_policy": _beside_log_group,
}


# ---- Condition keys that it tells ----------------------------------------------------------------------------
def _context(asked: _Asked) -> Mapping[str, tuple[str, ...]]:
    return dict(_keys(asked)) if asked.held.kind.kind == "lambda.function" else NO_CONTEXT


def _keys(asked: _Asked) -> Iterator[tuple[str, tuple[str, ...]]]:
    """How callers of a function's URL sign themselves: Lambda Developer Guide, "Control access to function URLs"."""
    if asked.action != "lambda:invokefunctionurl":
        return
    for url in asked.held.facts.get("urls") or ():
        if url["arn"] == asked.resource:
            yield "lambda:functionurlauthtype", (str(url["auth"]),)
