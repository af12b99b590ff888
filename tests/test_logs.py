"""One form of line for all that is logged, whoever logs it."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from digest.logs import set_up_logs


def test_what_a_library_logs_is_a_line_of_ours_without_addresses(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = logging.getLogger().handlers[:]
    try:
        set_up_logs(style="json")
        logging.getLogger("library").warning("odd mail for %s", "ada@example.org")
        logging.getLogger("library").info("nobody wants to know")
    finally:
        structlog.reset_defaults()
        logging.basicConfig(handlers=before, force=True)
    (line,) = capsys.readouterr().err.splitlines()
    told = json.loads(line)
    assert told["event"] == "odd mail for (address)"
    assert (told["level"], told["logger"]) == ("warning", "library")
