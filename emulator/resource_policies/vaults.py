"""AWS Backup: the access policies of vaults, of which moto knows nothing."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

import moto.backup.urls
from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.responses import BackupResponse
from moto.core.responses import ActionResult, EmptyResult

from emulator.resource_policies.documents import statements_of
from emulator.wire import AwsError

_PATH = "{0}/backup-vaults/(?P<name>[^/]+)/access-policy$"


def teach() -> None:
    moto.backup.urls.url_paths[_PATH] = BackupResponse.dispatch
    for method in (get_backup_vault_access_policy, put_backup_vault_access_policy, delete_backup_vault_access_policy):
        setattr(BackupResponse, method.__name__, method)


def get_backup_vault_access_policy(self: Any) -> ActionResult:
    vault = _vault(self)
    policy = getattr(vault, "access_policy", None)
    if policy is None:
        raise ResourceNotFoundException(f"Backup vault policy not found for {vault.backup_vault_name}")
    about = {"BackupVaultName": vault.backup_vault_name, "BackupVaultArn": vault.backup_vault_arn}
    return ActionResult({**about, "Policy": policy})


def put_backup_vault_access_policy(self: Any) -> EmptyResult:
    vault, policy = _vault(self), json.loads(self.body or "{}").get("Policy")
    try:
        statements_of(policy or "")
    except ValueError:
        raise AwsError("InvalidParameterValueException", "The policy is no valid JSON policy document.") from None
    vault.access_policy = policy
    return EmptyResult()


def delete_backup_vault_access_policy(self: Any) -> EmptyResult:
    _vault(self).access_policy = None
    return EmptyResult()


def _vault(self: Any) -> Any:
    name = unquote(self.path.split("/backup-vaults/")[1].split("/")[0])
    vault = self.backup_backend.vaults.get(name)
    if vault is None:
        raise ResourceNotFoundException(f"Backup vault {name} does not exist")
    return vault
