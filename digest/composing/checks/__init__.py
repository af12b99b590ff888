"""Checks of templates and composed mails, for what would embarrass us."""
