"""From a composed issue to a mail that has arrived: bytes, signatures, SMTP, Maildirs, pace."""
