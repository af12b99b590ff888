"""The front desk: people, profiles, consent, links, and their web pages."""
