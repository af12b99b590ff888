"""From a dump of trending papers to a reader's inbox."""

__version__ = "0.1.0"
