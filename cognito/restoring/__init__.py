"""A user pool as a file, and a file as a user pool."""
