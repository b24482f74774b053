"""Backup and restore of the console's database, as one file (docs/backup.md).

`making.make` writes it, `archive.opened` reads and verifies it, `restoring.restore` brings it back, with the queue of
changes on hold (sync/counter/).
"""
