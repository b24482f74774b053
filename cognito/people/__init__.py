"""The people of user pools: how they are read, kept, found and erased."""
