"""What is wrong with pools, as findings: what cognito.posture has written down of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from accounts.models import AwsAccount
from cognito.finding_rules import PREFIX, RULES
from cognito.models import IdentityPool, UserPool
from cognito.posture import FINDINGS
from findings.models import FindingSeverity
from findings.rules import Rule, rules_of
from findings.sources import Found, ListedSource
from sync.models import Fact

_NUMBER = re.compile(r"\d+")


class PostureSource(ListedSource):
    """By pool. One that nobody has looked at yet has nothing wrong that could be told."""

    name = "cognito"
    title = "Cognito"
    code = ("cognito/finding_source.py",)
    rules: Mapping[str, Rule] = rules_of(*RULES)

    def found(self, aws_account: AwsAccount) -> Iterable[Found]:
        models: tuple[type[UserPool | IdentityPool], ...] = (UserPool, IdentityPool)
        for model in models:
            live = model.objects.live().filter(aws_account=aws_account)
            pools = {row.aws_id: row for row in live.only("aws_id", "name", "region")}
            facts = Fact.objects.filter(aws_account=aws_account, kind=model.kind, name=FINDINGS)
            for object_id, value in facts.order_by("pk").values_list("object_id", "value"):
                if (pool := pools.get(object_id)) is not None:
                    yield from (_found(model.kind, pool, each) for each in value["findings"])


def _found(kind: str, pool: UserPool | IdentityPool, said: Mapping[str, str]) -> Found:
    """Known by its title, which names what of the pool it is about: two app clients may have the same."""
    return Found(
        f"{PREFIX}{said['code']}",
        FindingSeverity(said["severity"]),
        kind,
        pool.aws_id,
        pool.name,
        f"{said['title']}. {said['text']}",
        (_NUMBER.sub("0", said["title"]),),
        {name: said[name] for name in ("action", "asked") if name in said},
        pool.region,
    )
