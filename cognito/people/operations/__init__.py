"""Operations on people of user pools. Plans, logs and the audit trail name them by their `sub`."""
