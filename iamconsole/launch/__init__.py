"""`make run`: from a fresh clone to a running console. prepare (no package needed) → run (supervisor) → guide."""
