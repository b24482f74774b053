"""Search over everything that an operator may see. Each app registers what it can be asked for in `AppConfig.ready()`:

    kinds.register(MirroredKind("users", "Users", "user", model=IamUser, url_name="user", sees=…))
    kinds.register(FoundKind("changes", "Changes", "git-pull-request-arrow", find=find_changes))
    places.register(SearchPlace("task.leave", "A person leaves", places.TASKS, url_name="task_leave"))

`answering.search` asks them all. What lists of one kind search by is here.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from iamconsole.web.trigrams import LEAST, containing

LAST = "\U0010ffff"  # comes after every character


def beginning(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """The mirrored rows whose name begins with `words`, in either case: a range of the index of names."""
    key = words.casefold()
    return rows.filter(name_key__gte=key, name_key__lt=key + LAST)


def narrowed(rows: QuerySet[Any], words: str) -> QuerySet[Any]:
    """The mirrored rows with `words` in them; below `LEAST` characters, those whose name begins so."""
    words = words.strip()
    return containing(rows, words) if len(words) >= LEAST else beginning(rows, words)
