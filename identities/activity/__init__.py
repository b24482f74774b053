"""Who did it, of users, groups, roles and policies: how CloudTrail's events about them are read, and what is found."""
