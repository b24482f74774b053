"""Deletes expired sessions from the database: Django only stops accepting them."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone


def forget_ended() -> int:
    """Deletes sessions past their end, and the lines of “My account” about sessions that are no longer there."""
    ended, _ = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return ended
