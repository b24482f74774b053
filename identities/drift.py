"""How changes of users, groups and roles that others made are told, and what undoes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from accounts.models import AwsAccount
from identities import operations
from identities.models import IamGroup, Principal
from identities.trust import joined, principals_of, trusted_of, unique_ids
from policies.documents import texts_of
from policies.operations.arns import name_of, path_of
from sync.mirror import Content
from sync.mirror.differences import ContentPart, Reversal
from sync.models import Revision
from sync.object_ref import ObjectRef
from sync.operations import StepSpec

PARTS = {
    "name": ContentPart("Name", changed="renamed from {old} to {new}"),
    "path": ContentPart("Path"),
    "arn": ContentPart("ARN", follows="name"),
    "attached": ContentPart("Attached policies", "attached {name}", "detached {name}", named=name_of),
    "groups": ContentPart("Groups", "added to the group {name}", "removed from the group {name}"),
    "inline": ContentPart(
        "Inline policies",
        "inline policy {name} written",
        "inline policy {name} deleted",
        "inline policy {name} changed",
    ),
    "trust": ContentPart("Trust policy", "trust policy written", changed="trust policy changed"),
    "boundary": ContentPart(
        "Permissions boundary",
        "bounded by {new}",
        "boundary {old} taken off",
        "bounded by {new} instead of {old}",
        named=name_of,
    ),
    "tags": ContentPart("Tags", "tag {name}={new} added", "tag {name} removed", "tag {name} is {new} instead of {old}"),
}


def trust_words(aws_account: AwsAccount, old: str, new: str, deleted: Mapping[str, str]) -> str:
    """Who came and who went: "trust policy changed: now names AWS account 999999999999". `deleted` as in `trust`."""
    before, after = (
        {each.inside: None for each in trusted_of(principals_of(text), aws_account.account_id, deleted)}
        for text in (old, new)
    )
    came, went = ([who for who in some if who not in others] for some, others in ((after, before), (before, after)))
    if not old or not (came or went):
        return "trust policy changed" if old else f"trust policy names {joined(after) or 'nobody'}"
    said = [f"{words} {joined(who)}" for words, who in (("now names", came), ("no longer names", went)) if who]
    return f"trust policy changed: {'; '.join(said)}"


Undone = Iterator[StepSpec | str]  # a step, or a sentence for what can't be undone


def reverse(
    model: type[Principal], aws_account: AwsAccount, ref: ObjectRef, before: Content, after: Content
) -> Reversal:
    noun = model.kind.removeprefix("iam.")
    row = model.objects.live().filter(aws_account=aws_account, aws_id=ref.object_id).first()
    if not after or row is None:
        return Reversal(left=(_gone(noun),))
    if not before:
        return Reversal(tuple(operations.delete_whole(row)))
    steps: list[StepSpec] = []
    left: list[str] = []
    for part in _UNDO:
        old, new = before.get(part), after.get(part)
        for found in _UNDO[part](row, old, new) if old != new else ():
            if isinstance(found, StepSpec):
                steps.append(found)
            else:
                left.append(found)
    return Reversal(tuple(steps), tuple(left))


def _gone(noun: str) -> str:
    lost = {"user": " Its keys and its password are lost.", "role": " Trust policies that named it mean the old one."}
    return (
        f"A deleted {noun} can’t be brought back: AWS gives a new one of that name another unique id."
        f"{lost.get(noun, '')} What it had stays in the history here."
    )


def _renamed(row: Any, old: str, new: str) -> Undone:
    """`old` is the ARN: its path and its name are in it."""
    yield operations.rename(row, name_of(old), path_of(old))


def _attached(row: Principal, old: list[str], new: list[str]) -> Undone:
    yield from (operations.detach(row, arn) for arn in new if arn not in old)
    yield from (operations.attach(row, arn) for arn in old if arn not in new)


def _groups(row: Any, old: list[str], new: list[str]) -> Undone:
    groups = {name: _group(row, name) for name in {*old, *new}}
    for name in sorted(set(new) - set(old)):
        if (group := groups[name]) is None:
            continue  # there is no such group any more, so nobody is in it
        if former := sorted((set(old) - set(new)) & _names_of(group)):
            yield f"The group {former[0]} is called {name} now: nobody joined or left it."
        else:
            yield operations.remove_member(row, group)
    for name in sorted(set(old) - set(new)):
        if group := groups[name]:
            yield operations.add_member(row, group)
        elif not any(name in _names_of(other) for other in groups.values() if other):
            yield f"The group {name} is gone."


def _group(row: Principal, name: str) -> IamGroup | None:
    found: IamGroup | None = (
        IamGroup.objects.live().filter(aws_account=row.aws_account_id, name_key=name.casefold()).order_by("-pk").first()
    )
    return found


def _names_of(group: IamGroup) -> set[str]:
    """All that it was ever called."""
    revisions = Revision.objects.filter(
        facet__aws_account=group.aws_account_id,
        facet__kind=group.kind,
        facet__object_id=group.aws_id,
        facet__source="details",
        gone=False,
    )
    return set(revisions.values_list("content__name", flat=True))


def _inline(row: Principal, old: Mapping[str, Any], new: Mapping[str, Any]) -> Undone:
    texts = texts_of(document["text"] for document in old.values())
    for name in sorted(old.keys() | new.keys()):
        if name not in old:
            yield operations.delete_inline(row, name)
        elif old[name]["canonical"] != new.get(name, {}).get("canonical"):
            yield operations.put_inline(row, name, texts[old[name]["text"]])


def _trust(row: Any, old: Mapping[str, str], new: Mapping[str, str]) -> Undone:
    text = texts_of([old["text"]])[old["text"]]
    if deleted := sorted(unique_ids(principals_of(text))):
        yield f"The trust policy before named {deleted[0]}, somebody who was deleted: AWS doesn’t take that back."
    else:
        yield operations.update_trust(row, text)


def _boundary(row: Any, old: str, new: str) -> Undone:
    yield operations.put_boundary(row, old) if old else operations.delete_boundary(row)


def _tags(row: Any, old: Mapping[str, str], new: Mapping[str, str]) -> Undone:
    yield from (operations.untag(row, key) for key in sorted(new.keys() - old.keys()))
    yield from (operations.tag(row, key, value) for key, value in sorted(old.items()) if new.get(key) != value)


_UNDO: Mapping[str, Callable[[Any, Any, Any], Undone]] = {
    "attached": _attached,
    "groups": _groups,
    "inline": _inline,
    "trust": _trust,
    "boundary": _boundary,
    "tags": _tags,
    "arn": _renamed,  # the last: the steps before it go by the ARN that it has now
}
