"""How the classic hosted pages of a pool look: its CSS. The part is {"object", "css": a digest, "logo"}.

"Customizing hosted UI (classic) branding" in the Amazon Cognito Developer Guide: CSS and logo can't be set separately,
and AWS tells of the logo only where it is. So the CSS of pages that have one is not set here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import AwsAccount
from cognito.pools.operations.places import IDP, check_pool_arn, pool_call, pool_id_of, pool_key, pool_row, region_of
from cognito.pools.operations.pools import pool_ref
from sync.aws.client import AwsClient
from sync.aws.errors import NotFound
from sync.checks import Finding
from sync.draft import Draft
from sync.mirror import ObjectRef, Reader
from sync.operations import BadParams, Call, Done, Guarantee, Operation, Refusal, Risk, StepSpec, Tried, Undo, Value

MOST_BYTES = 3 * 1024
EVERY_CLIENT = "ALL"  # what app clients without a look of their own have
CLASSIC = 1  # of ManagedLoginVersion
CLASSES = tuple(
    f"{name}-customizable"
    for name in (
        "background", "banner", "errorMessage", "idpButton", "idpDescription", "inputField", "label", "legalText",
        "logo", "passwordCheck-valid", "passwordCheck-notValid", "redirect", "socialButton", "submitButton",
        "textDescription",
    )
)  # fmt: skip
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
class Look:
    css: str = ""
    has_logo: bool = False

    @property
    def seen(self) -> str:
        """What tells it from another one."""
        return hashlib.sha256(f"{self.css}\0{self.has_logo}".encode()).hexdigest()


def look_of(client: Reader, pool_id: str) -> Look:
    """Raises what the door raises."""
    told = client.call(IDP, "GetUICustomization", UserPoolId=pool_id, ClientId=EVERY_CLIENT)["UICustomization"]
    return Look(str(told.get("CSS") or ""), bool(told.get("ImageUrl")))


@dataclass(frozen=True)
class LookParams:
    """`was`: the CSS that was there when it was proposed."""

    pool_arn: str
    called: str
    css: str
    was: str

    def __post_init__(self) -> None:
        check_pool_arn(self.pool_arn)
        if self.css and (why := refusal(self.css)):
            raise BadParams(why)


class SetLook(Operation[LookParams]):
    kind = "cognito.ui.set"
    guarantee = Guarantee.IDEMPOTENT
    undo = Undo.REVERSIBLE
    risk = Risk.LOW
    writes_type = None
    params_type = LookParams

    def title(self, p: LookParams) -> str:
        return f"{'Set' if p.css else 'Take away'} the CSS of the sign-in pages of {p.called}"

    def note(self, p: LookParams) -> str:
        return (
            "For app clients without a look of their own, on the classic pages. Pages may show the old one for a while."
        )

    def calls(self, p: LookParams) -> list[Call]:
        return [pool_call(p.pool_arn, "SetUICustomization", ClientId=EVERY_CLIENT, CSS=p.css)]

    def objects(self, p: LookParams) -> list[str]:
        return [pool_key(p.pool_arn)]

    def part(self, p: LookParams) -> str:
        return f"look:{p.pool_arn}"

    def refs(self, aws_account: AwsAccount, p: LookParams) -> list[ObjectRef]:
        return [pool_ref(p.pool_arn)]

    def told(self, value: Value) -> str:
        if value is None:
            return "no such user pool"
        logo = " and a logo, which the call would take away" if value["logo"] else ""
        return f"{'other CSS' if value['css'] else 'no CSS'}{logo}"

    def document(self, aws_account: AwsAccount, p: LookParams, value: Value) -> str | None:
        return p.was

    def writes(self, aws_account: AwsAccount, p: LookParams) -> str | None:
        return p.css

    def mirrored(self, draft: Draft, p: LookParams) -> Value:
        """The mirror has no look: who proposes it has just seen it."""
        return {"object": pool_row(draft, p.pool_arn).aws_id, "css": _digest(p.was), "logo": False}

    def after(self, p: LookParams, value: Value) -> Value:
        return {**value, "css": _digest(p.css)}

    def limits(self, draft: Draft, p: LookParams, value: Value) -> list[Finding]:
        if p.css == p.was:
            return [Finding("NO_CHANGE", "error", "The CSS is set so already.")]
        pool = pool_row(draft, p.pool_arn)
        domains = [name for name in (pool.domain, pool.custom_domain) if name]
        if not domains:
            return [
                Finding("NO_DOMAIN", "error", f"{pool.name} has no domain, so it has no pages to look like anything.")
            ]
        held = [(pool.domains or {}).get(name, {}).get("ManagedLoginVersion", CLASSIC) for name in domains]
        if CLASSIC in held:
            return []
        return [Finding("NOT_SEEN", "warning", "The pool’s pages are managed login, which this CSS doesn’t change.")]

    def live(self, client: AwsClient, p: LookParams) -> Value:
        try:
            look = look_of(client.at(region_of(p.pool_arn)), pool_id_of(p.pool_arn))
        except NotFound:
            return None
        return {"object": pool_id_of(p.pool_arn), "css": _digest(look.css), "logo": look.has_logo}

    def replanned(self, draft: Draft, p: LookParams) -> list[StepSpec]:
        """The mirror can't tell what is there instead."""
        raise Refusal(f"Open the form for the look of {p.called} again: it asks AWS what is there now.")

    def done(self, client: AwsClient, p: LookParams, live: Value, tried: Sequence[Tried]) -> Done | None:
        return Done() if live is not None and live == self.after(p, tried[0].found) else None

    def reverse(self, p: LookParams, before: Mapping[str, Any], result: Mapping[str, Any]) -> list[StepSpec]:
        return [set_look(p.pool_arn, p.called, p.was, p.css)]


def _digest(css: str) -> str:
    """ "" of none. AWS may give line ends of its own."""
    said = "\n".join(line.rstrip() for line in css.strip().splitlines())
    return hashlib.sha256(said.encode()).hexdigest()[:32] if said else ""


def set_look(pool_arn: str, called: str, css: str, was: str) -> StepSpec:
    return StepSpec(SetLook.kind, {"pool_arn": pool_arn, "called": called, "css": css, "was": was})
