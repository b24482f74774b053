"""What the API takes and answers.

Written by `make client` from the OpenAPI document of the API; a test fails when it is stale.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

AsIf = Literal["live", "change", "draft", "managed", "inline", "trust"]

DocumentType = Literal["identity", "boundary", "trust", "resource", "scp", "rcp"]

ImportedRows = Literal["new", "there"]

InvitationChannel = Literal["EMAIL", "SMS"]


class AccessBlockOut(TypedDict):
    """To whom the same happens; `more`: how many beside those who are named."""

    who: list[str]
    more: int
    flag: str
    lead: str
    lines: list[DiffLineOut]
    notes: list[str]


class AccessOut(TypedDict):
    """`summary`: "15 gain, 2 lose"; "" where nobody does. `measured`: whether it was looked at."""

    measured: bool
    summary: str
    effects: list[AccessBlockOut]


class AccountPermissions(TypedDict):
    aws_account: str
    name: str
    scopes: list[str]


class ApplyIn(TypedDict):
    """`digest`: that of the plan as it was read, so that nothing else is applied."""

    digest: str


class ApprovalOut(TypedDict):
    operator: str
    at: str
    counts: bool


class AwsAccountOut(TypedDict):
    account_id: str
    name: str
    partition: str
    environment: str
    is_connected: bool
    writes_enabled: bool
    approvals_required: int
    read_at: NotRequired[str | None]


class AwsAccountsOut(TypedDict):
    items: list[AwsAccountOut]


class CallOut(TypedDict):
    name: str
    command_line: str


class CareIn(TypedDict):
    title: NotRequired[str]
    reason: NotRequired[str]


class ChangeOut(TypedDict):
    """`digest`: of the plan, which approvals sign and an application names. `against`: what stands against applying it
    now, for this token. `steps` are those of `page`. `version`: for If-Match, another one once anything
    was done with it."""

    id: int
    version: str
    url: str
    title: str
    does: str
    reason: str
    state: str
    requested_by: str
    created_at: str
    expires_at: str
    not_before: str | None
    until: str | None
    digest: str
    approvals_required: int
    approvals: list[ApprovalOut]
    against: list[str]
    steps_total: int
    page: int
    pages: int
    steps: list[StepOut]
    findings: list[FindingOut]
    access: AccessOut
    dry_run: DryRunOut | None


class DeniedAsked(TypedDict):
    """`read_from`: message, event, decoded, parts, or fields, which AWS said nothing of."""

    read_from: str
    principal: str
    action: str
    resource: str
    context: dict[str, list[str]]


class DeniedLayer(TypedDict):
    """`state`: allows, denies, lacks, silent, none or unknown. `stops`: it decides; `next`: it would stop it then."""

    layer: str
    state: str
    words: str
    stops: bool
    next: bool


class DeniedReason(TypedDict):
    title: str
    sentence: str
    said_by_aws: bool


class DiffAnswer(TypedDict):
    """`allowed`: what access the documents give; `denied`: what they keep others from giving. `gained`, `lost` and
    `undecided` list actions with resources and conditions. `lines`: both in words."""

    same: bool
    allowed: dict[str, Any]
    denied: dict[str, Any]
    lines: list[str]


class DiffIn(TypedDict):
    old: str | dict[str, Any]
    new: str | dict[str, Any]


class DiffLineOut(TypedDict):
    sign: str
    text: str


class DocumentIn(TypedDict):
    """A policy document in the place of another. `action` with objects of `kind`: edit with policies, inline with
    users, groups and roles, trust with roles; as in the address of the editor. `id`: AWS's immutable id. `name`: of an
    inline policy. `replaces`: the document that the new one was made of; where there is another one by now, nothing is
    proposed."""

    kind: str
    id: str
    action: NotRequired[str]
    name: NotRequired[str]
    document: str | dict[str, Any]
    replaces: NotRequired[str | dict[str, Any] | None]


class DryRunOut(TypedDict):
    finished: bool
    steps: list[dict[str, Any]]
    missing_permissions: list[dict[str, str]]
    error: str


class FilterOut(TypedDict):
    name: str
    words: str


class FindingOut(TypedDict):
    severity: str
    message: str
    detail: str
    steps: list[str]


class ImportIn(TypedDict):
    """`table`: CSV whose first line names the columns, as the page of the pool says them. `channel`: how invitations
    go. `leave_out`: propose the rows that can be done, though others can't."""

    title: NotRequired[str]
    reason: NotRequired[str]
    table: str
    rows: NotRequired[ImportedRows]
    channel: NotRequired[InvitationChannel]
    leave_out: NotRequired[bool]


class KindOut(TypedDict):
    kind: str
    one: str
    many: str
    filters: list[FilterOut]
    sorts: list[str]


class KindsOut(TypedDict):
    items: list[KindOut]


class LintAnswer(TypedDict):
    findings: list[LintOut]


class LintIn(TypedDict):
    document: str | dict[str, Any]
    type: NotRequired[DocumentType]
    aws_account: NotRequired[str]


class LintOut(TypedDict):
    code: str
    severity: str
    message: str
    path: str
    line: int
    column: int


class ListedRow(TypedDict):
    """`fields`: the columns of the list, as its file has them."""

    id: str
    fields: dict[str, Any]


class Me(TypedDict):
    operator: str
    operator_name: str
    token: TokenSelf
    aws_accounts: list[AccountPermissions]


class ObjectFacet(TypedDict):
    """What one source says of it. `content`: as the console understands it; `extra`: what AWS says beside that."""

    name: str
    title: str
    read_at: str
    content: Any
    extra: Any


class ObjectOut(TypedDict):
    id: str
    kind: str
    name: str
    arn: str | None
    fields: dict[str, Any]
    gone_at: str | None
    facets: list[ObjectFacet]


class ObjectPage(TypedDict):
    items: list[ObjectRow]
    next: str | None


class ObjectRow(TypedDict):
    """`fields`: the columns of the list, as its file has them."""

    id: str
    kind: str
    name: str
    arn: str | None
    fields: dict[str, Any]


class PeopleOut(TypedDict):
    """`more`: there are others, too; look for them more narrowly."""

    items: list[PersonOut]
    more: bool


class PersonOut(TypedDict):
    """`id`: their `sub`. `fields`: the columns of the list."""

    id: str
    fields: dict[str, Any]


class ProposeIn(TypedDict):
    """Either `steps` or `edit`. `until`: when what it gives is taken away again. `not_before`: when it begins. An edit
    begins at once and stays."""

    title: NotRequired[str]
    reason: NotRequired[str]
    steps: NotRequired[list[StepIn]]
    edit: NotRequired[DocumentIn | None]
    until: NotRequired[str | None]
    not_before: NotRequired[str | None]


class RevisionOut(TypedDict):
    """`words`: what it changed. `origin`: import, change (by this console), outside, or aws. `content`: with
    documents in the place of references to them, as pages show it; null where it is gone."""

    number: int
    facet: str
    seen_at: str
    origin: str
    change: int | None
    gone: bool
    words: list[str]
    content: Any


class RevisionPage(TypedDict):
    items: list[RevisionOut]
    next: str | None


class RowPage(TypedDict):
    items: list[ListedRow]
    next: str | None


class SimulateAnswer(TypedDict):
    answers: list[SimulatedAnswer]
    problems: list[str]
    remarks: list[str]


class SimulateIn(TypedDict):
    principals: list[str]
    actions: list[str]
    resources: NotRequired[list[str]]
    context: NotRequired[dict[str, list[str]]]
    session_policy: NotRequired[str]
    resource_policy: NotRequired[str]
    as_read: NotRequired[bool]
    as_if: NotRequired[SupposedIn | None]


class SimulatedAnswer(TypedDict):
    """`answer`: Allowed, Denied or Unknown; "" where it can't be asked, and `why_not` says why. `live`: without
    what is supposed."""

    principal: str
    group: str
    action: str
    resource: str
    answer: str
    live: str
    by_policies_read: str
    depends_on: str
    because: list[str]
    why_not: str


class SmallestStatement(TypedDict):
    """The least that would allow it. `why_not`: why none does, or who writes it. `place`, `width`: the chosen ones.
    `edit`: to propose it, null where the console doesn't write it. `helps`: the layer allows it then; `still`: those
    that stop it then. `lets_in`: who may do it only then, `lets_in_more` how many beside."""

    why_not: str
    statement: dict[str, Any] | None
    place: str
    width: str
    places: list[StatementPlace]
    widths: list[StatementWidth]
    edit: StatementEdit | None
    helps: bool
    still: list[str]
    lets_in: list[str]
    lets_in_more: int
    able_already: list[str]
    able_already_total: int


class StatementEdit(TypedDict):
    """As `edit` of a proposed change has it."""

    kind: str
    id: str
    action: str
    name: str
    document: str


class StatementPlace(TypedDict):
    """`having`: how many users and roles have the policy."""

    key: str
    title: str
    having: int


class StatementWidth(TypedDict):
    name: str
    words: str


class StepIn(TypedDict):
    """As docs/change-operations.md lists the kinds; `params` are those of the operation."""

    kind: str
    params: dict[str, Any]


class StepOut(TypedDict):
    """`expects`: what it must find in AWS, else it sends nothing. `undo`: what would undo it, in words."""

    position: int
    kind: str
    title: str
    state: str
    destructive: bool
    risk: str
    undo: str
    note: str
    expects: str
    calls: list[CallOut]
    diff: list[DiffLineOut]
    error: str


class SupposedIn(TypedDict):
    """What the answers suppose: a change (`of`: its number), or the document of a managed policy (`of`: its ARN or
    name), of an inline policy (`of`: whose, `name`), or a trust policy (`of`: the role)."""

    kind: AsIf
    of: NotRequired[str]
    name: NotRequired[str]
    document: NotRequired[str]


class TokenSelf(TypedDict):
    name: str
    prefix: str
    service: str
    scopes: list[str]
    networks: list[str]
    expires_at: str


class WhoCanPage(TypedDict):
    """`not_read`: what has a say, too, and isn't in the mirror, in words."""

    total: int
    items: list[WhoCanPrincipal]
    not_read: str
    next: str | None


class WhoCanPrincipal(TypedDict):
    """`decision`: allowed or unknown; `only_if`: under which condition, or what it depends on. `kind`: user, role, or
    "" for who isn't in the mirror. `aws_account`: another one that they are in."""

    name: str
    arn: str
    kind: str
    decision: str
    only_if: str
    example: str
    aws_account: str
    because: list[WhoCanWay]


class WhoCanWay(TypedDict):
    policy: str
    statements: list[str]
    groups: list[str]


class WhyDeniedAnswer(TypedDict):
    """`denials`: those of the text, to `pick` one; `left_out`: how many more there were. `outcome`: denied, allowed (by
    what the console has) or unknown. `reasons`: what else may deny it, or would decide it."""

    denials: list[str]
    left_out: int
    asked: DeniedAsked
    outcome: str
    headline: str
    agreement: str
    layers: list[DeniedLayer]
    reasons: list[DeniedReason]
    smallest: SmallestStatement


class WhyDeniedIn(TypedDict):
    """`text`: what AWS said, an event of CloudTrail, or what STS decoded; `pick`: which of its denials, from 0. The
    other fields fill in what can't be read of it, or stand for themselves. `place`, `width`: of the statement, as
    answered."""

    text: NotRequired[str]
    pick: NotRequired[int]
    principal: NotRequired[str]
    action: NotRequired[str]
    resource: NotRequired[str]
    context: NotRequired[dict[str, list[str]]]
    place: NotRequired[str]
    width: NotRequired[str]
