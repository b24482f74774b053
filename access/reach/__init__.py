"""Who gets to a resource: the answers of its page, and what is found wrong with it."""
