"""Forms: their fields as plain texts, and whether they came from our own pages."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect

from subscribers.messages import message

Fields = Mapping[str, str]
_MAX_FIELDS = 60
_BROKEN = message("This form arrived broken. Please send it again.")


async def read_form(request: Request) -> Fields:
    """Return a form's fields, urlencoded or multipart; repeated ones joined by a space.

    Raises:
        HTTPException: 400, it is neither, broken, or has files or too many fields.
    """
    try:
        async with request.form(max_files=0, max_fields=_MAX_FIELDS) as form:
            found: dict[str, list[str]] = {}
            for name, value in form.multi_items():
                if isinstance(value, str):
                    found.setdefault(name, []).append(value)
    except ClientDisconnect:  # nobody is there to read the answer, and it is no error of ours
        raise HTTPException(400, _BROKEN) from None
    except (HTTPException, MultiPartException, ValueError, UnicodeError) as error:
        if isinstance(error, HTTPException) and error.status_code in (408, 413):
            raise
        raise HTTPException(400, _BROKEN) from None
    return {name: " ".join(values) for name, values in found.items()}


async def read_upload(request: Request, name: str, most: int) -> bytes:
    """Return the bytes of a form's one file, none when no file was chosen.

    Raises:
        HTTPException: 400, the form is broken; 413, the file has more bytes than `most`.
    """
    try:
        async with request.form(max_files=1, max_fields=_MAX_FIELDS) as form:
            sent = form.get(name)
            data = b"" if sent is None or isinstance(sent, str) else await sent.read(most + 1)
    except ClientDisconnect:
        raise HTTPException(400, _BROKEN) from None
    except (HTTPException, MultiPartException, ValueError, UnicodeError) as error:
        if isinstance(error, HTTPException) and error.status_code in (408, 413):
            raise
        raise HTTPException(400, _BROKEN) from None
    if len(data) > most:
        raise HTTPException(413, message("This file is too large; take a part of it."))
    return data


async def read_form_kindly(request: Request) -> Fields:
    """Return a form's fields, or none when it is broken: for one-click unsubscribing."""
    try:
        return await read_form(request)
    except HTTPException:
        return {}


Form = Annotated[Fields, Depends(read_form)]
AnyForm = Annotated[Fields, Depends(read_form_kindly)]


def came_from_elsewhere(headers: Mapping[str, str], hosts: frozenset[str]) -> bool:
    """Return whether a browser says that another site sent this form (Fetch Metadata, Origin)."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin in (None, "null") or "*" in hosts:
        return False
    return (urlsplit(origin).hostname or "") not in hosts


def is_vouched_for(headers: Mapping[str, str]) -> bool:
    """Return whether the browser itself says that our own page sent this form.

    No page can set this header (https://www.w3.org/TR/fetch-metadata/), so nothing more is needed.
    """
    return headers.get("sec-fetch-site") == "same-origin"


def same(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode(), other.encode())
