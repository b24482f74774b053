"""The page *Who can*: the answer, who gets it alike, chains of roles, and the graph."""
