"""Parameters of a template: what may be typed for each, and what the document has in its place.

What is typed is a value, never a piece of JSON nor of a pattern: characters that mean something in a policy are written
as IAM User Guide, "IAM policy elements: Variables and tags" says ("Where you can use policy variables", special
characters), so that they mean themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from aws_constraints.arn import Arn
from characters import unseen_in
from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel, ResourceType, regions, resource_types, service_names, types_of_arn

MOST = 1_024  # characters of one value
# IAM User Guide, "Permissions boundaries for IAM entities": who may make principals without a boundary, or act as other
# principals, gets past their own.
_GIVING_PERMISSIONS = frozenset({"iam", "identitystore", "organizations", "sso", "sts"})


class InvalidParameterError(ValueError):
    """What was typed can't be the parameter's value; says why, and what can."""


@dataclass(frozen=True)
class Place:
    """Where the policy is to be: what an example of an ARN is filled with."""

    partition: str
    account_id: str

    @property
    def region(self) -> str:
        return {"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}.get(self.partition, "eu-west-1")


@dataclass(frozen=True)
class Parameter:
    """`name` stands in the template as `<name>`. `help_text` may be empty."""

    name: str
    label: str
    help_text: str = ""

    def help(self, place: Place) -> str:
        return self.help_text

    def value(self, typed: str, place: Place) -> str | Sequence[str]:
        """What stands in the document. Raises InvalidParameterError."""
        typed = typed.strip()
        if not typed:
            raise InvalidParameterError(f"{self.label}: type a value.")
        if len(typed) > MOST:
            raise InvalidParameterError(f"{self.label}: at most {MOST:,} characters.")
        if unseen := unseen_in(typed) or re.findall(r"[\t\r\n]", typed):
            raise InvalidParameterError(
                f"{self.label}: there is a character that nobody sees ({ascii(unseen[0])[1:-1]})."
            )
        return self.of(typed, place)

    def of(self, typed: str, place: Place) -> str | Sequence[str]:
        raise NotImplementedError


@dataclass(frozen=True)
class ArnParameter(Parameter):
    """The ARN of one object, as `action` takes it. `type` is its name in the catalogue; `example`: its last part."""

    action: str = ""
    type: str = ""
    example: str = ""

    @property
    def resource_type(self) -> ResourceType:
        return next(each for each in resource_types(self.action) if each.name == self.type)

    def help(self, place: Place) -> str:
        service = self.resource_type.arn.split(":")[2]
        region = "" if service == "iam" else place.region
        return f"Its ARN, such as arn:{place.partition}:{service}:{region}:{place.account_id}:{self.example}"

    def of(self, typed: str, place: Place) -> str:
        if any(sign in typed for sign in "*?$\"'\\ <>"):
            raise InvalidParameterError(f"{self.label}: give the ARN of one, without *, ?, $, quotes or spaces.")
        if Arn.parse(typed) is None or not types_of_arn(typed, [self.resource_type]):
            raise InvalidParameterError(f"{self.label}: this isn’t the ARN of one. {self.help(place)}")
        return typed


@dataclass(frozen=True)
class NameParameter(Parameter):
    """A name that AWS's own rule allows; `rule` in words."""

    pattern: str = ""
    rule: str = ""

    def of(self, typed: str, place: Place) -> str:
        if not re.fullmatch(self.pattern, typed, re.ASCII):
            raise InvalidParameterError(f"{self.label}: {self.rule}")
        return typed


@dataclass(frozen=True)
class TextParameter(Parameter):
    """Any text. `in_pattern`: it stands where `*` and `?` mean something, too."""

    in_pattern: bool = False

    def of(self, typed: str, place: Place) -> str:
        if self.in_pattern:
            return re.sub(r"[*?]|\$(?=\{)", lambda found: f"${{{found[0]}}}", typed)
        return typed.replace("${", "${$}{")


@dataclass(frozen=True)
class TagKeyParameter(NameParameter):
    """IAM User Guide, "Tags for AWS Identity and Access Management resources"; no brace: it ends a variable."""

    pattern: str = r"(?!aws:)[\w .:/=+@-]{1,128}"
    rule: str = "letters, digits, spaces and _.:/=+-@, not beginning with aws:."


@dataclass(frozen=True)
class ServicePrincipalParameter(Parameter):
    def of(self, typed: str, place: Place) -> str:
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com(\.cn)?", typed):
            raise InvalidParameterError(f"{self.label}: a service principal, such as lambda.amazonaws.com.")
        return typed


@dataclass(frozen=True)
class RegionsParameter(Parameter):
    def of(self, typed: str, place: Place) -> Sequence[str]:
        named = list(dict.fromkeys(re.split(r"[\s,;]+", typed.lower())))
        unknown = [name for name in named if name not in regions().get(place.partition, ())]
        if unknown:
            raise InvalidParameterError(
                f"{self.label}: {unknown[0][:40]} is no Region. Write them as eu-west-1 eu-north-1."
            )
        return named


@dataclass(frozen=True)
class ServicesParameter(Parameter):
    """Services by their prefixes, of which all actions are meant.

    Not those that give permissions away: of these a template says itself which actions it allows, and on what.
    """

    def of(self, typed: str, place: Place) -> Sequence[str]:
        named = services_named(self.label, typed)
        if giving := [name for name in named if name in _GIVING_PERMISSIONS]:
            raise InvalidParameterError(
                f"{self.label}: with all of {giving[0]} one gets permissions that nothing here limits. Leave it out."
            )
        return [f"{name}:*" for name in named]


@dataclass(frozen=True)
class ReadingServiceParameter(Parameter):
    """One service by its prefix, of which the actions are meant that only list and read."""

    def of(self, typed: str, place: Place) -> Sequence[str]:
        services = services_named(self.label, typed)
        if len(services) > 1:
            raise InvalidParameterError(f"{self.label}: name one service.")
        patterns = reading_patterns(services[0])
        if not patterns:
            raise InvalidParameterError(f"{self.label}: {services[0]} has no actions that only list or read.")
        return patterns


def services_named(label: str, typed: str) -> list[str]:
    """Prefixes of services, each once. Raises InvalidParameterError where the catalogue has no such service."""
    named = list(dict.fromkeys(re.split(r"[\s,;]+", typed.lower())))
    unknown = [name for name in named if name not in service_names()]
    if unknown:
        raise InvalidParameterError(
            f"{label}: AWS has no service {unknown[0][:40]}. Write its prefix, such as s3 or dynamodb."
        )
    return named


_READING = {AccessLevel.LIST, AccessLevel.READ}


def reading_patterns(service: str) -> list[str]:
    """`dynamodb:Get*` where all actions of that verb list or read, else the actions by name; none where none does."""
    actions = [catalogue.action(name) for name in catalogue.actions_matching(f"{service}:*")]
    reads = {each.name for each in actions if each and _READING.issuperset(each.access_levels)}
    found: dict[str, None] = {}
    for name in sorted(reads):
        short = name.partition(":")[2]
        verb = re.match(r"[A-Z][a-z]+", short)
        pattern = f"{service}:{verb[0]}*" if verb else name
        fits = reads.issuperset(catalogue.actions_matching(pattern))
        found[pattern if fits else name] = None
    return list(found)
