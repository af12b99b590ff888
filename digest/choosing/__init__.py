"""Which papers a reader gets in an issue, and why."""
