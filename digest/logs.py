"""Structured logs on standard error: text on a terminal, a JSON object a line elsewhere."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ADDRESS = re.compile(r"[^\s<>,;\"'/]+@[^\s<>,;\"'/]+")


def set_up_logs(level: str = "info", style: str = "auto", *, addresses: bool = False) -> None:
    """Begin to log. Mail addresses are masked unless the operator wants them."""
    text = style == "text" or (style == "auto" and sys.stderr.isatty())
    render: Any = structlog.dev.ConsoleRenderer() if text else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            *([] if addresses else [_mask]),
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(handlers=[_OfLibraries()], level=logging.WARNING, force=True)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


class _OfLibraries(logging.Handler):
    """Writes what libraries log as a line of ours."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger("digest").log(
            record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info
        )


def _mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for name, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[name] = _ADDRESS.sub("(address)", value)
    return event
