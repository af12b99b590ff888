"""Where dumps come from: URLs, watched folders, mailboxes; their health; look-ups of papers."""
