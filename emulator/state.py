"""The emulated AWS on disk, so that what an operator changed yesterday is still there today."""

from __future__ import annotations

import io
import os
import pickle
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from threading import Event, RLock, Thread
from types import FunctionType
from typing import Any
from weakref import WeakValueDictionary

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from moto.account.models import account_backends
from moto.backends import get_backend
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.organizations.models import organizations_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from emulator import (
    cloudformation,
    cognito_identity,
    cognito_idp,
    identity_center,
    organizations,
    roles_anywhere,
    trail,
)
from emulator.iam.managed import managed_by_aws
from emulator.resource_policies import backends as rest_apis

# Raise this when the classes of `emulator` move, or change what they keep.
_FORMAT = 12
_SERVICES = {
    "account": account_backends,
    "cloudformation": cloudformation.backends,
    "cognito-identity": cognito_identity.backends,
    "cognito-idp": cognito_idp.backends,
    "deliveries": trail.sending,
    "iam": iam_backends,
    "identity-center": identity_center.backends,
    "organizations": organizations_backends,
    "rest-apis": rest_apis,
    "roles-anywhere": roles_anywhere.backends,
    "s3": s3_backends,
    "sts": sts_backends,
    "trail": trail.backends,
}
# Those of moto that are kept once somebody has asked for one: to load them all takes seconds. Not EC2's, which are
# large, and have in them nothing that anybody here made but VPC endpoints.
_LATE = (
    "awslambda",
    "backup",
    "dynamodb",
    "ecr",
    "efs",
    "events",
    "kms",
    "logs",
    "s3control",
    "secretsmanager",
    "sns",
    "sqs",
)
_PAUSE_S = 0.2


class UnreadableState(Exception):
    """The state file is damaged, or another version wrote it."""


class StateFile:
    """Saves a moment after each write, and once more on `close`. Without a path nothing is kept."""

    def __init__(self, path: Path | None, *, lock: RLock) -> None:
        self._path = path
        self._lock = lock
        self._dirty = Event()
        self._closed = False
        if path is not None:
            self._thread = Thread(target=self._save_after_writes, name="state", daemon=True)

    def load(self) -> None:
        """Raises UnreadableState; then nothing was loaded."""
        if self._path is None:
            return
        if self._path.exists():
            self._restore(self._path.read_bytes())
        self._thread.start()

    def start_empty(self) -> None:
        if self._path is not None:
            self._thread.start()

    def picture(self) -> bytes:
        """All of it, for `put_back`."""
        with self._lock:
            return _pickled({name: _backends(held) for name, held in _in_use()})

    def put_back(self, picture: bytes) -> None:
        """Everything was emptied before."""
        with self._lock:
            self._restore(picture)
        self.changed()

    def changed(self) -> None:
        self._dirty.set()

    def close(self) -> None:
        if self._path is None:
            return
        self._closed = True
        self._dirty.set()
        self._thread.join()
        self._save()

    def _save_after_writes(self) -> None:
        while self._dirty.wait() and not self._closed:
            self._dirty.clear()
            self._save()
            time.sleep(_PAUSE_S)

    def _save(self) -> None:
        if self._path is None:
            return
        content = self.picture()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_name(self._path.name + ".new")
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(self._path)

    def _restore(self, content: bytes) -> None:
        try:
            stored = _Unpickler(io.BytesIO(content)).load()
            if stored["made_by"] != _made_by():
                raise UnreadableState(f"it was written by {stored['made_by']}, this is {_made_by()}")
        except UnreadableState:
            raise
        except Exception as problem:
            raise UnreadableState(f"{type(problem).__name__}: {problem}") from problem
        for name, accounts in stored["services"].items():
            for account_id, partitions in accounts.items():
                for partition, backend in partitions.items():
                    _service(name)[account_id][partition] = backend
        organizations.note_members()


def _made_by() -> str:
    return f"format {_FORMAT}, moto {version('moto')}"


def _in_use() -> Iterator[tuple[str, Any]]:
    yield from _SERVICES.items()
    yield from ((name, _service(name)) for name in _LATE if f"moto.{name}.models" in sys.modules)


def _service(name: str) -> Any:
    return _SERVICES[name] if name in _SERVICES else get_backend(name)


def _backends(held: Any) -> dict[str, dict[str, Any]]:
    return {account_id: dict(partitions) for account_id, partitions in held.items()}


class _Pickler(pickle.Pickler):
    """Stores those of AWS's own policies that are attached by ARN only: moto has their texts."""

    def persistent_id(self, obj: Any) -> tuple[str, str] | None:
        return (obj.partition, obj.arn) if isinstance(obj, AWSManagedPolicy) else None

    def reducer_override(self, obj: Any) -> Any:
        """Of what Python doesn't store: locks, keys of KMS, and what moto has of Lambda functions."""
        if isinstance(obj, _LOCK):
            return RLock, ()
        if isinstance(obj, RSAPrivateKey | EllipticCurvePrivateKey):
            return _key_of, (obj.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),)
        if isinstance(obj, WeakValueDictionary):
            return WeakValueDictionary, (dict(obj),)
        if type(obj) is defaultdict and isinstance(obj.default_factory, FunctionType):
            return defaultdict, (type(obj.default_factory()),), None, None, iter(obj.items())
        return NotImplemented


_LOCK = type(RLock())


def _key_of(text: bytes) -> Any:
    return load_pem_private_key(text, None)


class _Unpickler(pickle.Unpickler):
    """The file is this process's own, written for the user who runs it; nobody else's is ever loaded."""

    def persistent_load(self, pid: tuple[str, str]) -> Any:
        partition, arn = pid
        return managed_by_aws(partition)[arn]


def _pickled(services: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    _Pickler(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump({"made_by": _made_by(), "services": services})
    return buffer.getvalue()
