"""Why denied: reads what AWS said of a denial, says which layer of policies denies, and what would allow it."""
