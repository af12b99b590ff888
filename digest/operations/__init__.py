"""What the command line and the server ask for, a module per subject."""
