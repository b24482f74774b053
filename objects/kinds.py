"""What a kind of AWS's objects is called, how it is known, and where its page is: one descriptor for each kind.

An app describes its kinds in its `kinds.py`. Operations, forms, pages, search and the admin read them there:

    SAML = IamKind(model=SamlProvider, name="saml_provider", word="SAML provider", noun="SAMLProvider", …)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from accounts.models import AwsAccount, Operator, Risk
from accounts.roles import PROPOSE, SEE_IAM, roles_with
from iamconsole.web.navigation import NavGroup, NavItem, ShellProvider, register_shell
from iamconsole.web.search.kinds import MirroredKind, SearchScope
from iamconsole.web.search.kinds import register as register_search
from objects.operations.rows import check_arn, live_row, object_key, ref
from objects.permissions import iam_objects
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import ArnsOfKind
from sync.calls import Call
from sync.mirror import ParsedItem
from sync.mirror.base import DETAILS, mirror_of
from sync.models import MirroredRow
from sync.object_ref import ObjectRef
from sync.plan_draft import Draft

# The groups of links in the sidebar, by service.
_SIDEBAR = {"iam": "IAM", "organizations": "IAM", "cognito-idp": "Cognito", "cognito-identity": "Cognito"}


@dataclass(frozen=True, kw_only=True)
class AwsKind:
    """What differs between kinds of objects that AWS has and the mirror holds, in AWS's names and ours."""

    model: type[MirroredRow]
    name: str  # "saml_provider": the URL name of its page, and the place of its actions and tabs
    word: str  # "SAML provider", for sentences
    plural: str = ""  # "" is the word with an s
    service: str = "iam"  # as boto3 and the actions of policies name it
    step: str = ""  # "iam.saml", as in iam.saml.tag; "" is the model's kind
    noun: str = ""  # "SAMLProvider", in the names of calls; "" where none is named so
    resource: str = ""  # "saml-provider", as in its ARN; "" of what has no ARN of its own
    tags_in: str = DETAILS  # the facet that has its tags
    tags_member: str = "tags"  # of that facet's content
    tag_risk: Risk = Risk.HIGH  # of a step that sets or removes one: policies may ask for it
    changed_for: str = ""  # the feature that needs the permissions to tag and delete one; "" is a sentence for each
    # ---- Its page ----
    many: str = ""  # the URL name of its list; "" is the name with an s
    address: str = ""  # of its pages, below the AWS account's; "" is `many`
    documentation: str = ""  # the page of AWS about such objects
    icon: str = ""
    term: str = ""  # the word of the glossary for it
    sidebar: int = 0  # the place of its list among the links of the sidebar; 0: it has none of its own
    found_at: int = 0  # its place among what the search box finds; 0: it isn't found so
    found_as: tuple[str, ...] = ()  # what else people call them, in front of what they search for
    visible: Callable[[Operator], QuerySet[Any]] | None = None  # the rows that search may show; None: with `see`
    see: str = SEE_IAM  # the permission to open its pages, and the one to stage a change of it
    stage: str = PROPOSE

    @property
    def several(self) -> str:
        """ "SAML providers"."""
        return self.plural or f"{self.word}s"

    @property
    def heading(self) -> str:
        """ "Server certificates", of its list and in search."""
        return f"{self.several[0].upper()}{self.several[1:]}"

    @property
    def list_name(self) -> str:
        return self.many or f"{self.name}s"

    @property
    def path(self) -> str:
        return self.address or self.list_name

    @property
    def a_word(self) -> str:
        """ "an OIDC provider"."""
        return f"{'an' if self.word[0] in 'iO' else 'a'} {self.word}"

    @property
    def search_kind(self) -> MirroredKind:
        return MirroredKind(
            name=self.list_name,
            label=self.heading,
            icon=self.icon,
            position=self.found_at,
            words=(self.word, self.several, *self.found_as),
            model=self.model,
            sees=self.seen_by,
            url_name=self.name,
        )

    @property
    def links(self) -> NavGroup:
        link = NavItem(self.heading, self.icon, self.list_name, permission=self.see, position=self.sidebar)
        return NavGroup(_SIDEBAR[self.service], (link,))

    def step_kind(self, verb: str) -> str:
        """ "iam.saml.tag"."""
        return f"{self.step or self.model.kind}.{verb}"

    @property
    def tagged_as(self) -> str:
        """In the names of the calls that set and remove a tag: TagResource."""
        return "Resource"

    def rows_for(self, operator: Operator) -> QuerySet[Any]:
        """Those that the operator may see, of all AWS accounts, the gone ones too."""
        found: QuerySet[Any] = (
            self.visible(operator) if self.visible else self.model.objects.visible_to(operator, perm=self.see)
        )
        return found

    def seen_by(self, operator: Operator) -> SearchScope:
        """The same, as search asks for it."""
        return SearchScope(operator.aws_accounts_with(roles_with(self.see)))

    def arn_of_row(self, row: Any) -> str:
        """ "" of what has no ARN of its own."""
        return str(row.arn) if self.resource else ""

    # ---- One of them, by its ARN -----------------------------------------------------------------------------
    def check(self, arn: str) -> None:
        """Raises BadParams where it isn't the ARN of such an object."""
        raise NotImplementedError

    def name_of(self, arn: str) -> str:
        return arn.rpartition("/")[2]

    def words(self, arn: str, called: str = "") -> str:
        """ "the SAML provider okta"; `called`: what people call it, where its ARN has an id."""
        return f"the {self.word} {called or self.name_of(arn)}"

    def key(self, arn: str) -> str:
        """As leases and drafts know it."""
        return object_key(self.model, arn)

    def ref(self, arn: str, facet: str = DETAILS) -> ObjectRef:
        return replace(ref(self.model, arn), name=self.name_of(arn), facet=facet)

    def row(self, draft: Draft, arn: str) -> Any:
        """Raises Refusal where there is no such object in the mirror."""
        return live_row(self.model, draft, arn)

    def read(self, client: AwsClient, arn: str, facet: str = DETAILS) -> ParsedItem | None:
        """What AWS says of it now, understood as the mirror of that facet does; None where there is none."""
        mirror = mirror_of(self.model.kind, facet)
        item = mirror.read_one(client, ObjectRef(self.model.kind, "", self.name_of(arn), arn))
        return None if item is None else mirror.see(item)

    # ---- Calls -----------------------------------------------------------------------------------------------
    @property
    def arns(self) -> ArnsOfKind:
        """Of all of them, as what the console's role may do is told."""
        raise NotImplementedError

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        raise NotImplementedError

    def tags(self, key: str, value: str) -> Any:
        """As a call takes one."""
        return {key: value}


@dataclass(frozen=True, kw_only=True)
class IamKind(AwsKind):
    """A kind of IAM's: a call is named after it (TagSAMLProvider), and takes its name or its ARN."""

    by_arn: bool = False  # calls take its ARN, and not its name
    longest: int = 128  # characters of a name
    names_have_slashes: bool = False  # an OIDC provider's is a URL
    by_get: bool = False  # Get… tells its tags: its mirror asks for more than that
    narrow: tuple[tuple[str, int], ...] = ()  # what else Get… takes, so that it answers no more than who it is

    @property
    def tagged_as(self) -> str:
        return self.noun

    @property
    def id_member(self) -> str:
        """ "RoleId", in AWS's answers."""
        return f"{self.noun}Id"

    @property
    def name_parameter(self) -> str:
        return f"{self.noun}Name"

    def arn_of(self, aws_account: AwsAccount, name: str, path: str = "/") -> str:
        """The ARN that AWS will give it."""
        return f"arn:{aws_account.partition}:iam::{aws_account.account_id}:{self.resource}{path}{name}"

    @property
    def arns(self) -> ArnsOfKind:
        return iam_objects(self.resource)

    def check(self, arn: str) -> None:
        check_arn(arn, self.resource)

    def name_of(self, arn: str) -> str:
        resource = arn.split(":", 5)[5].partition("/")[2]
        return resource if self.names_have_slashes else resource.rpartition("/")[2]

    def named(self, arn: str) -> dict[str, str]:
        """The parameter of a call that says which one."""
        return {f"{self.noun}Arn": arn} if self.by_arn else {self.name_parameter: self.name_of(arn)}

    def call(self, arn: str, operation: str, **parameters: Any) -> Call:
        sent = {**self.named(arn), **parameters}
        return Call("iam", operation, sent, resource_arns=(arn,), actions=(f"iam:{operation}",))

    def tags(self, key: str, value: str) -> Any:
        return [{"Key": key, "Value": value}]

    def get(self, client: AwsClient, arn: str) -> Mapping[str, Any]:
        """AWS's answer to Get…. Raises NotFound."""
        answer: Mapping[str, Any] = client.call("iam", f"Get{self.noun}", **self.named(arn), **dict(self.narrow))
        found: Mapping[str, Any] = answer[self.noun]
        return found

    def read(self, client: AwsClient, arn: str, facet: str = DETAILS) -> ParsedItem | None:
        if not self.by_get:
            return super().read(client, arn, facet)
        try:
            item = self.get(client, arn)
        except NotFound:
            return None
        content = {"tags": {tag["Key"]: tag["Value"] for tag in item.get("Tags") or ()}}
        return ParsedItem(
            str(item[self.id_member]), self.name_of(arn), item["Arn"], content, {"created_at": item["CreateDate"]}
        )


_kinds: dict[str, AwsKind] = {}


def register(*kinds: AwsKind) -> None:
    """To be called in an app's `AppConfig.ready()`."""
    for kind in kinds:
        if kind.name in _kinds:
            raise ValueError(f"The kind {kind.name} is registered already.")
        _kinds[kind.name] = kind
        if kind.sidebar:
            register_shell(ShellProvider(kind.links))
        if kind.found_at:
            register_search(kind.search_kind)


def registered() -> list[AwsKind]:
    return list(_kinds.values())


def kind_of(model: type[MirroredRow]) -> AwsKind | None:
    return next((kind for kind in _kinds.values() if kind.model is model), None)
