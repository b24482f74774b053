"""Who may do what: the pages *Who can* and *Simulate*, for programs. Nothing is asked of AWS."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, QueryDict
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from access.forms import QuestionForm
from access.simulation.answers import AnswerRow
from access.simulation.asking import Asked, ask
from access.simulation.columns import AskedPair
from access.simulation.question import (
    LONGEST_DOCUMENT,
    LONGEST_LINE,
    MOST_KEYS,
    MOST_LINES,
    AsIf,
    SimulationQuestion,
    Supposition,
)
from access.views.seen import seen_by
from access.views.simulate import cells_of
from access.views.who_can import not_read_words
from access.who_can.answer import WhoCanAnswer, WhoCanLine
from accounts.access import fetch_aws_account, signed_in
from accounts.roles import SEE_IAM
from api.errors import Refused
from api.interface import asks
from api.paging import Cursors, PageQuery
from iamconsole.web.addresses import needs
from policies.engine.catalogue import spelled

router = Router(tags=["Access"])

Line = Annotated[str, Field(max_length=LONGEST_LINE)]
Lines = Annotated[list[Line], Field(max_length=MOST_LINES)]
# One at least, on one line, and not in front of it a blank, which isn't read.
ACTION = r"^[A-Za-z0-9*?-]+:[A-Za-z0-9*?]+$"
RESOURCE = r"^[!-~][^\u0000]*$"
_ON_ONE_LINE = r"[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*"
KeyAndValue = Annotated[str, Field(max_length=LONGEST_LINE, pattern=f"^[!-<>-~]{_ON_ONE_LINE}={_ON_ONE_LINE}$")]
Document = Annotated[str, Field(max_length=LONGEST_DOCUMENT)]


# ---- Who can -------------------------------------------------------------------------------------------------------
class WhoCanQuery(PageQuery):
    action: Annotated[
        str, Field(max_length=256, pattern=ACTION, examples=["s3:GetObject"], description="Such as s3:Get*.")
    ]
    resource: Annotated[
        str,
        Field(
            max_length=2048, pattern=RESOURCE, examples=["*"], description="An ARN or a pattern; * for anything at all."
        ),
    ]
    context: Annotated[list[KeyAndValue], Field(max_length=MOST_KEYS, description="Condition keys, as key=value.")] = []


class WhoCanWay(Schema):
    policy: str
    statements: list[str]
    groups: list[str]


class WhoCanPrincipal(Schema):
    """`decision`: allowed or unknown; `only_if`: under which condition, or what it depends on. `kind`: user, role, or
    "" for who isn't in the mirror. `aws_account`: another one that they are in.
    """

    name: str
    arn: str
    kind: str
    decision: str
    only_if: str
    example: str
    aws_account: str
    because: list[WhoCanWay]


class WhoCanPage(Schema):
    """`not_read`: what has a say, too, and isn't in the mirror, in words."""

    total: int
    items: list[WhoCanPrincipal]
    not_read: str
    next: str | None


@router.get("/aws-accounts/{account_id}/who-can", response=WhoCanPage, url_name="api_who_can", operation_id="who_can")
@asks(needs(SEE_IAM))
def who_can(request: HttpRequest, account_id: str, asked: Query[WhoCanQuery]) -> WhoCanPage:
    """Whom policies allow an action on a resource, and because of which statements."""
    aws_account = fetch_aws_account(request, account_id)
    data = QueryDict(mutable=True)
    data.update({"action": asked.action, "resource": asked.resource, "context": "\n".join(asked.context)})
    form = QuestionForm(data)
    if not form.is_valid():
        raise Refused(422, " ".join(f"{name}: {' '.join(map(str, each))}" for name, each in form.errors.items()))
    answer = WhoCanAnswer(aws_account, form.cleaned_data, may_see=seen_by(request))
    cursors = Cursors.of(request)
    first = cursors.read_number(asked.after) or 0
    lines = [_principal(line) for line in answer.lines(first, asked.limit)]
    behind = first + asked.limit
    more = behind < len(answer.listed)
    return WhoCanPage(
        total=answer.total,
        items=lines,
        not_read=not_read_words(answer),
        next=cursors.write(behind if more else None),
    )


def _principal(line: WhoCanLine) -> WhoCanPrincipal:
    because = [
        WhoCanWay(policy=way.policy, statements=list(way.statements), groups=[name for name, _ in way.groups])
        for way in line.because
    ]
    return WhoCanPrincipal(
        name=line.name,
        arn=line.arn,
        kind=line.kind,
        decision=str(line.decision),
        only_if=line.only_if,
        example=line.example,
        aws_account=line.account,
        because=because,
    )


# ---- Simulate ------------------------------------------------------------------------------------------------------
class SupposedIn(Schema):
    """What the answers suppose: a change (`of`: its number), or the document of a managed policy (`of`: its ARN or
    name), of an inline policy (`of`: whose, `name`), or a trust policy (`of`: the role).
    """

    model_config = ConfigDict(extra="forbid")
    kind: AsIf
    of: Line = ""
    name: Line = ""
    document: Document = ""


_QUESTION: JsonDict = {"principals": ["arn:aws:iam::123456789012:user/jane"], "actions": ["s3:GetObject"]}


class SimulateIn(Schema):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_QUESTION]})
    principals: Annotated[Lines, Field(min_length=1)]
    actions: Annotated[Lines, Field(min_length=1)]
    resources: Lines = []
    context: Annotated[dict[Line, Lines], Field(max_length=MOST_KEYS, description="Values by condition key.")] = {}
    session_policy: Document = ""
    resource_policy: Document = ""
    as_read: Annotated[
        bool, Field(strict=True, description="Suppose that what isn’t read neither allows nor denies.")
    ] = False
    as_if: SupposedIn | None = None


class SimulatedAnswer(Schema):
    """`answer`: Allowed, Denied or Unknown; "" where it can't be asked, and `why_not` says why. `live`: without
    what is supposed.
    """

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


class SimulateAnswer(Schema):
    answers: list[SimulatedAnswer]
    problems: list[str]
    remarks: list[str]


@router.post(
    "/aws-accounts/{account_id}/simulate",
    response=SimulateAnswer,
    url_name="api_simulate",
    operation_id="simulate",
)
@asks(needs(SEE_IAM))
def simulate(request: HttpRequest, account_id: str, asked: SimulateIn) -> SimulateAnswer:
    """Each principal × action × resource, by the engine; with `as_if` as a change or a document would make it."""
    aws_account = fetch_aws_account(request, account_id)
    found = ask(aws_account, _question(asked), operator=signed_in(request))
    if found.answers is None:
        raise Refused(422, _sentences(found) or "Give principals and actions.")
    pairs = found.answers.asked.pairs
    answers = [_said(row, pair, place) for row in found.answers.rows for place, pair in enumerate(pairs)]
    problems = [sentence for _, sentence in found.problems]
    return SimulateAnswer(answers=answers, problems=problems, remarks=list(found.remarks))


def _question(asked: SimulateIn) -> SimulationQuestion:
    supposed = asked.as_if
    return SimulationQuestion(
        principals=_lines(asked.principals),
        actions=_lines(asked.actions),
        resources=_lines(asked.resources),
        context={spelled(key): tuple(values) for key, values in asked.context.items() if key.strip()},
        session=asked.session_policy.strip(),
        as_read=asked.as_read,
        supposed=Supposition(supposed.kind, supposed.of, supposed.name, supposed.document)
        if supposed
        else Supposition(),
        of_resource=asked.resource_policy.strip(),
    )


def _lines(texts: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _sentences(found: Asked) -> str:
    return " ".join(sentence for _, sentence in found.problems)


def _said(row: AnswerRow, pair: AskedPair, place: int) -> SimulatedAnswer:
    answer = row.answers[place]
    said: dict[str, Any] = dict.fromkeys(("answer", "live", "by_policies_read", "depends_on"), "")
    if answer is not None:
        *words, _ = cells_of(answer)
        said = dict(zip(said, words, strict=True))
    reasons = answer.verdict.reasons if answer else ()
    return SimulatedAnswer(
        principal=row.principal.arn,
        group=row.principal.group or "",
        action=pair.action,
        resource=pair.resource,
        because=[f"{reason.policy}: {reason.named}" for reason in reasons if reason.policy],
        why_not=row.why_not,
        **said,
    )
