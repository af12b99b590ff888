"""Mail that comes back: what a bounce, a complaint or an automatic reply says, and of whom."""
