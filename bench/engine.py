"""How many requests the engine decides in a second, with the reasons, and how long it takes to compare documents.

python -m bench.engine

prints lines for people and one of JSON. A request passes two identity policies, a boundary, two levels of SCPs and a
resource policy, with conditions and a variable; documents are compiled beforehand. No two requests are alike. The
documents compared are about more than 20,000 actions.
"""

from __future__ import annotations

import json
from time import perf_counter
from typing import Any

from policies.engine.callers import caller_of
from policies.engine.catalogue import all_actions
from policies.engine.compiled import CompiledDocument
from policies.engine.diff.report import policy_diff
from policies.engine.evaluate import ControlPolicyLevel, Decision, LayerPolicy, Layers, Request, evaluate

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/one"
REQUESTS = 20_000
ROUNDS = 3


def policy(name: str, *statements: dict[str, Any]) -> LayerPolicy:
    return LayerPolicy(name, CompiledDocument({"Version": "2012-10-17", "Statement": list(statements)}))


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def layers() -> Layers:
    team = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    inside = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    everything = policy("FullAWSAccess", allow("*"))
    return Layers(
        identity=(
            policy("read", allow(["s3:Get*", "s3:List*"], "arn:aws:s3:::bucket/*", Condition=team), allow("ec2:*")),
            policy("team", deny("s3:Delete*"), allow("s3:*", "arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*")),
        ),
        boundaries=(policy("boundary", allow(["s3:*", "sqs:*"])),),
        resource=policy("bucket", allow("s3:Get*", "arn:aws:s3:::bucket/*", Principal={"AWS": ROLE}, Condition=inside)),
        scps=(
            ControlPolicyLevel("root", (everything,)),
            ControlPolicyLevel(
                "unit", (everything, policy("tls", deny("*", Condition={"Bool": {"aws:SecureTransport": "false"}})))
            ),
        ),
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


def main() -> None:
    asked, held = requests(), layers()
    best = 0.0
    for _ in range(ROUNDS):
        began = perf_counter()
        allowed = sum(evaluate(request, held).decision is Decision.ALLOWED for request in asked)
        best = max(best, REQUESTS / (perf_counter() - began))
        assert allowed == REQUESTS
    print(f"Decisions a second, with reasons: {best:,.0f} (wanted: 20,000)")
    seconds = seconds_to_compare()
    print(f"Comparing two documents on all actions: {seconds * 1000:,.0f} ms")
    print(json.dumps({"benchmark": "engine", "decisions_per_s": round(best), "comparison_s": round(seconds, 3)}))


if __name__ == "__main__":
    main()
