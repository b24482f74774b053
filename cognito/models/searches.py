"""Searches for people of a pool that an operator kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from cognito.models.pools import UserPool


class SavedSearch(models.Model):
    """One operator's own, of one pool. `query` is what the list's address holds: sent to others, it is theirs, too."""

    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    pool = models.ForeignKey(UserPool, models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "saved searches"
        constraints = [models.UniqueConstraint(fields=["operator", "pool", "name"], name="cognito_search_once")]

    def __str__(self) -> str:
        return self.name
