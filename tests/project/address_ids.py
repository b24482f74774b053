"""Addresses with the ids that the rows of tests/admin/cases.py have in an AWS account."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db.models import Model
from django.urls import reverse

from access.models import SavedQuestion
from access_requests.models import AccessOffer, AccessRequest, RequesterIdentity
from accounts.models import (
    AccountLabel,
    ApiToken,
    ApprovalRule,
    AuditEntry,
    AwsAccount,
    Grant,
    GrantGain,
    GrantRule,
    Operator,
    ScimGroup,
    ScimToken,
)
from accounts.roles import Role
from cognito.models import CognitoUser, SavedSearch, UserPool
from configuration.models import ConfigurationUpload
from contain.models import Containment, ContainmentReport
from estate.models import AccountEnrolment
from findings.models import Finding
from guides.models import LeaverReport, TaskRun
from identities.models import IamUser
from infrastructure.models import StateFile
from notifications.models import Delivery, NotificationRoute
from objects import kinds, object_actions
from policies.models import EditorDraft, Organization, OrgUnit
from reviews.models import Review, ReviewedGrant
from sync.models import (
    AcceptedPipeline,
    Change,
    EventQueue,
    LabelRemoval,
    MirroredRow,
    Revision,
    Run,
    Safeguard,
    SpanningChange,
)
from tests.project.addresses import ADDRESSES

# What an address is about, by the first word or the first two words of its URL name.
KINDS: Mapping[str, type[Model]] = {
    **{kind.name: kind.model for kind in kinds.registered()},
    "try": UserPool,
    "cognito": UserPool,
    "question": SavedQuestion,
    "access_test": Safeguard,
    "guard_rail": Safeguard,
    "grant_rule": GrantRule,
    "grant_gain": GrantGain,
    "label": AccountLabel,
    "label_guard": Safeguard,
    "label_access": Safeguard,
    "label_removal": LabelRemoval,
    "label_decide": LabelRemoval,
    "change": Change,
    "spanning": SpanningChange,
    "pull": Run,
    "drift": Revision,
    "revision": Revision,
    "as": IamUser,
    "object": IamUser,
    "draft": EditorDraft,
    "state": StateFile,
    "grant": Grant,
    "enrolment": AccountEnrolment,
    "finding": Finding,
    "fix_finding": Finding,
    "event_queue": EventQueue,
    "pipeline": AcceptedPipeline,
    "unused_bring": Change,
    "unused_keep": Change,
    "containment": Containment,
    "containment_report": ContainmentReport,
    "task": TaskRun,
    "task_report": LeaverReport,
    "request_offer": AccessOffer,
    "own_request": AccessRequest,
    "access_request": AccessRequest,
    "access_offer": AccessOffer,
    "requester": RequesterIdentity,
    "review": Review,
    "reviewed": ReviewedGrant,
    "approval": ApprovalRule,
    "token": ApiToken,
    "audit": AuditEntry,
    "operator": Operator,
    "configuration_file": ConfigurationUpload,
    "configuration_import": ConfigurationUpload,
    "scim_token": ScimToken,
    "scim_group": ScimGroup,
    "cognito_people": UserPool,
    "data_protection": UserPool,
    "cognito_search": UserPool,
    "notification_route": NotificationRoute,
    "notification_secret": NotificationRoute,
    "notification_message": Delivery,
    "own_message": Delivery,
}
_NAMED = re.compile(r"{(\w+)}")  # of a query: the object of that word in KINDS
# By what a row belongs to an AWS account, where that isn't its column.
_BELONGS = {
    Revision: "facet__aws_account",
    Delivery: "event__aws_account",
    Operator: "grants__aws_account",
    ApiToken: "operator__grants__aws_account",
    ConfigurationUpload: "operator__grants__aws_account",
    ScimToken: "made_by__grants__aws_account",
    ScimGroup: "members__operator__grants__aws_account",
    SavedSearch: "pool__aws_account",
    AccountLabel: "labelled__aws_account",
    GrantRule: "label__labelled__aws_account",
    AccountEnrolment: "held_by",
    Review: "aws_accounts",
    SpanningChange: "changes__aws_account",
    ContainmentReport: "containment__aws_account",
    LeaverReport: "run__aws_account",
}
# An action of each place; where there is none yet, nobody finds one.
_ACTIONS = {
    "account": "create-user",
    "api_care": "disable",
    **{place: object_actions.actions_at(place)[0].name for place in object_actions.places()},
}


def id_in(aws_account: AwsAccount, kind: type[Model], /, **only: str) -> object:
    """Of the first one there; of its operators of the viewer."""
    rows = kind._default_manager.filter(**{_BELONGS.get(kind, "aws_account"): aws_account}, **only)
    row = (rows.filter(grants__role=Role.VIEWER) if kind is Operator else rows).earliest("pk")
    return row.aws_id if isinstance(row, MirroredRow) else row.pk


def _about(of: AwsAccount, kind: type[Model], name: str) -> object:
    only = {"kind": "guard_rail"} if name.startswith("guard_rail") else {}
    if name == "review_report":
        only = {"state": Review.State.FINISHED.value}
    if kind is Safeguard and name.startswith("label_"):
        only = {"kind": "guard_rail" if "guard_rail" in name else "access_test"}
        return Safeguard.objects.filter(label__labelled__aws_account=of, **only).earliest("pk").pk
    return id_in(of, kind, **only)


def kind_of(name: str) -> type[Model] | None:
    """What the address of this URL name is about; None for a list or a page of its own."""
    return KINDS.get("_".join(name.split("_")[:2])) or KINDS.get(name.partition("_")[0])


def address_of(name: str, aws_account: AwsAccount, *, ids_of: AwsAccount | None = None, query: str = "") -> str:
    """`ids_of`: the AWS account of the objects that it names, where that is another one; also of those in `query`."""
    of = ids_of or aws_account
    kind = kind_of(name)
    about = _about(of, kind, name) if kind else ""
    candidates = {
        "account_id": aws_account.account_id,
        "version_id": "v1",
        "kind": "users" if name.startswith("api_") else "iam.user",
        "object_id": id_in(of, IamUser),
        "change_id": id_in(of, Change),
        "pool_id": id_in(of, UserPool),
        "person_id": id_in(of, CognitoUser),
        "prefix": "s3",  # of a service
        "template": "read-bucket",
        "rule": "no_full_access",
        "slug": "session",  # of the glossary
        "rule_id": "credentials.no_mfa",
        "control_id": "contacts",
        "label": id_in(of, AccountLabel),
        "node_id": id_in(of, OrgUnit) if "node_id" in ADDRESSES[name] else "",
        "organization_id": id_in(of, Organization) if "organization_id" in ADDRESSES[name] else "",
        "aws_id": about,
        "position": 1,
        "grant": id_in(of, ReviewedGrant),
        "uid": "none",  # of SCIM, where nobody comes without a token
        "rest": "Bulk",
        "pk": id_in(of, SavedSearch) if name == "cognito_search_forget" else about or 1,
        "action": "delete" if name.endswith("_stage_action") else _ACTIONS.get(name.removesuffix("_action"), "none"),
    }
    path = reverse(name, kwargs={param: candidates[param] for param in ADDRESSES[name]})
    ids = {word: id_in(of, KINDS[word]) for word in _NAMED.findall(query)}
    return f"{path}?{query.format_map(ids)}" if query else path
