"""The tags of any kind of object, one a step. The part is {"object": "ANPA…", "value": "reports"}; null: none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from objects.kinds import AwsKind
from objects.operations.objects import FacetOperation
from sync.checks import PlanFinding
from sync.mirror import Content
from sync.operations import BadParams, Call, Refusal, Risk, StepSpec, Value
from sync.plan_draft import Draft

# IAM User Guide, "IAM and AWS STS quotas" and "Rules for tagging in IAM and AWS STS".
MOST_TAGS, LONGEST_KEY, LONGEST_VALUE = 50, 128, 256


def is_awss(key: str) -> bool:
    """Tags that AWS itself puts on objects: nobody else can."""
    return key.lower().startswith("aws:")


def check_key(key: str) -> None:
    """Raises BadParams."""
    if not 1 <= len(key) <= LONGEST_KEY:
        raise BadParams(f"The key of a tag has 1 to {LONGEST_KEY} characters.", field="key")
    if is_awss(key):
        raise BadParams("Tags that begin with aws: are AWS's own.", field="key")


def check_value(value: str) -> None:
    """Raises BadParams."""
    if len(value) > LONGEST_VALUE:
        raise BadParams(f"The value of a tag has at most {LONGEST_VALUE} characters.", field="value")


@dataclass(frozen=True, kw_only=True)
class UntagParams:
    arn: str
    key: str
    called: str = ""  # what people call the object, where its ARN has an id

    def __post_init__(self) -> None:
        check_key(self.key)


@dataclass(frozen=True, kw_only=True)
class TagParams(UntagParams):
    value: str

    def __post_init__(self) -> None:
        super().__post_init__()
        check_value(self.value)


P = TypeVar("P", bound=UntagParams)


class TagOperation(FacetOperation[P]):
    risk: Risk  # type: ignore[misc]  # of the instance

    def __init__(self, of: AwsKind) -> None:
        super().__init__(of)
        self.risk = of.tag_risk
        self.needed_for = of.changed_for or f"Set the tags of {of.several}."
        self.aws_operation = type(self).aws_operation.format(of.tagged_as)

    @property
    def facet(self) -> str:
        return self.of.tags_in

    def part(self, p: P) -> str:
        return f"tag:{p.arn} {p.key}"

    def describe_existing(self, value: Value) -> str:
        return "no such tag" if value["value"] is None else f"the value “{value['value']}”"

    def held(self, row: Any, p: P) -> Mapping[str, Any]:
        return {"value": _tags(row, self.of).get(p.key)}

    def parse_part(self, content: Content, p: P) -> Mapping[str, Any]:
        return {"value": content.get(self.of.tags_member, {}).get(p.key)}

    def before(self, draft: Draft, p: P, value: Value) -> dict[str, Any]:
        return {"value": value["value"]}

    def reverse(self, p: P, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        if before["value"] is None:
            return [untag(self.of, p.arn, p.key, p.called)]
        return [tag(self.of, p.arn, p.key, before["value"], p.called)]


class TagObject(TagOperation[TagParams]):
    verb = "tag"
    aws_operation = "Tag{}"
    params_type = TagParams
    unchanged_field = "value"

    def title(self, p: TagParams) -> str:
        return f"Tag {self.named(p)} {p.key}={p.value}"

    def calls(self, p: TagParams) -> list[Call]:
        return self.call(p, self.aws_operation, Tags=self.of.tags(p.key, p.value))

    def after(self, p: TagParams, value: Value) -> Value:
        return {**value, "value": p.value}

    def is_so_already(self, p: TagParams) -> str:
        return f"The tag {p.key} of {self.named(p)} says “{p.value}” already."

    def limits(self, draft: Draft, p: TagParams, value: Value) -> list[PlanFinding]:
        keys = set(_tags(self.row(draft, p), self.of))
        for step in self.earlier(draft, p):
            if isinstance(step.operation, TagOperation):
                (keys.add if isinstance(step.operation, TagObject) else keys.discard)(step.params.key)
        if len(keys | {p.key}) <= MOST_TAGS:
            return []
        words = f"{len(keys)} tags are on {self.named(p)}; AWS allows {MOST_TAGS}."
        return [PlanFinding("TOO_MANY_TAGS", "error", words, field="key")]


class UntagObject(TagOperation[UntagParams]):
    verb = "untag"
    aws_operation = "Untag{}"
    params_type = UntagParams

    def title(self, p: UntagParams) -> str:
        return f"Remove the tag {p.key} from {self.named(p)}"

    def calls(self, p: UntagParams) -> list[Call]:
        return self.call(p, self.aws_operation, TagKeys=[p.key])

    def after(self, p: UntagParams, value: Value) -> Value:
        return {**value, "value": None}

    def is_so_already(self, p: UntagParams) -> str:
        return f"There is no tag {p.key} on {self.named(p)}."


def tag(of: AwsKind, arn: str, key: str, value: str, called: str = "") -> StepSpec:
    return StepSpec(of.step_kind(TagObject.verb), {"arn": arn, "key": key, "value": value, **_called(called)})


def untag(of: AwsKind, arn: str, key: str, called: str = "") -> StepSpec:
    return StepSpec(of.step_kind(UntagObject.verb), {"arn": arn, "key": key, **_called(called)})


def retagged(of: AwsKind, arn: str, tags: Mapping[str, str] | None) -> list[StepSpec]:
    """What is made again gets the tags that it had, but those of AWS's own."""
    return [tag(of, arn, key, value) for key, value in (tags or {}).items() if not is_awss(key)]


def tags_again(of: AwsKind, arn: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[StepSpec]:
    """The steps from the tags `after` back to those `before`."""
    yield from (tag(of, arn, key, value) for key, value in before.items() if after.get(key) != value)
    yield from (untag(of, arn, key) for key in after if key not in before)


def _called(called: str) -> dict[str, str]:
    return {"called": called} if called else {}


def _tags(row: Any, of: AwsKind) -> dict[str, str]:
    """Of what the same plan makes: none. Raises Refusal where a pull didn't come to them yet."""
    if row.tags is None and row.pk:
        raise Refusal(f"The tags of {of.words(row.arn, row.name)} weren't read yet: refresh its page, then try again.")
    return row.tags or {}
