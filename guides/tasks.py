"""Guided tasks: what operators want to get done, each a page that leads to one ordinary change.

    tasks.register(GuidedTask("role", "A role for a service", "…", "hat-glasses", "build_role", words="iam role"))

The page *Tasks* lists them, and the search finds them by their titles and words (iamconsole/web/search/places.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse

from accounts.access import may
from accounts.models import AwsAccount, Operator
from accounts.roles import PROPOSE
from iamconsole.web.search import places
from iamconsole.web.search.places import SearchPlace


@dataclass(frozen=True)
class TaskStart:
    """A way to begin a task with some answers given: `title` is what the link says, `query` that of its address."""

    name: str
    title: str
    query: str


@dataclass(frozen=True)
class GuidedTask:
    """`url_name` takes `account_id`. `needs`: the permission on the AWS account that its address asks. `words`: by
    which the search finds it, besides those of its title."""

    name: str
    title: str
    about: str
    icon: str
    url_name: str
    needs: str = PROPOSE
    words: str = ""
    starts: Sequence[TaskStart] = ()
    position: int = 50

    def url(self, aws_account: AwsAccount, start: TaskStart | None = None) -> str:
        address = reverse(self.url_name, kwargs={"account_id": aws_account.account_id})
        return f"{address}?{start.query}" if start else address

    def places(self) -> Iterator[SearchPlace]:
        """As the search has it: the task, and each way to begin it."""
        yield SearchPlace(self.name, self.title, self.url_name, places.TASKS, self.about, self.words, self.icon)
        for start in self.starts:
            name, title = f"{self.name}.{start.name}", f"{self.title}: {start.title}"
            yield SearchPlace(name, title, self.url_name, places.TASKS, icon=self.icon, query=start.query)


_tasks: dict[str, GuidedTask] = {}


def register(task: GuidedTask) -> None:
    """Raises ValueError for a second one of that name."""
    places.register(*task.places())
    _tasks[task.name] = task


def named(name: str) -> GuidedTask:
    """Raises KeyError."""
    return _tasks[name]


def all_tasks() -> list[GuidedTask]:
    return sorted(_tasks.values(), key=lambda task: task.position)


def tasks_for(operator: Operator, aws_account: AwsAccount) -> list[GuidedTask]:
    return [task for task in all_tasks() if may(operator, task.needs, aws_account)]
