"""Readers from files and back."""

from __future__ import annotations

import sys
from pathlib import Path

from digest.front_office import FrontOffice
from subscribers.import_export import read_rows, write_csv, write_json_lines
from subscribers.importing import Imported
from subscribers.importing import import_readers as take_in


def import_readers(office: FrontOffice, file: Path, *, confirmed: bool) -> Imported:
    """Add or change readers from a file; a bad line is in the answer, the others count."""
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    return take_in(office.desk, read_rows(data), office.clock(), confirmed=confirmed)


def export_readers(office: FrontOffice, format: str) -> str:
    """Return all readers as CSV or JSON lines, in a form that `import_readers` reads."""
    write = write_csv if format == "csv" else write_json_lines
    return "".join(write(office.readers.every()))
