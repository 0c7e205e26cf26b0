"""What a page says of itself to machines: schema.org objects in its JSON-LD, and values of a script's state."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lxml.html import HtmlElement

# live blogs carry all their entries: 0.84 MB on a real page; reading that takes 10 ms
MAX_SCRIPT_CHARS = 1_500_000
MAX_NODES = 4000
MAX_DEPTH = 24

_ARTICLE = re.compile(r"(?:Article|BlogPosting|Posting|Report|Review|Column)$")
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_WRAPPING = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.*?\*/)|(?://\s*+)?(?:-->|\]\]>)\s*+;?\s*+$|;\s*+$", re.DOTALL
)

Node = dict[str, Any]


class Structured(NamedTuple):
    #: article objects, best first
    articles: tuple[Node, ...]
    videos: tuple[Node, ...]
    breadcrumbs: tuple[Node, ...]
    #: every object that has an @id, to resolve references with
    by_id: dict[str, Node]
    publisher: str


def read_json(text: str) -> Any:
    """None where it cannot be read; forgives comments around it, control characters, entities and trailing commas."""
    for attempt in _attempts(text.strip()):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _attempts(text: str) -> Iterator[str]:
    yield text
    bare = _WRAPPING.sub("", text).strip()
    if bare != text:
        yield bare
    yield _TRAILING_COMMA.sub(r"\1", bare)
    yield html.unescape(bare)


_KEPT = re.compile(
    r'"(@type|datePublished|dateModified|isAccessibleForFree|wordCount)"\s*:\s*"?([\w:/.+ -]{1,60})', re.ASCII
)


def _salvaged(text: str) -> Node:
    """Of JSON that a quotation mark in a text has broken: the plain values of what calls itself an article."""
    found: Node = {}
    for key, value in _KEPT.findall(text):
        if key == "@type" and "@type" in found:
            continue
        if key != "@type" or _ARTICLE.search(value):
            found.setdefault(key, value.strip())
    return found if "@type" in found else {}


def types_of(node: Node) -> list[str]:
    value = node.get("@type")
    return [str(kind).rsplit("/", 1)[-1] for kind in (value if isinstance(value, list) else [value]) if kind]


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_value(value: Any) -> str:
    """The words of a value that may be a string, a list of them, or an object with a name or @value."""
    for one in as_list(value):
        if isinstance(one, str) and one.strip():
            return one
        if isinstance(one, dict):
            found = one.get("@value") or one.get("name")
            if isinstance(found, str) and found.strip():
                return found
    return ""


# what stands under these is another text than the page's own
_OTHERS = frozenset(
    "liveBlogUpdate comment comments review reviews citation mentions isBasedOn relatedLink itemListElement".split()
)


def _walk(value: Any, budget: list[int], depth: int = 0) -> Iterator[Node]:
    if depth > MAX_DEPTH or budget[0] <= 0:
        return
    budget[0] -= 1
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if isinstance(inner, dict | list) and (key not in _OTHERS or "BreadcrumbList" in types_of(value)):
                yield from _walk(inner, budget, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, budget, depth + 1)


def read(tree: HtmlElement, *, url: str) -> Structured:
    nodes: list[Node] = []
    left, budget = MAX_SCRIPT_CHARS, [MAX_NODES]
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        text = script.text or ""
        if not text.strip() or len(text) > left:
            continue
        left -= len(text)
        value = read_json(text)
        nodes.extend(_walk(_salvaged(text) if value is None else value, budget))
    by_id: dict[str, Node] = {}
    for node in nodes:
        key = node.get("@id")
        if isinstance(key, str) and len(node) > len(by_id.get(key, {})):
            by_id[key] = node
    articles = _own([node for node in nodes if any(_ARTICLE.search(kind) for kind in types_of(node))], url)
    return Structured(
        articles=tuple(sorted(articles, key=lambda node: -_rank(node, url))[:5]),
        videos=tuple(node for node in nodes if "VideoObject" in types_of(node))[:5],
        breadcrumbs=tuple(node for node in nodes if "BreadcrumbList" in types_of(node))[:3],
        by_id=by_id,
        publisher=next((name for node in articles if (name := _publisher(node, by_id))), ""),
    )


def _own(articles: list[Node], url: str) -> list[Node]:
    """Where one of them names the page's address, those that name other addresses are other stories."""
    own, places = _path(url), [_path(_place(node)) for node in articles]
    named = any(place == own and "headline" in node for node, place in zip(articles, places, strict=True))
    return [node for node, place in zip(articles, places, strict=True) if not named or place in ("", own)]


def _place(node: Node) -> str:
    main = node.get("mainEntityOfPage")
    if isinstance(main, dict) and (place := main.get("@id") or main.get("url")):
        return str(place)
    return text_value(node.get("url")) or text_value(main) or str(node.get("@id") or "")


def _rank(node: Node, url: str) -> float:
    """How likely this is the article that the page is about, and not one that it lists."""
    place, main = _place(node), node.get("mainEntityOfPage")
    same = bool(place) and _path(place) == _path(url)
    rank = 4.0 * same + 2.0 * ("headline" in node) + 1.0 * ("datePublished" in node)
    rank += 1.0 * ("author" in node) + 0.5 * ("articleBody" in node) + 0.5 * bool(main)
    # an update inside a live blog is a posting of its own
    return rank - 2.0 * ("Review" in types_of(node)) - 3.0 * ("Comment" in types_of(node))


def _path(url: str) -> str:
    return (
        url.split("#", maxsplit=1)[0]
        .split("?", maxsplit=1)[0]
        .rsplit("://", maxsplit=1)[-1]
        .rstrip("/")
        .removeprefix("www.")
    )


def _publisher(node: Node, by_id: dict[str, Node]) -> str:
    for value in as_list(node.get("publisher")):
        if isinstance(value, dict):
            known = by_id.get(str(value.get("@id")), {}) if "name" not in value else value
            return text_value(known.get("name"))
        if isinstance(value, str):
            return value
    return ""


def first(structured: Structured, key: str) -> Any:
    """The value of the first article object that has it."""
    for node in structured.articles:
        if node.get(key):
            return node[key]
    return None


def is_locked(structured: Structured) -> bool | None:
    """True where the page says that its text is not free to read, None where it says nothing."""
    said: bool | None = None
    for node in structured.articles:
        for part in (node, *(one for one in as_list(node.get("hasPart")) if isinstance(one, dict))):
            value = part.get("isAccessibleForFree")
            if value is not None:
                free = str(value).rsplit("/", 1)[-1].strip().lower() not in ("false", "no", "0")
                said = bool(said) or not free
    return said


def is_live_blog(structured: Structured) -> bool:
    return any("LiveBlogPosting" in types_of(node) for node in structured.articles[:1])


def stated_words(structured: Structured) -> int:
    """How long the page says its article is; 0 where it does not say."""
    for node in structured.articles[:1]:
        count = node.get("wordCount")
        if isinstance(count, int) or (isinstance(count, str) and count.strip().isdigit()):
            return int(count)
    return 0
