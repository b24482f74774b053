"""Groups of a pool: a role and a precedence, and who is in it."""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Any

from emulator import clock


class Group:
    def __init__(self, pool_id: str, asked: dict[str, Any]) -> None:
        self.pool_id = pool_id
        self.name = str(asked["GroupName"])
        self.created = clock.utcnow()
        self.members: list[str] = []  # usernames, sorted
        self.replace(asked)
        self.changed = self.created

    def replace(self, asked: dict[str, Any]) -> None:
        self.description: str | None = asked.get("Description")
        self.role_arn: str | None = asked.get("RoleArn")
        self.precedence: int | None = asked.get("Precedence")
        self.changed = clock.utcnow()

    def add(self, username: str) -> None:
        place = bisect_left(self.members, username)
        if self.members[place : place + 1] != [username]:
            insort(self.members, username)

    def remove(self, username: str) -> None:
        place = bisect_left(self.members, username)
        if self.members[place : place + 1] == [username]:
            del self.members[place]

    def described(self) -> dict[str, Any]:
        shape = {
            "GroupName": self.name,
            "UserPoolId": self.pool_id,
            "Description": self.description,
            "RoleArn": self.role_arn,
            "Precedence": self.precedence,
            "CreationDate": self.created,
            "LastModifiedDate": self.changed,
        }
        return {key: value for key, value in shape.items() if value is not None}
