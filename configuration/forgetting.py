"""How long exports and uploaded files are kept: iamconsole/retention.py."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from configuration.models import ConfigurationSnapshot, ConfigurationUpload

SNAPSHOTS_FOR, UPLOADS_FOR = timedelta(days=365), timedelta(days=1)


def forget_old() -> int:
    """Both are few: a day's uploads and exports. A part of the minute's tick."""
    now = timezone.now()
    uploads, _ = ConfigurationUpload.objects.filter(uploaded_at__lt=now - UPLOADS_FOR).delete()
    snapshots, _ = ConfigurationSnapshot.objects.filter(exported_at__lt=now - SNAPSHOTS_FOR).delete()
    return uploads + snapshots
