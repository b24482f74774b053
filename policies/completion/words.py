"""The words of the policy language, and those of one service, as the editor's script gets them: plain JSON values.

They don't depend on any AWS account. Services are asked for one by one: all of them are some megabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policies.completion import key_values
from policies.engine import catalogue
from policies.engine.catalogue import AccessLevel, Action, ConditionKey, KeyType
from policies.engine.catalogue.described import sentences_of
from policies.engine.catalogue.global_key_words import GLOBAL_KEY_WORDS
from policies.engine.catalogue.keys import GLOBAL_KEYS
from policies.engine.catalogue.service_principals import SERVICE_PRINCIPALS
from policies.engine.conditions import OPERATORS
from policies.engine.lint.actions import TRUST_ACTIONS
from policies.engine.lint.condition_values import HOLD_REGIONS
from policies.engine.lint.operators import SUITABLE, family_named
from policies.engine.structure import VERSIONS, DocumentType

# How high an access level is, as pages show it: iamconsole.web.vocabulary.LEVELS; and the word beside the bars.
_LEVELS = {
    AccessLevel.PERMISSIONS: ("permissions", "Permissions"),
    AccessLevel.WRITE: ("write", "Write"),
    AccessLevel.TAGGING: ("write", "Tagging"),
    AccessLevel.READ: ("read", "Read"),
    AccessLevel.LIST: ("read", "List"),
}
_OF_ANY_TAG = "aws:ResourceTag/${TagKey}"
_ELEMENTS = (
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
)
LEAST, MOST = 3, 40  # characters of a name that is looked for in all services, and actions that are found


def language_words() -> dict[str, Any]:
    """What there is whatever the services are."""
    return {
        "date": catalogue.data_date().isoformat(),
        "versions": VERSIONS,
        "elements": {kind: elements_of(kind) for kind in DocumentType},
        "rcpServices": sorted(catalogue.services_with_rcps()),
        "services": sorted(catalogue.service_names().items()),
        "operators": list(_operators()),
        "keys": [_key(each, GLOBAL_KEY_WORDS.get(name, "")) for name, each in _keys_of_no_service().items()],
        "values": key_values.KEY_VALUES,
        "holds": {
            **dict.fromkeys(HOLD_REGIONS, "region"),
            **dict.fromkeys(key_values.HOLD_SERVICES, "service"),
            **dict.fromkeys(key_values.HOLD_ACCOUNTS, "account"),
            **dict.fromkeys(key_values.HOLD_ORGANIZATIONS, "organization"),
        },
        "holdArns": key_values.HOLD_ARNS,
        "sensitive": sorted(catalogue.SENSITIVE_KEYS),
        "regions": {partition: sorted(names) for partition, names in catalogue.regions().items()},
        "servicePrincipals": SERVICE_PRINCIPALS,
        "trustActions": TRUST_ACTIONS,
    }


def elements_of(kind: DocumentType) -> list[str]:
    """What a statement of such a document may have, in the order in which people write it."""
    missing = {"NotPrincipal"} if kind is DocumentType.TRUST else set()
    if kind is DocumentType.RCP:  # Organizations User Guide, "RCP syntax"
        missing = {"NotPrincipal", "NotAction"}
    if not kind.names_principals:
        missing |= {"Principal", "NotPrincipal"}
    if not kind.names_resources:
        missing |= {"Resource", "NotResource"}
    return [name for name in _ELEMENTS if name not in missing]


def _operators() -> Iterator[dict[str, Any]]:
    """`types`: of the keys that suit it."""
    for name, operator in OPERATORS.items():
        types = [kind for kind in KeyType if family_named(name) in SUITABLE[kind]]
        yield {"name": name, "types": types, "variables": operator.variables}
    yield {"name": "Null", "types": list(KeyType), "variables": False}


def _keys_of_no_service() -> dict[str, ConditionKey]:
    return {**GLOBAL_KEYS, **catalogue.FEDERATION_KEYS}


def _key(key: ConditionKey, sentence: str) -> dict[str, Any]:
    return {"name": key.name, "type": key.type, "many": key.multivalued, "says": sentence}


def service_words(prefix: str) -> dict[str, Any] | None:
    """Of a service by its prefix in lower case; None of what AWS doesn't have. Types and keys of actions by number."""
    if prefix not in catalogue.service_names():
        return None
    actions = [each for each in map(catalogue.action, catalogue.actions_matching(f"{prefix}:*")) if each]
    types = {
        kind: number for number, kind in enumerate(dict.fromkeys(use.type for each in actions for use in each.uses))
    }
    taken = {each.name: _keys_taken(each) for each in actions}
    keys = {name: number for number, name in enumerate(dict.fromkeys(key for names in taken.values() for key in names))}
    sentences = sentences_of(prefix)
    return {
        "service": prefix,
        "name": catalogue.service_names()[prefix],
        "types": [{"name": each.name, "arn": each.arn} for each in types],
        "keys": [_key(key, sentences.keys.get(key.name.lower(), "")) for key in map(_known, keys)],
        "actions": [
            {
                **action_words(each),
                "says": sentences.actions.get(_short(each), ""),
                "types": [types[use.type] for use in each.uses],
                "keys": [keys[name] for name in taken[each.name]],
            }
            for each in actions
        ],
    }


def _short(action: Action) -> str:
    return action.name.partition(":")[2].lower()


def _known(name: str) -> ConditionKey:
    found = catalogue.condition_key(name)
    assert found is not None, name  # noqa: S101  only such names come here
    return found


def _keys_taken(action: Action) -> tuple[str, ...]:
    """With `ec2:ResourceTag/${TagKey}`, which services have beside aws:ResourceTag and list with no action."""
    names = [name for name in catalogue.condition_keys(action.name) if catalogue.condition_key(name)]
    own = f"{action.service}:ResourceTag/${{TagKey}}"
    has_own = _OF_ANY_TAG in names and own not in names and catalogue.condition_key(own) is not None
    return (*names, own) if has_own else tuple(names)


def action_words(action: Action) -> dict[str, Any]:
    """Its name and access level, the highest where it has two."""
    level, word = next(words for level, words in _LEVELS.items() if level in action.access_levels)
    return {"name": action.name, "level": level, "word": word}


def actions_named(words: str) -> list[dict[str, Any]]:
    """Actions of all services whose names have the words in them: those that begin so first, then the shortest."""
    words = words.strip().lower()
    if len(words) < LEAST:
        return []
    found = [(name.partition(":")[2].lower(), name) for name in catalogue.all_actions() if words in name.lower()]
    best = sorted(found, key=lambda each: (not each[0].startswith(words), len(each[0]), each[1]))[:MOST]
    actions = [each for each in (catalogue.action(name) for _, name in best) if each]
    sentences = {prefix: sentences_of(prefix) for prefix in {each.service for each in actions}}
    return [{**action_words(each), "says": sentences[each.service].actions.get(_short(each), "")} for each in actions]
