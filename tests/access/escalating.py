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
from policies.engine.evaluate import ControlPolicyLevel, LayerPolicy
from tests.access.mirrored import ID, arn
from tests.services.statements import allow, layer_policy, trust

EVE, BOSS, ROOT = arn("user/eve"), arn("role/boss"), arn("root")
EVERYTHING = allow("*")
FEDERATED = ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"]


def who(principal: str, *policies: LayerPolicy, trusts: Any = None, **more: Any) -> Holder:
    trusted = None
    if trusts or ":role/" in principal:
        by = trusts or {"AWS": ROOT}
        statement = trust(by, FEDERATED if "Federated" in by else "sts:AssumeRole")
        trusted = layer_policy(statement, name=f"trust policy of {principal}")
    return Holder(caller_of(principal), 1, "AIDA", policies, trust=trusted, **more)


ADMINISTRATOR = layer_policy(EVERYTHING, name=arn("policy/all"))


def found(*holders: Holder, scp: Sequence[dict[str, Any]] = (), **account: Any) -> list[EscalationPath]:
    levels = (ControlPolicyLevel("root", (layer_policy(EVERYTHING), layer_policy(*scp))),) if scp else ()
    return escalations(EscalationAccount(Index(holders, Surroundings(ID, levels)), **account)).paths


def names(paths: Iterable[EscalationPath], source: str = EVE) -> list[str]:
    return [path.technique for path in paths if path.source == source]
