"""Why AWS denied something: the page *Why denied*, for programs. Nothing is asked of AWS, and nothing of it is kept."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from access.denied.answer import answer
from access.denied.completing import completed, deleted_principal
from access.denied.drafting import propose
from access.denied.reading import LONGEST, MOST, Reading, read
from access.denied.requests import DeniedRequest, filled_in
from access.forms import MOST_KEYS, DeniedRequestForm
from access.situations import UnanswerableQuestionError
from access.views.seen import seen_by
from access.views.why_denied import fields_of
from accounts.access import fetch_aws_account
from accounts.models import AwsAccount
from accounts.roles import SEE_IAM
from api.denials import WhyDeniedAnswer, answer_out
from api.errors import Refused
from api.interface import asks
from api.reading import WholeInJson
from api.routes.access import Line, Lines
from iamconsole.web.addresses import needs

router = Router(tags=["Access"])
_ENCODED = (
    "Only AWS can read this encoded message. Have STS decode it (DecodeAuthorizationMessage), and send what it answers "
    "as `text`."
)


_EXAMPLE: JsonDict = {
    "text": "User: arn:aws:iam::123456789012:user/jane is not authorized to perform: s3:PutObject on resource: "
    "arn:aws:s3:::reports/a"
}


class WhyDeniedIn(Schema):
    """`text`: what AWS said, an event of CloudTrail, or what STS decoded; `pick`: which of its denials, from 0. The
    other fields fill in what can't be read of it, or stand for themselves. `place`, `width`: of the statement, as
    answered.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})
    text: Annotated[str, Field(max_length=LONGEST)] = ""
    pick: Annotated[int, Field(ge=0, lt=MOST), WholeInJson] = 0
    principal: Line = ""
    action: Line = ""
    resource: Line = ""
    context: Annotated[dict[Line, Lines], Field(max_length=MOST_KEYS, description="Values by condition key.")] = {}
    place: Line = ""
    width: Line = ""


@router.post(
    "/aws-accounts/{account_id}/why-denied",
    response=WhyDeniedAnswer,
    url_name="api_why_denied",
    operation_id="why_denied",
)
@asks(needs(SEE_IAM))
def why_denied(request: HttpRequest, account_id: str, asked: WhyDeniedIn) -> WhyDeniedAnswer:
    """Which layer of policies says no to what AWS denied, and the least that would allow it."""
    aws_account = fetch_aws_account(request, account_id)
    reading = read(asked.text) if asked.text.strip() else Reading()
    denied = _denied(aws_account, asked, reading)
    try:
        found = answer(aws_account, denied, seen_by(request))
    except UnanswerableQuestionError as problem:
        gone = deleted_principal(aws_account, denied.principal)
        was = {"gone": {"id": gone.aws_id, "gone_at": gone.gone_at}} if gone else {}
        raise Refused(422, str(problem), **was) from problem
    return answer_out(reading, found, propose(aws_account, found, asked.place, asked.width))


def _denied(aws_account: AwsAccount, asked: WhyDeniedIn, reading: Reading) -> DeniedRequest:
    """Raises Refused."""
    typed = {name: getattr(asked, name) for name in ("principal", "action", "resource") if getattr(asked, name)}
    if reading.problem and not typed:
        raise Refused(422, reading.problem)
    said = _chosen(aws_account, asked.pick, reading)
    if said and said.is_encoded_only and not typed:
        raise Refused(422, _ENCODED)
    if said and said.is_complete and not (typed or asked.context):
        return said
    form = DeniedRequestForm({**(fields_of(said) if said else {}), **typed, **_lines(asked)})
    if not form.is_valid():
        errors = [{"field": name, "sentence": " ".join(map(str, each))} for name, each in form.errors.items()]
        raise Refused(422, " ".join(f"{each['field']}: {each['sentence']}" for each in errors), errors=errors)
    filled = form.cleaned_data
    return filled_in(said, filled["principal"], filled["action"], filled["resource"], filled["context"])


def _chosen(aws_account: AwsAccount, pick: int, reading: Reading) -> DeniedRequest | None:
    if not reading.requests:
        return None
    if pick >= len(reading.requests):
        raise Refused(422, f"pick: there are {len(reading.requests)} denials in this text, counted from 0.")
    return completed(aws_account, reading.requests[pick])


def _lines(asked: WhyDeniedIn) -> dict[str, str]:
    if not asked.context:
        return {}
    lines = [f"{key}={value}" for key, values in asked.context.items() for value in values]
    if any(len(line.splitlines()) != 1 for line in lines) or any("=" in key for key in asked.context):
        raise Refused(422, "context: a condition key has no equals sign, and no value has several lines.")
    return {"context": "\n".join(lines)}
