"""The steps of the one change that makes the role with all that belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from guides.roles.answers import RoleAnswers
from guides.roles.documents import laid_out, permissions_of
from guides.roles.invoking import Started
from guides.roles.trusting import TokenTrust
from identities.actions.trust_documents import for_service
from identities.models import IamRole, InstanceProfile, OidcProvider
from identities.operations import (
    add_client_id,
    add_role,
    attach,
    create_oidc,
    create_profile,
    create_role,
    put_inline,
    tag,
)
from policies.kinds import POLICY
from policies.operations import create_policy
from sync.operations import StepSpec


def steps_of(answers: RoleAnswers) -> list[StepSpec]:
    return [*_provider(answers), *_role(answers), *_profile(answers), *_starter(answers)]


def _provider(answers: RoleAnswers) -> Iterator[StepSpec]:
    """The provider whose tokens open the role, where it isn't there or doesn't take the audience."""
    trust = answers.trust
    if not isinstance(trust, TokenTrust):
        return
    rows = OidcProvider.objects.live().filter(aws_account=answers.aws_account, arn=trust.provider_arn)
    provider = rows.first()
    if provider is None:
        yield create_oidc(answers.aws_account, trust.url, [trust.audience], [])
    elif trust.audience not in (provider.client_ids or ()):
        yield add_client_id(provider.arn, trust.audience)


def _role(answers: RoleAnswers) -> Iterator[StepSpec]:
    yield create_role(
        answers.aws_account,
        answers.name,
        answers.trust.document(),
        path=answers.path,
        description=answers.description,
        boundary_arn=answers.boundary_arn,
    )
    role = role_of(answers)
    yield from (tag(role, key, value) for key, value in answers.tags.items())
    permissions = permissions_of(answers)
    if not permissions:
        return
    if answers.is_managed:
        arn = POLICY.arn_of(answers.aws_account, answers.name, answers.path)
        yield create_policy(arn, permissions)
        yield attach(role, arn)
    else:
        yield put_inline(role, answers.name, permissions)


def role_of(answers: RoleAnswers) -> IamRole:
    """As later steps name it: it isn't there yet."""
    return IamRole(aws_account=answers.aws_account, arn=answers.arn, name=answers.name)


def _profile(answers: RoleAnswers) -> Iterator[StepSpec]:
    """IAM User Guide, "Use instance profiles": EC2 takes a role by one."""
    if answers.is_for_ec2:
        create = create_profile(answers.aws_account, answers.name, answers.path)
        yield create
        yield add_role(InstanceProfile(arn=create.params["arn"]), role_of(answers))


def _starter(answers: RoleAnswers) -> Iterator[StepSpec]:
    """The role of what starts it: made, or with one more policy."""
    started = answers.started
    if started is None:
        return
    role = started.role
    if role is None:
        own = replace(answers, name=started.name)
        trust = for_service(answers.aws_account, started.starter.service)
        yield create_role(
            answers.aws_account, started.name, trust, path=answers.path, boundary_arn=answers.boundary_arn
        )
        role = role_of(own)
    yield put_inline(role, policy_of(started), laid_out(started.document(answers.aws_account, answers.arn)))


def policy_of(started: Started) -> str:
    """What the policy of the role that starts it is called."""
    return f"start-{started.named}"
