"""Part of a file for a media player (RFC 9110 section 14): a browser cannot seek in audio without it."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def answer(request: HttpRequest, data: bytes, content_type: str) -> HttpResponse:
    """200 with everything, 206 with one range, or 416. Several ranges at once are answered with everything,
    which the standard allows."""
    size = len(data)
    match = _RANGE.fullmatch(request.headers.get("Range", ""))
    first, last = (match.group(1), match.group(2)) if match else ("", "")
    if not first and not last:
        response = HttpResponse(data, content_type=content_type)
    else:
        start = int(first) if first else max(0, size - int(last))  # "-500": the last 500 bytes
        end = min(int(last), size - 1) if first and last else size - 1
        if start > end:
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        response = HttpResponse(data[start : end + 1], status=206, content_type=content_type)
        response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Accept-Ranges"] = "bytes"
    response["Cache-Control"] = "private, no-store"
    return response
