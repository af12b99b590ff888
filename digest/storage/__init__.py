"""All SQL, a file per domain, and the migrations."""
