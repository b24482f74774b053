"""IAM Roles Anywhere in the emulator: trust anchors and profiles, as its API Reference has them. moto has none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.core.utils import get_service_model

from emulator import clock
from emulator.callers import caller_of
from emulator.constraints import message, violations
from emulator.held import Held
from emulator.ids import uuid
from emulator.paging import cut
from emulator.wire import AwsError, AwsRequest, Environ

SERVICE = "rolesanywhere"
_MOST = 100
Answer = dict[str, Any]


class Anywhere:
    """By their ids, as AWS describes them."""

    def __init__(self, account_id: str, region: str) -> None:
        self.account_id, self.region = account_id, region
        self.anchors: dict[str, Answer] = {}
        self.profiles: dict[str, Answer] = {}


backends: Held[Anywhere] = Held(Anywhere)


def application(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    """AwsError for what it refuses."""
    request = AwsRequest.read(environ)
    if request.action not in _ANSWERS:
        raise NotImplementedError
    asked = {**json.loads(request.body or b"{}"), **request.params}
    asked.pop("Resource", None)
    if "pageSize" in asked:
        asked["pageSize"] = int(asked["pageSize"])
    if broken := violations(get_service_model(SERVICE).operation_model(request.action).input_shape, asked):
        raise _invalid(message(broken))
    caller = caller_of(request)
    held = backends[caller.account_id][request.region]
    place = f"arn:{caller.partition}:{SERVICE}:{request.region}:{caller.account_id}"
    body = json.dumps(_ANSWERS[request.action](held, place, asked)).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [body]


def _invalid(text: str) -> AwsError:
    return AwsError("ValidationException", text)


def _found(held: dict[str, Answer], wanted: str, word: str) -> Answer:
    if wanted not in held:
        raise AwsError("ResourceNotFoundException", f"{word} with id {wanted} not found", 404)
    return held[wanted]


def _page(member: str, held: dict[str, Answer], asked: Answer) -> Answer:
    try:
        shown, following = cut(
            sorted(held), size=asked.get("pageSize") or _MOST, token=asked.get("nextToken"), of=member
        )
    except AwsError as problem:
        raise _invalid(problem.message) from None
    return {member: [held[key] for key in shown], **({"nextToken": following} if following else {})}


# ---- Trust anchors -------------------------------------------------------------------------------------------
def _make_anchor(held: Anywhere, place: str, asked: Answer) -> Answer:
    if any(each["name"] == asked["name"] for each in held.anchors.values()):
        raise _invalid(f"A trust anchor named {asked['name']} exists already.")
    now, made_id = clock.utcnow().isoformat() + "Z", uuid(place, "anchor", asked["name"])
    made = {
        "trustAnchorId": made_id,
        "trustAnchorArn": f"{place}:trust-anchor/{made_id}",
        "name": asked["name"],
        "source": asked["source"],
        "enabled": bool(asked.get("enabled", False)),
        "createdAt": now,
        "updatedAt": now,
    }
    held.anchors[made_id] = made
    return {"trustAnchor": made}


def _list_anchors(held: Anywhere, place: str, asked: Answer) -> Answer:
    return _page("trustAnchors", held.anchors, asked)


def _tell_anchor(held: Anywhere, place: str, asked: Answer) -> Answer:
    return {"trustAnchor": _found(held.anchors, asked["trustAnchorId"], "Trust anchor")}


def _delete_anchor(held: Anywhere, place: str, asked: Answer) -> Answer:
    gone = _found(held.anchors, asked["trustAnchorId"], "Trust anchor")
    return {"trustAnchor": held.anchors.pop(gone["trustAnchorId"])}


def _switch_anchor(*, on: bool) -> Callable[[Anywhere, str, Answer], Answer]:
    def switch(held: Anywhere, place: str, asked: Answer) -> Answer:
        anchor = _found(held.anchors, asked["trustAnchorId"], "Trust anchor")
        anchor["enabled"] = on
        return {"trustAnchor": anchor}

    return switch


# ---- Profiles ------------------------------------------------------------------------------------------------
_OF_PROFILE = ("roleArns", "sessionPolicy", "managedPolicyArns", "durationSeconds", "acceptRoleSessionName")


def _make_profile(held: Anywhere, place: str, asked: Answer) -> Answer:
    if any(each["name"] == asked["name"] for each in held.profiles.values()):
        raise _invalid(f"A profile named {asked['name']} exists already.")
    if any(arn.split(":")[4:5] != [held.account_id] for arn in asked["roleArns"]):
        raise _invalid("Roles of a profile have to be in its AWS account.")
    now, made_id = clock.utcnow().isoformat() + "Z", uuid(place, "profile", asked["name"])
    made = {
        "profileId": made_id,
        "profileArn": f"{place}:profile/{made_id}",
        "name": asked["name"],
        "enabled": bool(asked.get("enabled", False)),
        "attributeMappings": [],
        "createdAt": now,
        "updatedAt": now,
        **{name: asked[name] for name in _OF_PROFILE if name in asked},
    }
    held.profiles[made_id] = made
    return {"profile": made}


def _list_profiles(held: Anywhere, place: str, asked: Answer) -> Answer:
    return _page("profiles", held.profiles, asked)


def _tell_profile(held: Anywhere, place: str, asked: Answer) -> Answer:
    return {"profile": _found(held.profiles, asked["profileId"], "Profile")}


def _delete_profile(held: Anywhere, place: str, asked: Answer) -> Answer:
    gone = _found(held.profiles, asked["profileId"], "Profile")
    return {"profile": held.profiles.pop(gone["profileId"])}


def _switch_profile(*, on: bool) -> Callable[[Anywhere, str, Answer], Answer]:
    def switch(held: Anywhere, place: str, asked: Answer) -> Answer:
        profile = _found(held.profiles, asked["profileId"], "Profile")
        profile["enabled"] = on
        return {"profile": profile}

    return switch


_ANSWERS: dict[str, Callable[[Anywhere, str, Answer], Answer]] = {
    "CreateProfile": _make_profile,
    "CreateTrustAnchor": _make_anchor,
    "DeleteProfile": _delete_profile,
    "DeleteTrustAnchor": _delete_anchor,
    "DisableProfile": _switch_profile(on=False),
    "DisableTrustAnchor": _switch_anchor(on=False),
    "EnableProfile": _switch_profile(on=True),
    "EnableTrustAnchor": _switch_anchor(on=True),
    "GetProfile": _tell_profile,
    "GetTrustAnchor": _tell_anchor,
    "ListProfiles": _list_profiles,
    "ListTrustAnchors": _list_anchors,
}
