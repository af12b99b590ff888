"""Mails to look at before they are sent: pages, pictures, differences."""
