"""Whether a key policy leaves somebody who may change it: AWS has no way back into a key without.

KMS Developer Guide, "Default key policy", "Reduces the risk of the KMS key becoming unmanageable"; KMS API Reference,
"PutKeyPolicy": without BypassPolicyLockoutSafetyCheck, AWS refuses what keeps the caller from changing it again.
"""

from __future__ import annotations

from collections.abc import Iterator

from accounts.models import AwsAccount
from identities.models import IamRole, IamUser
from policies.engine.callers import KEYS_OF_SERVICES, Caller, CallerKind, caller_of
from policies.engine.compiled import CompiledDocument, compiled
from policies.engine.conditions import Context
from policies.engine.evaluate import Decision, LayerPolicy, Layers, Request, Verdict, evaluate
from policies.organizations import selectors
from resources.models import Resource
from sync.checks import PlanFinding
from sync.plan_draft import Draft

_CHANGES = "kms:PutKeyPolicy"
_EVERYTHING = LayerPolicy(
    "", CompiledDocument({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
)


def lockout_findings(draft: Draft, row: Resource, document: str) -> Iterator[PlanFinding]:
    """Errors: nobody lets such a plan through."""
    aws_account = draft.aws_account
    policy = compiled(document)
    writing = aws_account.write_role_arn
    if writing and (why := _why_not(aws_account, row, policy, caller_of(writing))):
        words = f"The console could not change this key policy again: its role to write {why}. Let it do {_CHANGES} or "
        said = f"{words}let in the whole AWS account, as the policy that AWS gives a new key does."
        yield PlanFinding("LOCKS_OUT_OF_KEY", "error", said, field="document")
    elif not _has_administrator(aws_account, row, policy):
        words = "Nobody who surely stays could change this key policy again. Let the root user of the AWS account do "
        said = f"{words}{_CHANGES} (arn:…:root), or a user or role of it by name, without conditions."
        yield PlanFinding("LOCKS_OUT_OF_KEY", "error", said, field="document")


def _why_not(aws_account: AwsAccount, row: Resource, policy: CompiledDocument, caller: Caller) -> str:
    """ "" where it surely may."""
    verdict = _verdict(aws_account, row, policy, caller)
    if verdict.decision is Decision.ALLOWED:
        return ""
    if verdict.decision is Decision.EXPLICIT_DENY:
        return "is denied it"
    if verdict.missing_context:
        return f"may it only under a condition ({', '.join(verdict.missing_context)})"
    return "isn’t allowed it"


def _has_administrator(aws_account: AwsAccount, row: Resource, policy: CompiledDocument) -> bool:
    """The root user, or one by name whom the mirror has, beside the console's own role."""
    root = caller_of(f"arn:{aws_account.partition}:iam::{aws_account.account_id}:root")
    if _verdict(aws_account, row, policy, root).decision is Decision.ALLOWED:
        return True
    named = {value for each in policy.statements if each.allows for _, value in each.source.principal_words}
    rows = {"aws_account": aws_account, "gone_at": None, "arn__in": named - {aws_account.write_role_arn}}
    arns = [arn for model in (IamUser, IamRole) for arn in model.objects.filter(**rows).values_list("arn", flat=True)]
    callers = (caller_of(arn) for arn in arns)
    return any(_verdict(aws_account, row, policy, each).decision is Decision.ALLOWED for each in callers)


def _verdict(aws_account: AwsAccount, row: Resource, policy: CompiledDocument, caller: Caller) -> Verdict:
    """Where its own policies allow everything. The root user has no policies: the key's must name it."""
    account = aws_account.account_id
    context: dict[str, tuple[str, ...]] = {
        "kms:calleraccount": (account,),
        "aws:resourceaccount": (account,),
        "aws:requestedregion": (row.located_in,),
        **_of_organization(account),
    }
    request = Request(caller, _CHANGES, row.arn, account, context, lambda key: key not in KEYS_OF_SERVICES)
    identity = () if caller.kind is CallerKind.ROOT else (_EVERYTHING,)
    return evaluate(request, Layers(identity, resource=LayerPolicy("", policy)))


def _of_organization(account_id: str) -> Context:
    tree = selectors.tree_over(account_id)
    return {"aws:principalorgid": (tree.organization.aws_id,)} if tree else {}
