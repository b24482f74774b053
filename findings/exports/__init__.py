"""Findings in the formats of others, as files: streamed, so that memory doesn't grow with the rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse

from findings.exports import asff, ocsf
from findings.models import Finding
from iamconsole.web.exports import file_response
from sync import mirror

CHUNK = 500
Described = Callable[[Finding, str], Mapping[str, Any]]  # of a finding and the ARN of its object, "" where it has none

# By the name in the address: what the button says, the name of the file, how a finding is described.
FORMATS: Mapping[str, tuple[str, str, Described]] = {
    "ocsf": ("OCSF", "findings-ocsf", ocsf.detection_finding),
    "asff": ("Security Hub", "findings-asff", asff.finding),
}


def export(wanted: str, rows: QuerySet[Any]) -> StreamingHttpResponse:
    """`wanted`: one of FORMATS. One JSON array, a finding on each line."""
    _, name, describe = FORMATS[wanted]
    described = _described(rows.select_related("aws_account").order_by("pk"), describe)
    return json_response(name, described)


def json_response(name: str, described: Iterable[Mapping[str, Any]]) -> StreamingHttpResponse:
    return file_response("json", name, _array(described))


def _array(described: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    separator = "[\n"
    for each in described:
        yield separator + json.dumps(each, ensure_ascii=False)
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


def _described(rows: QuerySet[Any], describe: Described) -> Iterator[Mapping[str, Any]]:
    listed = rows.iterator(chunk_size=CHUNK)
    while some := list(islice(listed, CHUNK)):
        arns = _arns(some)
        yield from (describe(row, arns.get((row.aws_account_id, row.object_id), "")) for row in some)


def _arns(findings: Sequence[Finding]) -> Mapping[tuple[int, str], str]:
    """Of their objects, by AWS account and unique id. One query a kind."""
    wanted: dict[str, list[Finding]] = {}
    for each in findings:
        wanted.setdefault(each.kind, []).append(each)
    found: dict[tuple[int, str], str] = {}
    for kind, some in wanted.items():
        about = mirror.mirror_about(kind)
        if about is not None:
            places, ids = {each.aws_account_id for each in some}, {each.object_id for each in some}
            rows = about.model.objects.filter(aws_account__in=places, aws_id__in=ids)
            found |= {(pk, aws_id): arn for pk, aws_id, arn in rows.values_list("aws_account_id", "aws_id", "arn")}
    return found
