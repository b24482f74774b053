"""Service last accessed: a report for each user, group, role or policy, made on request and fetched a moment later.

What was used is what `note_service` was told, and the last use that IAM keeps of access keys and of roles. With
ACTION_LEVEL the actions that AWS tracks stand with it: IAM API Reference, "ServiceLastAccessed".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from time import time
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.iam.exceptions import NotFoundException, ValidationError
from moto.iam.models import IAMBackend

from emulator import clock
from emulator.iam.paging import page
from emulator.iam.service_names import SERVICES
from emulator.iam.shapes import Shape, moment
from emulator.iam.tracked_actions import TRACKED_ACTIONS

_MAKING_S = 0.05  # how long a report takes: long enough for a client that doesn't wait to meet it unfinished


@dataclass(frozen=True)
class Use:
    at: datetime
    region: str
    by: str  # the ARN of who used it


GRANULARITIES = ("SERVICE_LEVEL", "ACTION_LEVEL")


@dataclass(frozen=True)
class Job:
    arn: str
    asked: datetime
    ready: float  # seconds since the epoch, by the machine's clock
    granularity: str = "SERVICE_LEVEL"


class LastAccessed(IAMBackend):  # type: ignore[misc]
    service_uses: dict[str, dict[str, Use]]  # by the ARN of a user or role, then by service
    action_uses: dict[str, dict[str, Use]]  # by the ARN of a user or role, then by action, such as s3:CreateBucket
    access_jobs: dict[str, Job]

    def note_service(self, owner: Any, service: str, use: Use, actions: Iterable[str] = ()) -> None:
        self.service_uses.setdefault(owner.arn, {})[service] = use
        self.action_uses.setdefault(owner.arn, {}).update({f"{service}:{action}": use for action in actions})

    def start_access_job(self, arn: str, granularity: str) -> str:
        if granularity not in GRANULARITIES:
            raise ValidationError(
                f"1 validation error detected: Value '{granularity}' at 'granularity' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(GRANULARITIES)}]"
            )
        self._entity(arn)
        job_id = str(uuid4())
        self.access_jobs[job_id] = Job(arn, clock.utcnow(), time() + _MAKING_S, granularity)
        return job_id

    def access_job(self, job_id: str) -> Job:
        if job_id not in self.access_jobs:
            raise NotFoundException(f"Job with id {job_id} cannot be found.")
        return self.access_jobs[job_id]

    def services_of(self, arn: str, granularity: str) -> list[Shape]:
        """Every service that its policies allow something of, as AWS lists them. NoSuchEntity when it is gone."""
        entity = self._entity(arn)
        patterns = _patterns(self._documents(entity))
        granted = _granted(patterns)
        uses = self._uses(entity, granted)
        found = []
        for name in sorted(granted):
            shape = {"ServiceName": SERVICES[name], "ServiceNamespace": name} | _last_use(uses.get(name))
            if granularity == "ACTION_LEVEL":
                shape |= _actions(name, patterns, self.action_uses.get(entity.arn, {}))
            found.append(shape)
        return found

    def _entity(self, arn: str) -> Any:
        held = (*self.users.values(), *self.groups.values(), *self.roles.values(), *self.managed_policies.values())
        found = next((one for one in held if one.arn == arn), None)
        if found is None:
            raise NotFoundException(f"ARN {arn} not found.")
        return found

    def _documents(self, entity: Any) -> Iterator[str]:
        if not hasattr(entity, "policies"):  # a managed policy
            yield _in_force(entity)
            return
        owners = [entity]
        if entity in self.users.values():
            owners += self.get_groups_for_user(entity.name)
        for owner in owners:
            yield from owner.policies.values()
            yield from map(_in_force, owner.managed_policies.values())

    def _uses(self, entity: Any, granted: set[str]) -> dict[str, Use]:
        uses = dict(self.service_uses.get(entity.arn, {}))
        for key in getattr(entity, "access_keys", ()):
            used = key.last_used
            if used is not None and used.service not in uses:
                uses[used.service] = Use(used.timestamp, used.region, entity.arn)
        last_used = getattr(entity, "last_used", None)
        if last_used is not None and not uses and granted:
            uses[min(granted)] = Use(last_used, entity.last_used_region or "us-east-1", entity.arn)
        return uses


class LastAccessedResponses:
    backend: Any
    _get_param: Callable[..., Any]

    def generate_service_last_accessed_details(self) -> ActionResult:
        granularity = self._get_param("Granularity") or "SERVICE_LEVEL"
        return ActionResult({"JobId": self.backend.start_access_job(self._get_param("Arn"), granularity)})

    def get_service_last_accessed_details(self) -> ActionResult:
        job = self.backend.access_job(self._get_param("JobId"))
        about: Shape = {"JobType": job.granularity, "JobCreationDate": moment(job.asked)}
        if time() < job.ready:
            return ActionResult(about | {"JobStatus": "IN_PROGRESS", "ServicesLastAccessed": []})
        about |= {"JobCompletionDate": moment(job.asked)}
        try:
            services = self.backend.services_of(job.arn, job.granularity)
        except NotFoundException as gone:
            error = {"Code": gone.code, "Message": gone.message}
            return ActionResult(about | {"JobStatus": "FAILED", "ServicesLastAccessed": [], "Error": error})
        found, marker = page(
            services,
            order=lambda service: service["ServiceNamespace"],
            marker=self._get_param("Marker"),
            max_items=self._get_param("MaxItems"),
        )
        answer = {"ServicesLastAccessed": found, "IsTruncated": marker is not None, "Marker": marker}
        return ActionResult(about | {"JobStatus": "COMPLETED"} | answer)


def _in_force(policy: Any) -> str:
    return next(str(version.document) for version in policy.versions if version.is_default)


def _patterns(documents: Iterable[str]) -> set[str]:
    """Of the actions that are allowed, whatever the conditions; in lower case."""
    patterns: set[str] = set()
    for document in documents:
        statements = json.loads(document)["Statement"]
        for statement in [statements] if isinstance(statements, dict) else statements:
            if statement["Effect"] == "Allow":
                patterns |= {action.lower() for action in _many(statement.get("Action", "*"))}
    return patterns


def _granted(patterns: Iterable[str]) -> set[str]:
    """The services of which something is allowed."""
    prefixes = {pattern.partition(":")[0] for pattern in patterns}
    return {name for name in SERVICES if any(fnmatchcase(name, prefix) for prefix in prefixes)}


def _actions(service: str, patterns: Iterable[str], uses: Mapping[str, Use]) -> Shape:
    """Those that AWS tracks and that are allowed; nothing at all where none of them was tried."""
    allowed = [
        action
        for action in TRACKED_ACTIONS.get(service, ())
        if any(fnmatchcase(f"{service}:{action}".lower(), pattern) for pattern in patterns)
    ]
    if not any(f"{service}:{action}" in uses for action in allowed):
        return {}
    return {"TrackedActionsLastAccessed": [_tracked(action, uses.get(f"{service}:{action}")) for action in allowed]}


def _tracked(action: str, use: Use | None) -> Shape:
    if use is None:
        return {"ActionName": action}
    return {
        "ActionName": action,
        "LastAccessedEntity": use.by,
        "LastAccessedTime": moment(use.at),
        "LastAccessedRegion": use.region,
    }


def _many(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _last_use(use: Use | None) -> Shape:
    if use is None:
        return {"TotalAuthenticatedEntities": 0}
    return {
        "LastAuthenticated": moment(use.at),
        "LastAuthenticatedEntity": use.by,
        "LastAuthenticatedRegion": use.region,
        "TotalAuthenticatedEntities": 1,
    }
