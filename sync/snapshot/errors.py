"""Why a file can't be imported."""

from __future__ import annotations

from sync.aws.errors import AwsError


class SnapshotError(AwsError):
    """The text is a sentence for the operator who gave the file. An AwsError, so that a run ends on it as on AWS's."""

    what = ""
    advice = ""
