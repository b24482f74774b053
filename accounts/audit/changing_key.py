"""Changes the key of the audit trail, by an entry that both keys attest (accounts/audit/hand_overs.py)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from accounts.audit import fence, ring
from accounts.audit.chain import append, locked_head, tell
from accounts.audit.check import AuditProblem, AuditWalk, check_end
from accounts.audit.hand_overs import CHANGED, LOST, proof_of
from accounts.audit.trail import entry
from accounts.models import AuditEntry

BY = "command line"


class KeyStays(Exception):
    """The key wasn't changed. The text is a sentence for whoever runs the console."""


class TrailAltered(KeyStays):
    def __init__(self, problems: list[AuditProblem]) -> None:
        self.problems = problems
        super().__init__(
            "The trail isn't as it was sealed, and the new key would attest it as it is now. Keep a copy of the "
            "database, find out why, and then run it again with --although-altered."
        )


@dataclass(frozen=True)
class KeyChange:
    number: int  # of the entry
    former: str
    following: str


def change_key(*, reason: str, although_altered: bool = False) -> KeyChange:
    """From the key that the trail goes on under to AUDIT_KEY. Raises KeyStays, WrongKey and fence.SetBack.

    All entries are verified first, while the console goes on; the trail is held for what was sealed meanwhile only.
    """
    former, following = ring.known(), ring.newest()
    if former in ("", following):
        raise KeyStays(f"The trail goes on under AUDIT_KEY ({following}) already: nothing was changed.")
    if former not in ring.given():
        raise ring.WrongKey
    walk = AuditWalk()
    _refuse(walk.go(), although_altered)
    with transaction.atomic():
        return _hand_over(walk, former, reason=reason, verb=CHANGED, although_altered=although_altered)


def give_up_key() -> KeyChange:
    """The former key is lost: the trail goes on under AUDIT_KEY, which attests from here on what is there now."""
    former = ring.known()
    walk = AuditWalk()
    walk.go()
    with transaction.atomic():
        return _hand_over(walk, former, reason="", verb=LOST, although_altered=True)


def _hand_over(walk: AuditWalk, former: str, *, reason: str, verb: str, although_altered: bool) -> KeyChange:
    head = locked_head()
    fence.check(head)
    if ring.known() != former:
        raise KeyStays("Somebody else changed the key at the same moment: nothing was changed here.")
    _refuse([*walk.go(), *check_end(head.number, "the database's note of the last sealed entry")], although_altered)
    given, following = ring.given(), ring.newest()
    said = {"from": former, "to": following, "digest": walk.digest}
    made = entry(verb, actor=None, actor_name=BY, reason=reason, data=said)
    made.data["proof"] = proof_of(made, head.number + 1, head.seal, given[following])
    made.save()
    ring.note(following)
    append(head, made, given[following if verb == LOST else former])
    head.save(update_fields=["number", "seal"])
    transaction.on_commit(lambda: tell([AuditEntry.objects.get(pk=made.pk)], head))
    return KeyChange(head.number, former, following)


def _refuse(problems: list[AuditProblem], although_altered: bool) -> None:
    if problems and not although_altered:
        raise TrailAltered(problems)
