"""The file that a user pool is exported to and restored from: its shape, and how one is read.

docs/cognito.md, "Export and restore", has the shape. Settings are as AWS describes them, in canonical form, by the
names that the call takes which sets them; without what is secret, and without ids and dates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cognito.permissions import IDP
from cognito.pools.operations.pools import FIXED
from cognito.pools.operations.shapes import CLIENT, GROUP, MFA, POOL, PROVIDER, RESOURCE_SERVER, RISK, SECRETS, Shape
from cognito.setting_values import canonical
from iamconsole.web.words import some
from sync.aws.checking import misshapen

FORMAT, VERSION = "iam-console/user-pool", 1
MOST_BYTES = 2 * 1024 * 1024
MOST_MEMBERSHIPS = 10_000
_MOST_LISTED = 10
_ZERO = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_TYPE = re.compile(r"<class '(\w+)'>")
Settings = dict[str, Any]

# What people and programs may read, and a restore doesn't look at.
_WORDS = ("exported_at", "not_in_this_file")
_TOP = (
    "format",
    "version",
    *_WORDS,
    "from",
    "pool",
    "mfa",
    "risk",
    "domains",
    "clients",
    "groups",
    "resource_servers",
    "identity_providers",
    "memberships",
)


class FileProblem(Exception):
    """Nothing is restored from the file: sentences for the operator."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True)
class FileObject:
    """What belongs to the pool: `name` is the identifier of a resource server, `id` that of an app client."""

    name: str
    settings: Settings
    id: str = ""
    has_secret: bool = False
    type: str = ""  # of an identity provider
    left_out: tuple[str, ...] = ()  # of its details: what isn't in the file


@dataclass(frozen=True)
class FileMember:
    sub: str
    username: str = ""  # "": the `sub`
    signs_in_with: str = ""  # an e-mail address or a number, where that takes the place of a username

    @property
    def words(self) -> str:
        return self.signs_in_with or self.username or self.sub


@dataclass(frozen=True)
class PoolFile:
    """`settings` are without the name, and without MFA, which is `mfa`. None: the file doesn't have that part."""

    name: str
    account_id: str
    region: str
    pool_id: str
    exported_at: str = ""
    fixed: Settings = field(default_factory=dict)  # how people sign in, by the names of FIXED
    attributes: Sequence[Settings] = ()  # as AWS describes the schema
    settings: Settings = field(default_factory=dict)
    mfa: Settings | None = None
    risk: Settings | None = None
    domains: Mapping[str, Settings] = field(default_factory=dict)
    clients: Sequence[FileObject] = ()
    groups: Sequence[FileObject] = ()
    servers: Sequence[FileObject] = ()
    providers: Sequence[FileObject] = ()
    memberships: Mapping[str, Sequence[FileMember]] | None = None  # by the name of the group

    @property
    def people(self) -> int:
        return len({each.sub for members in (self.memberships or {}).values() for each in members})


def read(text: str) -> PoolFile:
    """Raises FileProblem."""
    said = _parsed(text)
    if said.get("format") != FORMAT:
        raise FileProblem(f"This is JSON, but no exported user pool: its “format” isn’t “{FORMAT}”.")
    if said.get("version") != VERSION:
        version = str(said.get("version"))[:20]
        raise FileProblem(f"The file is of version {version} of the format, and this console reads version {VERSION}.")
    reader = _PoolFileReader()
    found = reader.file(said)
    if reader.problems:
        more = len(reader.problems) - _MOST_LISTED
        rest = [f"And {more} more of this kind."] if more > 0 else []
        raise FileProblem(*reader.problems[:_MOST_LISTED], *rest)
    return found


def _parsed(text: str) -> dict[str, Any]:
    if len(text.encode()) > MOST_BYTES:
        raise FileProblem(
            "The file is larger than 2 MB. Export the pool without its memberships, or take groups out of them."
        )
    try:
        said = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise FileProblem(
            f"This is no JSON: line {error.lineno}, column {error.colno}: {error.msg[0].lower()}{error.msg[1:]}."
        ) from None
    except ValueError:  # a number of more digits than are read
        raise FileProblem("This is no exported user pool: a number in it is too long.") from None
    except RecursionError:
        raise FileProblem("This is no exported user pool: it is nested too deep.") from None
    if not isinstance(said, dict):
        raise FileProblem("This is JSON, but no exported user pool: a file begins with { and its “format”.")
    if not _is_text(said):
        raise FileProblem("The file has characters that are no text: halves of a character, or zeros.")
    return said


def _is_text(said: dict[str, Any]) -> bool:
    """JSON can spell what no page can print and no database can hold."""
    described = json.dumps(said, ensure_ascii=False)
    try:
        described.encode()
    except UnicodeEncodeError:
        return False
    return _ZERO.search(described) is None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise FileProblem(f"The file says “{name[:60]}” twice in one place: which of them is meant can’t be seen.")
        found[name] = value
    return found


def _no_number(name: str) -> Any:
    raise FileProblem(f"This is no JSON: {name} isn’t a number there.")


class _PoolFileReader:
    """Reads part by part, and notes what is wrong with which."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def file(self, said: Mapping[str, Any]) -> PoolFile:
        self._known(said, _TOP, "The file")
        pool, origin = self._object(said, "pool", ""), self._object(said, "from", "")
        self._known(pool, ("name", "fixed", "attributes", "settings"), "“pool”")
        return PoolFile(
            name=self._text(pool, "name", "pool"),
            account_id=self._text(origin, "aws_account", "from"),
            region=self._text(origin, "region", "from"),
            pool_id=self._text(origin, "pool_id", "from"),
            exported_at=str(said.get("exported_at", "")),
            fixed=self._fixed(pool),
            attributes=self._attributes(pool),
            settings=self._settings(POOL, pool, "pool", {}, without=("PoolName", "MfaConfiguration")),
            mfa=self._whole(MFA, said, "mfa"),
            risk=self._whole(RISK, said, "risk"),
            domains=self._domains(said),
            clients=self._things(CLIENT, said, "clients"),
            groups=self._things(GROUP, said, "groups"),
            servers=self._things(RESOURCE_SERVER, said, "resource_servers"),
            providers=self._things(PROVIDER, said, "identity_providers"),
            memberships=self._memberships(said),
        )

    # ---- Parts -----------------------------------------------------------------------------------------------
    def _fixed(self, pool: Mapping[str, Any]) -> Settings:
        said = self._object(pool, "fixed", "pool")
        self._known(said, [name for name in FIXED if name != "Schema"], "“pool.fixed”")
        self._fits("pool.fixed", "CreateUserPool", {"PoolName": "p", **said})
        return canonical(said, said)

    def _attributes(self, pool: Mapping[str, Any]) -> list[Settings]:
        found = self._list(pool, "attributes", "pool")
        for place, each in enumerate(found, 1):
            if not (isinstance(each, dict) and isinstance(each.get("Name"), str)):
                self.problems.append(f"“pool.attributes” {place} isn’t an attribute with a “Name”.")
        if not self.problems and found:
            self._fits("pool.attributes", "AddCustomAttributes", {"UserPoolId": "a_b", "CustomAttributes": found})
        return found

    def _whole(self, of: Shape, said: Mapping[str, Any], name: str) -> Settings | None:
        """Settings of the pool that a call of their own sets."""
        if said.get(name) is None:
            return None
        return self._checked(of, self._object(said, name, ""), name, {})

    def _domains(self, said: Mapping[str, Any]) -> dict[str, Settings]:
        found = self._object(said, "domains", "")
        for name, about in found.items():
            if not isinstance(about, dict):
                self.problems.append(f"“domains.{name[:60]}” isn’t an object.")
                continue
            self._fits(f"domains.{name[:60]}", "CreateUserPoolDomain", {"Domain": name, "UserPoolId": "a_b", **about})
        return found

    def _things(self, of: Shape, said: Mapping[str, Any], part: str) -> list[FileObject]:
        found, names = [], set()
        for place, each in enumerate(self._list(said, part, ""), 1):
            if not isinstance(each, dict):
                self.problems.append(f"“{part}” {place} isn’t an object.")
                continue
            where = f"{part} {place}"
            self._known(each, ("name", "settings", "id", "has_secret", "type", "left_out"), f"“{where}”")
            name = self._text(each, "name", where)
            if name in names and of is not CLIENT:
                self.problems.append(f"“{part}” has {name[:80]} twice.")
            names.add(name)
            found.append(self._thing(of, each, name, f"{part} {place} ({name[:60]})"))
        return found

    def _thing(self, of: Shape, each: Mapping[str, Any], name: str, where: str) -> FileObject:
        asked: Settings = {"ClientName": name} if of is CLIENT else {of.asked_by: name}
        if of is PROVIDER:
            asked["ProviderType"] = each.get("type", "")
            self._no_secret(each, where)
        left_out = each.get("left_out", [])
        if not (isinstance(left_out, list) and all(isinstance(one, str) for one in left_out)):
            self.problems.append(f"“left_out” of {where} isn’t a list of names.")
            left_out = []
        return FileObject(
            name,
            self._settings(of, each, where, asked, without=("ClientName", "HasSecret")),
            str(each.get("id", "")),
            each.get("has_secret") is True,
            str(each.get("type", "")),
            tuple(left_out),
        )

    def _no_secret(self, each: Mapping[str, Any], where: str) -> None:
        """A plan shows what is in the file."""
        settings = each.get("settings")
        details = settings.get("ProviderDetails") if isinstance(settings, dict) else None
        if isinstance(details, dict) and (there := [name for name in SECRETS if name in details]):
            self.problems.append(
                f"{where} has its {some(there)}: take it out, and type it on the page, where it is sealed."
            )

    def _memberships(self, said: Mapping[str, Any]) -> dict[str, list[FileMember]] | None:
        if said.get("memberships") is None:
            return None
        found: dict[str, list[FileMember]] = {}
        for place, each in enumerate(self._list(said, "memberships", ""), 1):
            people = each.get("people") if isinstance(each, dict) else None
            if not isinstance(people, list) or not isinstance(each.get("group"), str):
                self.problems.append(f"“memberships” {place} needs a “group” and a list of “people”.")
                continue
            members = [_member(one) for one in people]
            if None in members:
                self.problems.append(
                    f"“memberships” of {each['group'][:60]}: person {members.index(None) + 1} has no “sub”, or says "
                    "something else than “sub”, “username” and “signs_in_with”."
                )
            found.setdefault(each["group"], []).extend(one for one in members if one is not None)
        if (total := sum(map(len, found.values()))) > MOST_MEMBERSHIPS:
            self.problems.append(
                f"The file has {total:,} memberships; {MOST_MEMBERSHIPS:,} can be looked at at once. Make several "
                "files of it, each with some of the groups."
            )
        return found

    # ---- Pieces ----------------------------------------------------------------------------------------------
    def _settings(
        self, of: Shape, said: Mapping[str, Any], where: str, asked: Mapping[str, Any], without: Sequence[str]
    ) -> Settings:
        held = self._object(said, "settings", where)
        if wrong := sorted(held.keys() & set(without)):
            self.problems.append(f"The settings of “{where}” have {some(wrong)}, which stands elsewhere in the file.")
        return self._checked(of, held, where, asked)

    def _checked(self, of: Shape, held: Settings, where: str, asked: Mapping[str, Any]) -> Settings:
        """As AWS takes them, by its model of the call that makes or sets such a thing."""
        known = set(of.renamed.values())
        self._known(held, known, f"“{where}”")
        operation = of.operation if of in (MFA, RISK) else of.operation.replace("Update", "Create")
        named = {"PoolName": "p"} if of is POOL else {"UserPoolId": "a_b", **asked}
        details: Settings = {"ProviderDetails": {}} if of is PROVIDER else {}
        self._fits(where, operation, {**details, **{name: held[name] for name in held if name in known}, **named})
        return canonical(held, held)

    def _fits(self, where: str, operation: str, parameters: Mapping[str, Any]) -> None:
        for line in misshapen(IDP, operation, parameters):
            described = _TYPE.sub(r"\1", line)[:300].rstrip(".")
            self.problems.append(f"“{where}”: AWS doesn’t take this. {described}.")

    def _known(self, said: Mapping[str, Any], names: Any, whose: str) -> None:
        if unknown := sorted(said.keys() - set(names)):
            described = some([f"“{name[:60]}”" for name in unknown])
            self.problems.append(f"{whose} has {described}, which this version of the format doesn’t know.")

    def _object(self, said: Mapping[str, Any], name: str, within: str) -> dict[str, Any]:
        found = said.get(name, {})
        if isinstance(found, dict):
            return found
        self.problems.append(f"“{_path(within, name)}” isn’t an object.")
        return {}

    def _list(self, said: Mapping[str, Any], name: str, within: str) -> list[Any]:
        found = said.get(name, [])
        if isinstance(found, list):
            return found
        self.problems.append(f"“{_path(within, name)}” isn’t a list.")
        return []

    def _text(self, said: Mapping[str, Any], name: str, within: str) -> str:
        found = said.get(name)
        if isinstance(found, str) and 0 < len(found) <= 2048:
            return found
        self.problems.append(f"“{_path(within, name)}” isn’t there, or isn’t a text.")
        return "?"


def _path(within: str, name: str) -> str:
    return f"{within}.{name}" if within else name


def _member(said: Any) -> FileMember | None:
    names = ("sub", "username", "signs_in_with")
    if not isinstance(said, dict) or not said.get("sub") or said.keys() - set(names):
        return None
    values = [said.get(name, "") for name in names]
    return FileMember(*values) if all(isinstance(value, str) for value in values) else None
