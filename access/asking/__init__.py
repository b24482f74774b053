"""Ask AWS too: what AWS's own tools say of a question, beside the console's answer, and where the two differ."""
