"""Identity pools: who gets AWS credentials, by which role, and what comes of that; and changing it."""
