"""Denials in words, for pages."""

from __future__ import annotations

from access.denied.answer import Agreement, DenialAnswer, DenialOutcome
from access.denied.layers import LayerLine, LayerState
from access.denied.requests import DeniedRequest, ReadFrom
from aws_constraints.arn import name_of
from iamconsole.web.words import some
from policies.engine.callers import Caller, CallerKind
from policies.engine.evaluate import LayerName
from policies.engine.layers import ControlPolicyLevel
from sync.aws.denial import Layer

_TITLES = {
    LayerName.IDENTITY: "Identity policies",
    LayerName.BOUNDARY: "Permissions boundary",
    LayerName.SESSION: "Session policy",
    LayerName.RESOURCE: "Resource policy",
    LayerName.ENDPOINT: "VPC endpoint policies",
    LayerName.SCP: "Service control policies",
    LayerName.RCP: "Resource control policies",
    LayerName.AWS: "Beside all policies",
}
READ_FROM = {
    ReadFrom.MESSAGE: "from AWS’s message",
    ReadFrom.EVENT: "from an event of CloudTrail",
    ReadFrom.DECODED: "decoded by STS",
    ReadFrom.PARTS: "in no wording of AWS’s that is known: check each of them",
    ReadFrom.FIELDS: "as filled in, which AWS said nothing of",
}


def short(policy: str) -> str:
    """What the evaluator calls a policy, without the ARN before its name: `AdministratorAccess`."""
    return policy.rpartition("/")[2] if policy.startswith("arn:") else policy


def layer_title(line: LayerLine) -> str:
    if line.layer is LayerName.RESOURCE and line.called:
        return line.called[0].upper() + line.called[1:]
    return _TITLES[line.layer]


def caller_words(caller: Caller) -> str:
    """ "role deploy, session ci"."""
    if caller.kind is CallerKind.ROLE and caller.is_session:
        return f"role {caller.name}, session {name_of(caller.arn)}"
    kinds = {CallerKind.ROLE: "role", CallerKind.USER: "user", CallerKind.FEDERATED_USER: "federated user"}
    if caller.kind in kinds:
        return f"{kinds[caller.kind]} {caller.name}"
    if caller.kind is CallerKind.ROOT:
        return f"root user of {caller.account}"
    return "somebody without AWS credentials" if caller.kind is CallerKind.ANONYMOUS else caller.arn


def caller_name(caller: Caller) -> str:
    """To stand in a sentence."""
    if caller.kind in (CallerKind.ROLE, CallerKind.USER, CallerKind.FEDERATED_USER):
        return caller.name
    return "the root user" if caller.kind is CallerKind.ROOT else caller_words(caller)


def said_words(asked: DeniedRequest) -> str:
    """What AWS gives as its reason."""
    if asked.layer is Layer.PUBLIC:
        return "S3 Block Public Access prevents it"
    if asked.layer and asked.explicit:
        through = f", transitively through a {asked.through}" if asked.through else ""
        return f"An explicit deny in {_article(asked.layer)}{through}"
    if asked.layer is Layer.RESOURCE:
        return "No resource-based policy allows it, or one denies it"
    if asked.layer:
        return f"No {asked.layer} allows it"
    if asked.explicit:
        which = f" (statement {asked.statement})" if asked.statement else ""
        return f"An explicit deny{which}; it doesn’t say in which policy"
    return "No allow; it doesn’t say of which policy" if asked.explicit is False else "Nothing of why"


def _article(layer: Layer) -> str:
    return f"{'an' if layer is Layer.IDENTITY else 'a'} {layer}"


def headline(found: DenialAnswer) -> str:
    """The answer in one sentence."""
    request = found.situation.request
    who, what = caller_name(request.caller), request.action
    on = "" if request.resource == "*" else f" on {request.resource}"
    if found.outcome is DenialOutcome.ALLOWED:
        return f"The console would allow it: by the policies that it has, {who} may do {what}{on}."
    if found.outcome is DenialOutcome.UNKNOWN:
        return f"Unknown: whether {who} may do {what}{on} hangs on {_what_it_hangs_on(found)}."
    stop = found.layered.stop
    return f"Denied: {_why(found, stop, who, what, on)}." if stop else f"Denied: AWS refuses {who} {what}{on}."


def _what_it_hangs_on(found: DenialAnswer) -> str:
    unread = [f"the {layer_title(line).lower()}" for line in found.unknowns if line.why]
    return some([*unread, *found.keys]) if unread or found.keys else "what the console doesn’t have"


def _why(found: DenialAnswer, stop: LayerLine, who: str, what: str, on: str) -> str:
    if stop.state is LayerState.DENIES:
        reason = stop.reasons[0]
        return f"statement {reason.named} of {short(reason.policy)} denies {who} {what}{on}"
    if stop.layer is LayerName.SCP:
        return f"no service control policy on {_lacking_level(found)} allows {what}{on}"
    words = {
        LayerName.IDENTITY: f"no policy of {who} allows {what}{on}",
        LayerName.BOUNDARY: f"the permissions boundary of {who} doesn’t allow {what}{on}",
        LayerName.SESSION: f"no session policy allows {who} {what}{on}",
        LayerName.RESOURCE: f"the {stop.called or 'policy of the resource'} doesn’t allow {who} {what}{on}",
        LayerName.AWS: f"AWS refuses {what}{on} whatever policies say",
    }
    return words[stop.layer]


def _lacking_level(found: DenialAnswer) -> str:
    levels = found.situation.layers.scps
    return next((level.target for level in levels if not _allows(found, level)), "one of the levels above")


def _allows(found: DenialAnswer, level: ControlPolicyLevel) -> bool:
    names = {policy.name for policy in level.policies}
    examined = found.layered.examination
    return any(each.effect == "Allow" and each.policy in names for each in (*examined.applying, *examined.perhaps))


def agreement_words(found: DenialAnswer) -> str:
    if found.agreement is Agreement.NONE:
        return "AWS said nothing of this: it was filled in here."
    if found.agreement is Agreement.UNSAID:
        return "AWS doesn’t say which policy it was."
    if found.outcome is DenialOutcome.ALLOWED:
        return f"AWS says: {said_words(found.asked)[0].lower()}{said_words(found.asked)[1:]}."
    if found.agreement is Agreement.SAME:
        return "AWS gives the same reason."
    return f"AWS gives another reason: {said_words(found.asked)[0].lower()}{said_words(found.asked)[1:]}."


def as_text(found: DenialAnswer) -> str:
    """To copy and send on."""
    lines = [f"{layer_title(line)}: {line_words(line)}" for line in found.layered.lines]
    return "\n".join([headline(found), agreement_words(found), "", *lines])


def line_words(line: LayerLine) -> str:
    """What a layer says, in a sentence without links."""
    if line.state is LayerState.NONE:
        return "none"
    if line.state is LayerState.UNKNOWN:
        return line.why or "hangs on condition keys"
    if line.state is LayerState.SILENT:
        return "says nothing of it, and needn’t"
    if line.state is LayerState.LACKS:
        return "nothing allows it"
    names = some([f"{short(each.policy)}, statement {each.named}" for each in line.reasons[:3]])
    return f"{names} {'denies' if line.state is LayerState.DENIES else 'allows'} it"
