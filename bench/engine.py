"""How many requests the engine decides in a second, with the reasons, and how long it takes to compare documents.

python -m bench.engine

prints lines for people and one of JSON. A request passes two identity policies, a boundary, two levels of SCPs and a
resource policy, with conditions and a variable; documents are compiled beforehand, or (new documents) each request
brings six texts that were never seen, as drafts and imports do. No two requests are alike. The documents compared are
about more than 20,000 actions. The garbage collector is set as in the web server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from time import perf_counter, process_time
from typing import Any

from iamconsole.garbage import collect_rarely
from policies.engine.callers import caller_of
from policies.engine.catalogue import all_actions
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.diff.report import policy_diff
from policies.engine.evaluate import ControlPolicyLevel, Decision, LayerPolicy, Layers, Request, evaluate

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/one"
REQUESTS, NEW_DOCUMENTS = 20_000, 2_000
ROUNDS = 3


def text_of(ident: str, *statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Id": ident, "Statement": list(statements)})


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


_TEAM = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
_INSIDE = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
DOCUMENTS = {
    "read": [allow(["s3:Get*", "s3:List*"], "arn:aws:s3:::bucket/*", Condition=_TEAM), allow("ec2:*")],
    "team": [deny("s3:Delete*"), allow("s3:*", "arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*")],
    "boundary": [allow(["s3:*", "sqs:*"])],
    "bucket": [allow("s3:Get*", "arn:aws:s3:::bucket/*", Principal={"AWS": ROLE}, Condition=_INSIDE)],
    "everything": [allow("*")],
    "tls": [deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})],
}


def layers(documents: Mapping[str, CompiledDocument]) -> Layers:
    """Of `DOCUMENTS`, by name."""
    read, team, boundary, bucket, everything, tls = (LayerPolicy(name, documents[name]) for name in DOCUMENTS)
    return Layers(
        identity=(read, team),
        boundaries=(boundary,),
        resource=bucket,
        scps=(ControlPolicyLevel("root", (everything,)), ControlPolicyLevel("unit", (everything, tls))),
    )


def requests() -> list[Request]:
    caller = caller_of(SESSION)
    return [
        Request(
            caller,
            "s3:GetObject",
            f"arn:aws:s3:::bucket/red/{number}",
            ACCOUNT,
            {
                "aws:sourceip": (f"10.1.{number // 250 % 250}.{number % 250}",),
                "aws:principaltag/team": ("red",),
                "aws:securetransport": ("true",),
            },
        )
        for number in range(REQUESTS)
    ]


def seconds_to_compare() -> float:
    """Of `*` without IAM with a list of all actions but one."""
    old = {"Version": "2012-10-17", "Statement": [allow("*"), deny("iam:*")]}
    new = {"Version": "2012-10-17", "Statement": [allow(list(all_actions()[1:]))]}
    best = float("inf")
    for _ in range(ROUNDS):
        began = perf_counter()
        found = policy_diff(old, new)
        best = min(best, perf_counter() - began)
        assert len(found["lost_actions"]) == 1
    return best


def decisions_of_new_documents() -> float:
    """In a second, reading and compiling included."""
    texts = [
        {name: text_of(f"{name}{number}", *statements) for name, statements in DOCUMENTS.items()}
        for number in range(NEW_DOCUMENTS * ROUNDS)
    ]
    asked, best = requests()[:NEW_DOCUMENTS], 0.0
    for part in range(ROUNDS):
        new = texts[part * NEW_DOCUMENTS :]
        began = process_time()
        for request, each in zip(asked, new, strict=False):
            held = layers({name: compiled(text) for name, text in each.items()})
            assert evaluate(request, held).decision is Decision.ALLOWED
        best = max(best, NEW_DOCUMENTS / (process_time() - began))
    return best


def main() -> None:
    collect_rarely()
    asked = requests()
    held = layers({name: compiled(text_of("", *statements)) for name, statements in DOCUMENTS.items()})
    best = 0.0
    for _ in range(ROUNDS):
        began = perf_counter()
        allowed = sum(evaluate(request, held).decision is Decision.ALLOWED for request in asked)
        best = max(best, REQUESTS / (perf_counter() - began))
        assert allowed == REQUESTS
    print(f"Decisions a second, with reasons: {best:,.0f} (wanted: 20,000)")
    new = decisions_of_new_documents()
    print(f"Decisions a processor second where all {len(DOCUMENTS)} documents are new: {new:,.0f} (wanted: 5,000)")
    seconds = seconds_to_compare()
    print(f"Comparing two documents on all actions: {seconds * 1000:,.0f} ms")
    found = {"decisions_per_s": round(best), "new_documents_per_s": round(new), "comparison_s": round(seconds, 3)}
    print(json.dumps({"benchmark": "engine", **found}))


if __name__ == "__main__":
    main()
