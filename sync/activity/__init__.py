"""Who did it: what CloudTrail says of changes outside this console, and of the last calls of a user or role.

Evidence beside revisions. Nothing here writes a mirrored row: what AWS has, pulls say.
"""
