"""How the classic hosted pages of a pool look: CSS and logo. The part is {"object", "css": a digest, "logo": whether
there is one, "changed": when it was last set}.

"Customizing hosted UI (classic) branding" in the Amazon Cognito Developer Guide: CSS and logo can't be set separately.
What the call leaves out is there no more, and AWS tells of the logo only where it is: so both are always sent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from accounts.models import AwsAccount
from aws_constraints.arn import account_in, region_in
from cognito.kinds import POOL
from cognito.models import Logo
from cognito.permissions import CHANGE_POOLS, IDP, NOBODYS_POOL, PULL_POOLS, USER_POOLS, pool_id_of
from cognito.pool_calls import pool_key
from cognito.pools import logos
from cognito.pools.operations.base import UserPoolOperation, UserPoolParams, pool_row
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.aws.permission import reread, write
from sync.checks import PlanFinding
from sync.mirror import Reader
from sync.mirror.hashing import moment
from sync.operation_mixins import WritesDocument
from sync.operations import (
    BadParams,
    Call,
    PreviousAttempt,
    Refusal,
    Risk,
    StepResult,
    StepSpec,
    Value,
)
from sync.plan_draft import Draft
from sync.sealed import NotKept

MOST_BYTES = 3 * 1024
UI = replace(POOL, step="cognito.ui")  # steps on a pool that are called after its pages
EVERY_CLIENT = "ALL"  # what app clients without a look of their own have
CLASSIC = 1  # of ManagedLoginVersion
CLASSES = tuple(
    f"{name}-customizable"
    for name in (
        "background",
        "banner",
        "errorMessage",
        "idpButton",
        "idpDescription",
        "inputField",
        "label",
        "legalText",
        "logo",
        "passwordCheck-valid",
        "passwordCheck-notValid",
        "redirect",
        "socialButton",
        "submitButton",
        "textDescription",
    )
)
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTOR = re.compile(r"\.([\w-]+)(:hover|:focus)?")


def refusal(css: str) -> str:
    """A sentence why AWS would not take it; "" where it would, as far as this console knows."""
    if len(css.encode()) > MOST_BYTES:
        return f"It has {len(css.encode()):,} bytes; AWS takes {MOST_BYTES:,}."
    rules = _COMMENT.sub("", css)
    if "@" in rules or "<" in rules:
        return "AWS takes no @import, @media or the like, and no HTML."
    for selectors in re.findall(r"([^{}]+)\{", rules):
        for selector in (each.strip() for each in selectors.split(",")):
            found = _SELECTOR.fullmatch(selector)
            if found is None or found[1] not in CLASSES:
                return f"AWS takes rules for its own classes only, such as .{CLASSES[1]}: not for “{selector[:60]}”."
    return "" if rules.count("{") == rules.count("}") else "A bracket is missing."


@dataclass(frozen=True)
class UiCustomization:
    css: str = ""
    logo_url: str = ""
    changed: str = ""  # ISO 8601; "" where nothing was ever set

    @property
    def seen(self) -> str:
        """What tells it from another one."""
        return hashlib.sha256("\0".join((self.css, self.logo_url, self.changed)).encode()).hexdigest()


def read_ui_customization(client: Reader, pool_id: str) -> UiCustomization:
    """Raises AwsError."""
    described = client.call(IDP, "GetUICustomization", UserPoolId=pool_id, ClientId=EVERY_CLIENT)["UICustomization"]
    return _ui_customization(described)


def _ui_customization(described: Mapping[str, Any]) -> UiCustomization:
    """Where nothing is set AWS tells no time, or that of the call that took it away: it counts as none."""
    css, url = str(described.get("CSS") or ""), str(described.get("ImageUrl") or "")
    changed = moment(described.get("LastModifiedDate")) if css or url else None
    return UiCustomization(css, url, changed.isoformat() if changed else "")


@dataclass(frozen=True)
class LogoReference:
    """In a call, as the plan shows it: which of the console's logos is sent."""

    digest: str

    def __str__(self) -> str:
        return f"fileb://logo-{self.digest[:12]}"


@dataclass(frozen=True)
class UiCustomizationParams(UserPoolParams):
    """Logos by their digests (cognito/pools/logos.py). `was` …: what was there when it was proposed."""

    css: str
    was: str
    logo: str = ""
    was_logo: str = ""  # "" of a logo that couldn't be read, too
    had_logo: bool = False
    was_changed: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.css and (why := refusal(self.css)):
            raise BadParams(why)
        if any(digest and not _DIGEST.fullmatch(digest) for digest in (self.logo, self.was_logo)):
            raise BadParams("A logo is named by the SHA-256 of its file.")

    @property
    def changes_css(self) -> bool:
        return self.css != self.was

    @property
    def changes_logo(self) -> bool:
        return self.logo != self.was_logo or bool(self.logo) is not self.had_logo


class SetUiCustomization(UserPoolOperation[UiCustomizationParams], WritesDocument[UiCustomizationParams]):
    verb = "set"
    aws_operation = "SetUICustomization"
    permissions = (
        write("cognito-idp:SetUICustomization", CHANGE_POOLS, USER_POOLS),
        *reread("cognito-idp:GetUICustomization", PULL_POOLS, UserPoolId=NOBODYS_POOL),
    )
    risk = Risk.LOW
    writes_type = None
    params_type = UiCustomizationParams

    def title(self, p: UiCustomizationParams) -> str:
        meant = {"CSS": (p.css, p.changes_css), "logo": (p.logo, p.changes_logo)}
        done = [f"{'set' if to else 'remove'} the {what}" for what, (to, changes) in meant.items() if changes]
        said = " and ".join(done) or "set the CSS"
        return f"{said[0].upper()}{said[1:]} of the sign-in pages of {p.called}"

    def note(self, p: UiCustomizationParams) -> str:
        said = [
            "For app clients without a look of their own, on the classic pages. They may show the old one for a while."
        ]
        if p.had_logo and not p.changes_logo:
            said.append("The logo is sent along as it is: AWS would remove it.")
        if p.had_logo and not p.was_logo:
            said.append("The logo that is there couldn’t be read, so no reverse can bring it back.")
        return " ".join(said)

    def calls(self, p: UiCustomizationParams) -> list[Call]:
        css = {"CSS": p.css} if p.css else {}
        logo = {"ImageFile": LogoReference(p.logo)} if p.logo else {}
        return self.call(p, self.aws_operation, ClientId=EVERY_CLIENT, **css, **logo)

    def part(self, p: UiCustomizationParams) -> str:
        return f"ui_customization:{p.pool_arn}"

    def may_end(self, p: UiCustomizationParams) -> bool:
        """When it was set, which its reverse expects, is known only afterwards."""
        return False

    def describe_existing(self, value: Value) -> str:
        since = f", set at {value['changed']}" if value.get("changed") else ""
        return f"{'CSS' if value['css'] else 'no CSS'} and {'a' if value['logo'] else 'no'} logo{since}"

    def document(self, aws_account: AwsAccount, p: UiCustomizationParams, value: Value) -> str | None:
        return p.was

    def writes(self, aws_account: AwsAccount, p: UiCustomizationParams) -> str | None:
        return p.css

    def mirrored(self, draft: Draft, p: UiCustomizationParams) -> Value:
        """The mirror has no look: who proposes it has just seen it."""
        pool_id = pool_row(draft, p.pool_arn).aws_id
        return {"object": pool_id, "css": _digest(p.was), "logo": p.had_logo, "changed": p.was_changed}

    def after(self, p: UiCustomizationParams, value: Value) -> Value:
        return {**value, "css": _digest(p.css), "logo": bool(p.logo), "changed": ""}

    def changes(self, p: UiCustomizationParams, value: Value) -> bool:
        return p.changes_css or p.changes_logo

    def is_so_already(self, p: UiCustomizationParams) -> str:
        return "The look is set so already."

    def limits(self, draft: Draft, p: UiCustomizationParams, value: Value) -> list[PlanFinding]:
        if any(step.kind == self.kind for step in draft.writing(pool_key(p.pool_arn))):
            return [PlanFinding("SET_TWICE", "error", "An earlier step sets the look: one change sets it once.")]
        if p.logo and logos.kept(draft.aws_account, p.logo) is None:
            return [PlanFinding("NO_LOGO", "error", "The logo isn’t kept here any more: choose its file again.")]
        pool = pool_row(draft, p.pool_arn)
        domains = [name for name in (pool.domain, pool.custom_domain) if name]
        if not domains:
            return [PlanFinding("NO_DOMAIN", "error", f"{pool.name} has no domain, so it has no sign-in pages.")]
        held = [(pool.domains or {}).get(name, {}).get("ManagedLoginVersion", CLASSIC) for name in domains]
        if CLASSIC in held:
            return []
        words = "The pool’s pages are managed login, which this look doesn’t change."
        return [PlanFinding("NOT_SEEN", "warning", words, about=())]

    def live(self, client: AwsClient, p: UiCustomizationParams) -> Value:
        try:
            found = read_ui_customization(client.at(region_in(p.pool_arn)), pool_id_of(p.pool_arn))
        except NotFound:
            return None
        return {
            "object": pool_id_of(p.pool_arn),
            "css": _digest(found.css),
            "logo": bool(found.logo_url),
            "changed": found.changed,
        }

    def send(self, client: AwsClient, p: UiCustomizationParams) -> Mapping[str, Any]:
        """Raises NotKept."""
        parameters = dict(self.calls(p)[0].parameters)
        if p.logo:
            account_id = account_in(p.pool_arn)
            logo = Logo.objects.filter(aws_account__account_id=account_id, digest=p.logo).first()
            if logo is None:
                raise NotKept("The logo isn’t kept here any more: choose its file again.")
            parameters["ImageFile"] = bytes(logo.image)
        return client.at(region_in(p.pool_arn)).call(IDP, self.aws_operation, **parameters)

    def result(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"changed": _ui_customization(answer.get("UICustomization") or {}).changed}

    def done(
        self, client: AwsClient, p: UiCustomizationParams, live: Value, tried: Sequence[PreviousAttempt]
    ) -> StepResult | None:
        """A new logo in the place of another one shows by the time alone, which is AWS's: it isn't compared to ours."""
        if live is None or live == tried[0].found:
            return None
        wanted = self.after(p, live)
        is_so = (live["css"], live["logo"]) == (wanted["css"], wanted["logo"])
        return StepResult({"changed": live["changed"]}) if is_so else None

    def replanned(self, draft: Draft, p: UiCustomizationParams) -> list[StepSpec]:
        """The mirror can't tell what is there instead."""
        raise Refusal(f"Open the form for the look of {p.called} again: it asks AWS what is there now.")

    def reverse(self, p: UiCustomizationParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        """A logo that couldn't be read can't come back: what was put in its place stays."""
        unread = p.had_logo and not p.was_logo
        back = UiCustomizationParams(
            p.pool_arn,
            p.called,
            p.was,
            p.css,
            logo=p.logo if unread else p.was_logo,
            was_logo=p.logo,
            had_logo=bool(p.logo),
            was_changed=str(result.get("changed") or ""),
        )
        return [self.spec(back)] if back.changes_css or back.changes_logo else []


def _digest(css: str) -> str:
    """ "" of none. AWS may give line ends of its own."""
    said = "\n".join(line.rstrip() for line in css.strip().splitlines())
    return hashlib.sha256(said.encode()).hexdigest()[:32] if said else ""


def set_ui_customization(
    pool_arn: str, called: str, css: str, was: UiCustomization, *, logo: str = "", was_logo: str = ""
) -> StepSpec:
    """`logo`, `was_logo`: digests of logos that are kept (cognito/pools/logos.py)."""
    return StepSpec(
        logos.KIND,
        {
            "pool_arn": pool_arn,
            "called": called,
            "css": css,
            "was": was.css,
            "logo": logo,
            "was_logo": was_logo,
            "had_logo": bool(was.logo_url),
            "was_changed": was.changed,
        },
    )
