"""A queue that is on hold: the changes that were open when it was put there, what AWS says of each now, and what owners
decide about each of them (docs/backup.md). `sync.counter` knows whether it is on hold.
"""
