"""An export as the text of a file, in pieces: Terraform as one file; CloudFormation as one template, or as a ZIP file
of several where one can't hold it all.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.utils import timezone

from iamconsole.web.words import machine_time
from infrastructure.code.cloudformation import CloudFormation, Template
from infrastructure.code.hcl import block, comment
from infrastructure.code.parts import (
    ExportedObject,
    ExportedOidcProvider,
    ExportedPolicy,
    ExportedSamlProvider,
    LeftOut,
    Part,
)
from infrastructure.code.terraform import TYPES, Terraform, new_names
from infrastructure.exports.reading import named_parts, parts_of
from infrastructure.exports.selection import ExportSelection

TERRAFORM, YAML, JSON = "terraform", "cloudformation-yaml", "cloudformation-json"
FORMATS = {
    TERRAFORM: "Terraform or OpenTofu (HCL)",
    YAML: "CloudFormation (YAML)",
    JSON: "CloudFormation (JSON)",
}
_OLDEST = ">= 1.5.0"  # with import blocks


@dataclass(frozen=True)
class CodeFile:
    suffix: str  # "tf"
    content_type: str
    pieces: Iterator[bytes]


def file_of(selection: ExportSelection, wanted: str) -> CodeFile:
    """`wanted`: one of FORMATS."""
    if wanted == TERRAFORM:
        return CodeFile("tf", "text/plain; charset=utf-8", (each.encode() for each in terraform_of(selection)))
    syntax = "json" if wanted == JSON else "yaml"
    texts = templates_of(parts_of(selection), syntax, _about(selection))
    first, second = next(texts), next(texts, None)
    if second is None:
        content_type = "application/json" if syntax == "json" else "application/yaml"
        return CodeFile(syntax, content_type, iter([first.encode()]))
    return CodeFile("zip", "application/zip", _zipped(chain((first, second), texts), syntax))


# ---- Terraform -----------------------------------------------------------------------------------------------
def terraform_of(selection: ExportSelection) -> Iterator[str]:
    """Twice through the selection: what is called how, then what it says."""
    names = new_names()
    by_type: dict[str, list[tuple[str, str]]] = {}
    for part_type, arn, name in named_parts(selection):
        key = arn if part_type in (ExportedPolicy, ExportedOidcProvider, ExportedSamlProvider) else name
        by_type.setdefault(TYPES[part_type], []).append((key, name))
    for type_, named in by_type.items():
        names.assign(type_, named)
    yield from map(comment, (_about(selection), "Secrets are not in it: no passwords, no keys."))
    yield "\n"
    if selection.is_whole:
        yield _provider(selection)
    writer = Terraform(names)
    for part in parts_of(selection):
        yield writer.text(part)


def _provider(selection: ExportSelection) -> str:
    """A plan in another AWS account stops there."""
    providers = block("terraform", [("required_version", _OLDEST)], [
        "required_providers {", "  aws = {", '    source = "hashicorp/aws"', "  }", "}",
    ])  # fmt: skip
    account = block('provider "aws"', [("allowed_account_ids", [selection.aws_account.account_id])])
    return f"{providers}\n{account}\n"


def _about(selection: ExportSelection) -> str:
    account_id, now = selection.aws_account.account_id, machine_time(timezone.now())
    return f"IAM of the AWS account {account_id}, as the mirror of IAM Console had it at {now}."


def text_of(part: Part, wanted: str) -> str:
    """One object by itself, for its page."""
    if wanted == TERRAFORM:
        names = new_names()
        if isinstance(part, ExportedObject):
            names.of(TYPES[type(part)], part.arn if isinstance(part, ExportedPolicy) else part.name, part.name)
        return Terraform(names).text(part).rstrip("\n") + "\n"
    about = f"The object {part.name}" if isinstance(part, ExportedObject) else "An object"
    return next(templates_of([part], "json" if wanted == JSON else "yaml", about))


# ---- CloudFormation ------------------------------------------------------------------------------------------
def templates_of(parts: Iterable[Part], syntax: str, about: str) -> Iterator[str]:
    """At least one; each as large as CloudFormation takes it, at most."""
    made, template, number = CloudFormation(), Template(syntax), 1
    for part in parts:
        resources = made.resources(part)
        if isinstance(resources, LeftOut):
            template.left_out.append(str(resources))
            continue
        if not template.holds(resources):
            yield template.text(f"{about} Part {number}.")
            made, template, number = CloudFormation(), Template(syntax), number + 1
            again = made.resources(part)  # without references to what stands in the template before
            resources = resources if isinstance(again, LeftOut) else again
        for resource in resources:
            template.add(resource)
        made.note(part, resources)
        if remark := made.remark(part):
            template.left_out.append(remark)
    yield template.text(about if number == 1 else f"{about} Part {number}.")


class _ZipPieces:
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        data, self._pieces = b"".join(self._pieces), []
        return data


def _zipped(texts: Iterable[str], syntax: str) -> Iterator[bytes]:
    out = _ZipPieces()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, text in enumerate(texts, start=1):
            archive.writestr(f"template-{number:03}.{syntax}", text)
            yield out.taken()
    yield out.taken()
