"""Small accounts, without a database, for questions about who can become administrator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from access.escalation.account import EscalationAccount
from access.escalation.paths import EscalationPath, escalations
from access.holders import Holder
from access.index import Index
from access.surroundings import Surroundings
from policies.engine.callers import caller_of
from policies.engine.compiled import CompiledDocument
from policies.engine.evaluate import ControlPolicyLevel, LayerPolicy
from tests.access.mirrored import ID, allow, arn

EVE, BOSS, ROOT = arn("user/eve"), arn("role/boss"), arn("root")
EVERYTHING = allow("*")
FEDERATED = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]


def policy(*statements: dict[str, Any], name: str = "inline policy own") -> LayerPolicy:
    return LayerPolicy(name, CompiledDocument({"Version": "2012-10-17", "Statement": list(statements)}))


def who(principal: str, *policies: LayerPolicy, trusts: Any = None, **more: Any) -> Holder:
    trust = None
    if trusts or ":role/" in principal:
        statement = {"Effect": "Allow", "Principal": trusts or {"AWS": ROOT}, "Action": "sts:AssumeRole"}
        if "Federated" in statement["Principal"]:
            statement["Action"] = FEDERATED
        trust = policy(statement, name=f"trust policy of {principal}")
    return Holder(caller_of(principal), 1, "AIDA", policies, trust=trust, **more)


ADMINISTRATOR = policy(EVERYTHING, name=arn("policy/all"))


def found(*holders: Holder, scp: Sequence[dict[str, Any]] = (), **account: Any) -> list[EscalationPath]:
    levels = (ControlPolicyLevel("root", (policy(EVERYTHING), policy(*scp))),) if scp else ()
    return escalations(EscalationAccount(Index(holders, Surroundings(ID, levels)), **account))


def names(paths: Iterable[EscalationPath], source: str = EVE) -> list[str]:
    return [path.technique for path in paths if path.source == source]
