"""What a draft would change of access, said while somebody types it: the measure of a plan, in less time."""
