"""Answers in XML (AWS's query protocol: IAM, STS), read in one walk by the model of the operation's output.

botocore's own parser asks of every node anew what the model says of it; that is most of the time that a large answer
takes. Here the model is made into readers once, one for each shape. What the model doesn't have, because AWS is newer
than our botocore, is kept as it came, but for what looks like a secret. Shapes that the query protocol of IAM and STS
doesn't use are botocore's to read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from xml.etree import ElementTree

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.parsers import ResponseParserError

from sync.aws.secrets import masked

Node = ElementTree.Element
Read = Callable[[Node], Any]
ScalarFor = Callable[[Shape], Callable[[str], Any] | None]  # how text is read; None: as it is


class Parser(Protocol):
    """What botocore's parsers have in common."""

    def parse(self, response: Mapping[str, Any], shape: Shape | None) -> dict[str, Any]: ...


class XmlParser:
    """Reads what went well; errors and what is unusual it leaves to `usual`, botocore's own parser."""

    def __init__(self, usual: Parser, scalar_for: ScalarFor) -> None:
        self._usual = usual
        self._scalar_for = scalar_for
        self._readers: dict[tuple[Shape, str], Read | None] = {}

    def parse(self, response: Mapping[str, Any], shape: Shape | None) -> dict[str, Any]:
        if shape is None or response["status_code"] >= 300:
            return self._usual.parse(response, shape)
        root = _tree(response["body"])
        namespace = root.tag[: root.tag.find("}") + 1]
        read = self._reader(shape, namespace)
        if read is None:
            return self._usual.parse(response, shape)
        wrapper = shape.serialization.get("resultWrapper")
        result = root.find(namespace + wrapper) if wrapper else root
        if result is None:
            raise ResponseParserError(f"The answer has no {wrapper}.")
        try:
            parsed: dict[str, Any] = read(result)
        except (ValueError, RuntimeError) as error:  # no number, no time, no base64; no end of children
            raise ResponseParserError(f"Unable to read the answer: {error}") from error
        said = root.find(f"{namespace}ResponseMetadata")
        metadata = {part.tag.removeprefix(namespace): part.text for part in (() if said is None else said)}
        headers = {name.lower(): value for name, value in response["headers"].items()}
        parsed["ResponseMetadata"] = metadata | {"HTTPStatusCode": response["status_code"], "HTTPHeaders": headers}
        return parsed

    def _reader(self, shape: Shape, namespace: str) -> Read | None:
        key = (shape, namespace)
        if key not in self._readers:
            try:
                self._readers[key] = _Readers(namespace, self._scalar_for).of(shape)
            except _UnusualXml:
                self._readers[key] = None
        return self._readers[key]


class _UnusualXml(Exception):
    """A shape that isn't read here."""


class _Readers:
    """Makes the readers of one operation's output."""

    def __init__(self, namespace: str, scalar_for: ScalarFor) -> None:
        self._namespace = namespace
        self._scalar_for = scalar_for
        self._made: dict[str, Read] = {}

    def of(self, shape: Shape) -> Read:
        key = shape.name
        if key not in self._made:
            if shape.serialization.get("flattened") or shape.serialization.get("location"):
                raise _UnusualXml
            # While the members of a structure are looked at they may come upon the structure itself.
            self._made[key] = lambda node: self._made[key](node)
            self._made[key] = self._make(shape)
        return self._made[key]

    def _make(self, shape: Shape) -> Read:
        if isinstance(shape, StructureShape):
            return self._structure(shape)
        if isinstance(shape, ListShape):
            member = self.of(shape.member)
            return lambda node: [member(child) for child in node]
        if isinstance(shape, MapShape):
            return self._map(shape)
        scalar = self._scalar_for(shape)
        return _text if scalar is None else lambda node: scalar(node.text or "")

    def _structure(self, shape: StructureShape) -> Read:
        if shape.is_tagged_union:
            raise _UnusualXml
        members = {
            self._namespace + (member.serialization.get("name") or name): (name, self.of(member))
            for name, member in shape.members.items()
        }
        skipped = len(self._namespace)

        def structure(node: Node) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for child in node:
                member = members.get(child.tag)
                if member is None:
                    found[child.tag[skipped:]] = masked(child.tag[skipped:], _as_it_came(child))
                else:
                    found[member[0]] = member[1](child)
            return found

        return structure

    def _map(self, shape: MapShape) -> Read:
        key_tag = self._namespace + (shape.key.serialization.get("name") or "key")
        value_tag = self._namespace + (shape.value.serialization.get("name") or "value")
        key, value = self.of(shape.key), self.of(shape.value)

        def entries(node: Node) -> dict[Any, Any]:
            return {key(_child(entry, key_tag)): value(_child(entry, value_tag)) for entry in node}

        return entries


def _tree(body: bytes) -> Node:
    if b"<!DOCTYPE" in body:  # AWS sends none, and without one there are no entities: bombs, files, addresses
        raise ResponseParserError("Unable to parse the answer: it has a document type.")
    try:
        return ElementTree.fromstring(body)  # noqa: S314  (expat ≥ 2.4.1 ends bombs in other encodings, too)
    except (ElementTree.ParseError, LookupError, ValueError) as error:  # and encodings that nobody knows
        raise ResponseParserError(f"Unable to parse the answer: {error}") from error


def _text(node: Node) -> str:
    return node.text or ""


def _child(node: Node, tag: str) -> Node:
    found = node.find(tag)
    if found is None:
        raise ResponseParserError("An entry of the answer lacks its key or its value.")
    return found


def _as_it_came(node: Node) -> Any:
    """Text, or a list of its members, or a dictionary of its children."""
    if len(node) == 0:
        return node.text or ""
    names = [child.tag.rpartition("}")[2] for child in node]
    if set(names) == {"member"}:
        return [_as_it_came(child) for child in node]
    return {name: _as_it_came(child) for name, child in zip(names, node, strict=True)}
