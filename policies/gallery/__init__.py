"""Templates of policies: documents with parameters, from which a policy is begun."""
