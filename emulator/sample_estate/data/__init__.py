"""Who works at Acme, an invented company, and what its AWS account lets them do. Faults included, as in real ones."""
