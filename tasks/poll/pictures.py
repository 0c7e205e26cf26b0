"""The picture that a feed shows in the text of an item, where it names none for the item."""

from __future__ import annotations

import html
import re

#: counting pixels, icons and buttons are smaller, where their size is said
MIN_SIDE_PIXELS = 100
_LOOKED_AT_CHARS = 20_000
_IMAGE = re.compile(r"<img\b((?:[^<>\"']++|\"[^\"]{0,4000}+\"|'[^']{0,4000}+')*+)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(src|width|height)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d+)?\s*(?:px)?\s*\Z")


def first_picture(fragment: str) -> str:
    """Address of the first picture in an HTML fragment as it stands there; "" where there is none."""
    for image in _IMAGE.finditer(fragment[:_LOOKED_AT_CHARS]):
        values = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(image[1])}
        sides = [_PIXELS.match(values.get(side, "")) for side in ("width", "height")]
        if values.get("src") and all(int(side[1]) >= MIN_SIDE_PIXELS for side in sides if side):
            return html.unescape(values["src"])
    return ""
