"""Texts in what a page hands to its scripts: JSON, string literals, and the rows that Next.js sends piece by piece."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml.html import HtmlElement

from tasks.extract import structured

# a shorter text is no article, or stands elsewhere, too
MIN_CHARS = 600
MAX_STATE_CHARS = 3_000_000
MAX_NODES = 20_000
MAX_DEPTH = 30

TAG = re.compile(r"<[^<>]{1,2000}>")
_STATE_ID = ("__NEXT_DATA__", "__NUXT_DATA__", "__UNIVERSAL_DATA__")
# a name from its first letter on, and a short one: scripts hold words of 100,000 letters, as keys and pictures are
_STATE = re.compile(
    r"(?<!\w)(?:__\w{1,60}__|\w{0,60}(?:initial|preloaded|app)_?state\w{0,60}|Fusion\.globalContent)\s*+=\s*+(?=[{\[])",
    re.IGNORECASE,
)
# one that is not closed goes on to the end, rather than being looked for again from each of its quotation marks on
_LITERAL = re.compile(r'"(?:[^"\\]++|\\.)*+(?:"|\Z)', re.DOTALL)
_PARSED = re.compile(r"JSON\.parse\(\s*'((?:[^'\\]++|\\.)*+)'", re.DOTALL)
#: of a JavaScript string in single quotation marks, what a JSON string writes in another way
_UNLIKE_JSON = re.compile(r"\\(x[0-9a-fA-F]{2}|.)|\"", re.DOTALL)
_TEXT_KEYS = re.compile(r"body|content|text|html|article|paragraph|value|story", re.IGNORECASE)

#: what React sends a page as: rows `id:JSON` or, by the bytes of the text, `id:Tlength,text`
_PIECE = re.compile(r'__next_f\.push\(\s*\[\s*1\s*,\s*("(?:[^"\\]++|\\.)*+")', re.DOTALL)
_ROW = re.compile(rb"[0-9a-f]*+:(?:T([0-9a-f]{1,7}),)?")
_ELEMENT = "$"
_PARAGRAPHS = frozenset(("p", "h2", "h3", "h4", "blockquote", "li"))
_ASIDE = frozenset(("nav", "footer", "aside", "header", "button", "script", "style", "form"))


def texts(tree: HtmlElement) -> Iterator[str]:
    """Each is HTML or plain text that reads as prose."""
    pieces: list[str] = []
    left = MAX_STATE_CHARS
    for script in tree.iter("script"):
        text = script.text or ""
        if "ld+json" in (script.get("type") or "") or len(text) > left:
            continue
        sent = _PIECE.findall(text)
        pieces += sent
        if sent or len(text) < MIN_CHARS:
            continue
        left -= len(text)
        for value in _states(script, text):
            yield _longest(value)
        yield from _literals(text)
    if pieces:
        yield from _sent("".join(str(_json(piece) or "") for piece in pieces)[:MAX_STATE_CHARS])


def _states(script: HtmlElement, text: str) -> Iterator[Any]:
    if script.get("id") in _STATE_ID or "json" in (script.get("type") or ""):
        yield structured.read_json(text)
        return
    for match in islice(_STATE.finditer(text), 3):
        try:
            yield json.JSONDecoder(strict=False).raw_decode(text, match.end())[0]
        except (ValueError, RecursionError):
            continue
    for match in islice(_PARSED.finditer(text), 3):
        yield _json(str(_json(f'"{_UNLIKE_JSON.sub(_as_json, match[1])}"')))


def _as_json(match: re.Match[str]) -> str:
    escaped = match[1] or '"'
    if escaped[0] == "x" and len(escaped) == 3:
        return f"\\u00{escaped[1:]}"
    return "'" if escaped == "'" else f"\\{escaped}"


def _json(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def _literals(text: str) -> Iterator[str]:
    """Of long string literals, wherever a script has them: those that read as prose, and what JSON in them holds."""
    for match in _LITERAL.finditer(text):
        if match.end() - match.start() > MIN_CHARS and isinstance(value := _json(match.group()), str):
            held = _json(value) if value.lstrip()[:1] in ("{", "[") else None
            if held is not None:
                yield _longest(held)
            elif _reads(value):
                yield value


def _sent(stream: str) -> Iterator[str]:
    """Of the rows that Next.js draws a page from."""
    data, place = stream.encode("utf-8", "replace"), 0
    while place < len(data) and (row := _ROW.match(data, place)):
        line_end = data.find(b"\n", row.end())
        end = row.end() + int(row[1], 16) if row[1] else line_end if line_end >= 0 else len(data)
        text = data[row.end() : end].decode("utf-8", "replace")
        place = end if row[1] else end + 1
        if row[1] and _reads(text):
            yield text
        elif len(text) > MIN_CHARS and (value := _json(text)) is not None:
            yield _longest(value)
            drawn = "\n".join(_drawn(value))
            if _reads(drawn):
                yield drawn


def _drawn(value: Any) -> Iterator[str]:
    """The paragraphs of a tree of elements `["$", tag, key, {"children": ...}]`, in order."""
    stack, seen = [value], 0
    while stack and seen < MAX_NODES:
        node, seen = stack.pop(), seen + 1
        if isinstance(node, dict):
            stack += reversed(node.values())
        elif isinstance(node, list):
            tag = node[1] if len(node) == 4 and node[0] == _ELEMENT else None
            if isinstance(tag, str) and tag in _PARAGRAPHS:
                yield " ".join("".join(_words(node)).split())
            elif tag not in _ASIDE:
                stack += reversed(node)


def _words(node: Any, depth: int = 0) -> Iterator[str]:
    if isinstance(node, str):
        yield "" if node.startswith(_ELEMENT) and not node.startswith("$$") else node.removeprefix(_ELEMENT)
    elif isinstance(node, list) and depth < MAX_DEPTH:
        if len(node) == 4 and node[0] == _ELEMENT:
            yield from _words(node[3].get("children") if isinstance(node[3], dict) else None, depth + 1)
            yield " " if node[1] in ("br", "p", "li") else ""
        else:
            for inner in node:
                yield from _words(inner, depth + 1)


def _longest(value: Any) -> str:
    """The longest string, or list of paragraphs, under a key that names a text."""
    best, stack, seen = "", [("", value, 0)], 0
    while stack and seen < MAX_NODES:
        key, node, depth = stack.pop()
        seen += 1
        if isinstance(node, dict) and depth < MAX_DEPTH:
            stack += [(str(name), inner, depth + 1) for name, inner in node.items()]
        elif isinstance(node, list) and depth < MAX_DEPTH:
            joined = "\n".join(text for one in node if (text := _paragraph(one)))
            best = joined if _reads(joined) and len(joined) > len(best) else best
            stack += [(key, inner, depth + 1) for inner in node]
        elif isinstance(node, str) and len(node) > len(best) and _TEXT_KEYS.search(key) and _reads(node):
            best = node
    return best


def _paragraph(node: Any) -> str:
    if isinstance(node, str):
        return node if " " in node else ""
    if isinstance(node, dict):
        for key in ("text", "content", "html", "value", "body"):
            if isinstance(node.get(key), str) and " " in node[key]:
                return str(node[key])
    return ""


def _reads(text: str) -> bool:
    """Prose, not code, addresses or base64: blanks and full stops, few braces."""
    if len(text) < MIN_CHARS:
        return False
    sample = TAG.sub(" ", text[:4000])
    signs = sum(sample.count(sign) for sign in "{}[];=<>\\")
    return sample.count(" ") > len(sample) / 20 and signs < len(sample) / 60
