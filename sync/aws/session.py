"""Sessions at AWS: the machine's own credentials, or a role assumed with them; checked, cached, renewed in time.

botocore is used directly: it is what boto3 stands on, and boto3 adds nothing that the client needs.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from datetime import datetime
from threading import Lock, RLock
from typing import Any

import botocore.session
from botocore import UNSIGNED, xform_name
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import CredentialProvider, CredentialResolver, RefreshableCredentials
from botocore.loaders import create_loader
from botocore.session import Session
from django.conf import settings

from sync.aws import errors
from sync.aws.answers import keep_documents_raw, keep_host, read_our_way
from sync.aws.purpose import SessionPurpose
from sync.aws.secrets import Secret
from sync.aws.target import AwsTarget, send_only_to
from sync.aws.trace import logged, watch
from sync.aws.translation import SentCall, translate

# The emulator's own name for the machine that the console runs on (`emulator.wellknown`). No secret.
_EMULATOR_KEY_ID, _EMULATOR_KEY = "AKIAEMULATEDHOST0000", "emulator"
_RESENDING_TRIES, _ONE_TRY = 2, 1  # with the read timeout each: together well under CLAIM_TIMEOUT_S
_CACHED_SESSIONS = 32
# What botocore knows of AWS, some megabytes as JSON: read once a process, and not in each session.
_MODELS = create_loader()


class AwsSession:
    """Who we are at one AWS account for one purpose. Opens itself when the first client is asked for. Thread-safe."""

    def __init__(self, target: AwsTarget, purpose: SessionPurpose) -> None:
        self.target = target
        self.purpose = purpose
        self.notes: list[str] = []
        self.identity_arn = ""
        self._lock = RLock()
        self._opened: Session | None = None
        self._clients: dict[tuple[str, str, bool], BaseClient] = {}

    def client(self, service: str, region: str = "", *, resends: bool) -> BaseClient:
        """botocore's client, to be used in `traced()`; `resends`: it sends again by itself when no answer came.

        Raises CannotAssumeRole, CredentialsWrong, RootUserRefused, WrongAwsAccount, or that AWS can't be reached.
        """
        region = region or self.target.region
        with self._lock:
            if self._opened is None:
                self._opened = self._open()
            key = (service, region, resends)
            if key not in self._clients:
                client = self._build(self._opened, service, region, resends=resends)
                keep_documents_raw(client)
                if self.target.emulated and service == "s3control":
                    keep_host(client)
                watch(client)
                self._clients[key] = client
            return self._clients[key]

    def _open(self) -> Session:
        if not self.purpose.signed:
            return without_credentials()
        session = self._ambient()
        if self.target.assumes_role:
            session = self._assumed(session)
        elif self.purpose.tier == "write":
            self._note("No session policy and no source identity: the console uses its own credentials here, no role.")
        self._check_identity(session)
        return session

    def _ambient(self) -> Session:
        session = _new_session()
        if self.target.emulated:
            session.set_credentials(_EMULATOR_KEY_ID, _EMULATOR_KEY)
        return session

    def _assumed(self, ambient: Session) -> Session:
        sts = self._build(ambient, "sts", self.target.region, resends=True)

        def fetch() -> dict[str, Any]:
            return self._assume_role(sts)

        credentials = RefreshableCredentials.create_from_metadata(fetch(), refresh_using=fetch, method="assume-role")
        session = _new_session()
        session.register_component("credential_provider", CredentialResolver([_FixedCredentials(credentials)]))
        return session

    def _assume_role(self, sts: BaseClient) -> dict[str, Any]:
        if not self.target.role_arn:
            raise self._sending("AssumeRole").failed(
                errors.CannotAssumeRole, f"No role to {self.purpose.tier} is set for this AWS account."
            )
        credentials = self._ask_with_policy(sts)["Credentials"]
        expires: datetime = credentials["Expiration"]
        return {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"].open(),
            "token": credentials["SessionToken"].open(),
            "expiry_time": expires.isoformat(),
        }

    def _ask_with_policy(self, sts: BaseClient) -> dict[str, Any]:
        params, policies = self._assume_role_params(), self.purpose.policies
        if not policies:
            return self._ask(sts, "AssumeRole", params)
        for policy in policies[:-1]:
            try:
                return self._ask(sts, "AssumeRole", {**params, "Policy": policy})
            except errors.CannotAssumeRole as error:
                # AWS packs policy and tags together and alone knows whether they fit.
                if error.code != "PackedPolicyTooLarge":
                    raise
        self._note("The session policy names what this plan does, and not to which objects: AWS takes no longer one.")
        return self._ask(sts, "AssumeRole", {**params, "Policy": policies[-1]})

    def _assume_role_params(self) -> dict[str, Any]:
        purpose = self.purpose
        optional = {
            "ExternalId": self.target.external_id,
            "SourceIdentity": purpose.source_identity,
            "Tags": [{"Key": key, "Value": value} for key, value in purpose.tags],
        }
        required = {"RoleArn": self.target.role_arn, "RoleSessionName": purpose.session_name}
        return required | {name: value for name, value in optional.items() if value}

    def _check_identity(self, session: Session) -> None:
        """Once a session: we are where we think we are, and not the root user."""
        sts = self._build(session, "sts", self.target.region, resends=True)
        answer = self._ask(sts, "GetCallerIdentity", {})
        self.identity_arn, account_id = str(answer["Arn"]), str(answer["Account"])
        about: dict[str, Any] = {"operation": "sts:GetCallerIdentity", "aws_account": self.target.account_id}
        if self.identity_arn.endswith(":root"):
            raise errors.RootUserRefused(**about)
        if account_id != self.target.account_id or self.identity_arn.split(":")[1] != self.target.partition:
            raise errors.WrongAwsAccount(f"They are {self.identity_arn}, in AWS account {account_id}.", **about)

    def _ask(self, sts: BaseClient, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        sending = self._sending(operation)
        with logged(sending, self.purpose) as outcome:
            try:
                answer = invoke(sts, operation, params)
            except Exception as error:
                translated = translate(error, sending)
                raise (_why_not_assumed(translated) if operation == "AssumeRole" else translated) from error
            outcome.request_id = answer["ResponseMetadata"].get("RequestId", "")
            return answer

    def _build(self, session: Session, service: str, region: str, *, resends: bool) -> BaseClient:
        target = self.target
        read_our_way(session)
        client: BaseClient = session.create_client(
            service,
            region_name=region,
            endpoint_url=target.emulator_url or None,
            config=Config(
                connect_timeout=settings.AWS_CONNECT_TIMEOUT,
                read_timeout=settings.AWS_READ_TIMEOUT,
                retries={"mode": "standard", "total_max_attempts": _RESENDING_TRIES if resends else _ONE_TRY},
                user_agent_extra="iam-console",
                signature_version=None if self.purpose.signed else UNSIGNED,
                # No AWS_ENDPOINT_URL of the environment sends our credentials elsewhere; only the settings decide.
                ignore_configured_endpoint_urls=True,  # type: ignore[call-arg]  # newer than the stubs
                proxies={} if target.emulated else None,
            ),
        )
        if target.emulated:
            send_only_to(client, target.emulator_url, target.account_id)
        return client

    def _sending(self, operation: str) -> SentCall:
        return SentCall("sts", operation, self.target.account_id, write=False, emulated=self.target.emulated)

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


class _FixedCredentials(CredentialProvider):
    """Makes a botocore session use these credentials and look for no others."""

    METHOD = "given"

    def __init__(self, credentials: RefreshableCredentials) -> None:
        super().__init__()
        self._credentials = credentials

    def load(self) -> RefreshableCredentials:
        return self._credentials


def without_credentials() -> Session:
    """It has none and looks for none."""
    session = _new_session()
    session.register_component("credential_provider", CredentialResolver([]))
    return session


def _new_session() -> Session:
    """Which endpoint and which Region's signature a service takes in each partition, botocore knows by its rules."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _MODELS)
    # Credentials of the global STS endpoint are not valid in opt-in Regions; those of a Region's own are valid in all
    # that are enabled ("Manage AWS STS in an AWS Region" in the IAM User Guide). No setting of the machine undoes it.
    session.set_config_variable("sts_regional_endpoints", "regional")
    return session


def _why_not_assumed(error: errors.AwsError) -> errors.AwsError:
    """AWS's down, or our own credentials are wrong: that stays. All else is about the role."""
    if isinstance(error, errors.TransientError | errors.CredentialsWrong):
        return error
    return errors.CannotAssumeRole(
        error.message,
        code=error.code,
        operation=error.operation,
        aws_account=error.aws_account,
        request_id=error.request_id,
    )


def invoke(client: BaseClient, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """Call `operation` by the name that AWS gives it ("GetUser"). Secrets among the parameters are opened here."""
    answer: dict[str, Any] = getattr(client, xform_name(operation))(**_opened(params))
    return answer


def _opened(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.open()
    if isinstance(value, dict):
        return {name: _opened(inner) for name, inner in value.items()}
    return [_opened(inner) for inner in value] if isinstance(value, list) else value


_sessions: OrderedDict[tuple[int, AwsTarget, SessionPurpose], AwsSession] = OrderedDict()
_sessions_lock = Lock()


def session_for(target: AwsTarget, purpose: SessionPurpose) -> AwsSession:
    """The session of this process for this purpose (connections don't survive a fork, hence the process id)."""
    key = (os.getpid(), target, purpose)
    with _sessions_lock:
        if key not in _sessions:
            _sessions[key] = AwsSession(target, purpose)
        _sessions.move_to_end(key)
        while len(_sessions) > _CACHED_SESSIONS:
            _sessions.popitem(last=False)
        return _sessions[key]


def forget(session: AwsSession) -> None:
    """Drops a session whose credentials AWS no longer accepts: the next call gets a new one."""
    with _sessions_lock:
        _sessions.pop((os.getpid(), session.target, session.purpose), None)


def forget_all() -> None:
    with _sessions_lock:
        _sessions.clear()
