"""What an editor's text can be begun from: templates, other policies, what was used; and how it gets there, as a draft.

starting.register(StartSource("used", "What was used", "timer", _about, _rows, _text))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, QuerySet

from accounts.models import AwsAccount
from iamconsole.web.words import counted
from policies.actions.document_edit import SKELETON
from policies.engine.structure import DocumentType
from policies.gallery import catalogue
from policies.models import ManagedPolicy, PolicyVersion
from policies.open_drafts import BEGUN_TYPES

MOST_ROWS = 50
TEMPLATES = "templates"


@dataclass(frozen=True)
class StartRow:
    """`value`: what a button of the row sends; `asks`: the labels of what is to be typed before.

    `url`: of the page where it goes on, for a source that has no text of its own.
    """

    value: str
    title: str
    about: str = ""
    level: str = ""
    asks: Sequence[str] = ()
    url: str = ""
    group: str = ""


@dataclass(frozen=True)
class StartSource:
    """`rows`: those that fit the words, at most MOST_ROWS. `text`: of a row's value; None for what isn't there.

    Both for who may edit policies of the AWS account. `count`: of all that it has, in words.
    """

    name: str
    label: str
    icon: str
    count: Callable[[AwsAccount], str]
    rows: Callable[[AwsAccount, str], Sequence[StartRow]]
    text: Callable[[AwsAccount, str], str | None]
    position: int = 50
    kinds: frozenset[DocumentType] = BEGUN_TYPES


_sources: dict[str, StartSource] = {}


def register(*sources: StartSource) -> None:
    for source in sources:
        if source.name in _sources:
            raise ValueError(f"There is a source {source.name} already.")
        _sources[source.name] = source


def sources_of(kind: DocumentType) -> list[StartSource]:
    fitting = (source for source in _sources.values() if kind in source.kinds)
    return sorted(fitting, key=lambda source: source.position)


# ---- The sources that need no more than policies ---------------------------------------------------------------------
def _template_rows(aws_account: AwsAccount, words: str) -> list[StartRow]:
    return [
        StartRow(each.name, each.title, each.about, each.level, each.asks, group=each.group)
        for each in catalogue.found(words)
    ]


def _policy_rows(is_aws: bool) -> Callable[[AwsAccount, str], list[StartRow]]:
    def rows(aws_account: AwsAccount, words: str) -> list[StartRow]:
        held = _policies(aws_account, is_aws)
        for word in words.casefold().split()[:5]:
            held = held.filter(name_key__contains=word)
        return [StartRow(row.arn, row.name, row.description) for row in held.order_by("name_key", "pk")[:MOST_ROWS]]

    return rows


def _policies(aws_account: AwsAccount, is_aws: bool) -> QuerySet[ManagedPolicy]:
    """Those whose document in force the mirror has."""
    in_force = PolicyVersion.objects.filter(policy=OuterRef("pk"), version_id=OuterRef("default_version"))
    held: QuerySet[ManagedPolicy] = ManagedPolicy.objects.live().filter(aws_account=aws_account, is_aws=is_aws)
    return held.filter(Exists(in_force))


def _policy_text(aws_account: AwsAccount, arn: str) -> str | None:
    versions = PolicyVersion.objects.filter(
        policy__aws_account=aws_account, policy__arn=arn, policy__gone_at=None, version_id=F("policy__default_version")
    )
    text: str | None = versions.values_list("document__text", flat=True).first()
    return text


def _count_of(is_aws: bool) -> Callable[[AwsAccount], str]:
    return lambda aws_account: counted(_policies(aws_account, is_aws).count(), "policy", "policies")


def register_own() -> None:
    register(
        StartSource(
            TEMPLATES,
            "Template gallery",
            "layout-template",
            lambda aws_account: counted(len(catalogue.TEMPLATES), "template"),
            _template_rows,
            lambda aws_account, value: None,  # its parameters come first
            position=10,
        ),
        StartSource(
            "aws", "AWS managed policy", "cloud", _count_of(is_aws=True), _policy_rows(is_aws=True), _policy_text, 20
        ),
        StartSource(
            "policy", "Another policy", "copy", _count_of(is_aws=False), _policy_rows(is_aws=False), _policy_text, 30
        ),
        StartSource(
            "blank",
            "Blank",
            "file",
            lambda aws_account: "One empty statement",
            lambda aws_account, words: [StartRow("blank", "One empty statement")],
            lambda aws_account, value: SKELETON,
            position=90,
        ),
    )
