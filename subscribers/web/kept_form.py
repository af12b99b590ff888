"""What somebody has just asked for, kept in their own browser for the page that follows.

So that page can say where the mail went and send it again, and no address with it stands in a log.
It is shown to nobody else and trusted for nothing: whoever sends it could type it, too.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import quote

from fastapi import Request, Response

from subscribers.preferences import Preferences, fields_of
from subscribers.web.forms import Fields

COOKIE, PATH = "asked", "/subscribed"
_MINUTES = 30
_FITS = 3_500  # characters; browsers take 4,096 with name and attributes
_LONGEST = 50_000  # bytes of what is unpacked
_FIELDS = ("email", "weekday", *fields_of(Preferences("")))


def keep_form(request: Request, response: Response, fields: Fields) -> None:
    """Give the browser what was asked for; of more than a cookie holds, the address alone."""
    wanted = {name: fields[name] for name in _FIELDS if fields.get(name)}
    value = _packed(wanted)
    if len(value) > _FITS:
        value = _packed({"email": wanted.get("email", "")[:254]})
    response.set_cookie(
        COOKIE,
        value,
        max_age=60 * _MINUTES,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
        path=quote(request.scope.get("root_path", "")) + PATH,
    )


def kept_form(request: Request) -> Fields:
    """Return what was asked for a moment ago; nothing when that is unknown or broken."""
    try:
        packed = urlsafe_b64decode(request.cookies.get(COOKIE, "").encode("ascii"))
        found = json.loads(zlib.decompressobj().decompress(packed, _LONGEST))
    except (ValueError, zlib.error, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: found[name] for name in _FIELDS if isinstance(found.get(name), str)}


def _packed(fields: Fields) -> str:
    return urlsafe_b64encode(zlib.compress(json.dumps(fields).encode(), 9)).decode()
