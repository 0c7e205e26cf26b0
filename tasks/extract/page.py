"""What a page gives besides its text, gathered before extraction changes the tree."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml.etree import XPath
from lxml.html import HtmlElement

from config.feeds import MAX_URL_CHARS
from tasks.clean import escaped_url
from tasks.extract import structured
from tasks.extract.names import Answers, dashed
from tasks.extract.structured import Structured
from tasks.extract.text import one_line, plain

MAX_META = 400
MAX_META_CHARS = 4000


class Facts(NamedTuple):
    url: str
    #: meta tags, name in lower case → contents in order
    metas: dict[str, list[str]]
    data: Structured
    #: headings of the first level, without kickers inside them
    h1s: tuple[str, ...]
    whole_h1s: tuple[str, ...]
    #: the text of <title>
    head_title: str
    lang: str
    #: rel → addresses, absolute
    links: dict[str, list[str]]
    #: (text, datetime attribute, is it marked as the date of publication) of time elements
    times: tuple[tuple[str, str, bool], ...]
    site_name: str
    #: the paragraph that the page sets apart as its summary
    standfirst: str

    def meta(self, *names: str) -> str:
        for name in names:
            for value in self.metas.get(name, ()):
                if value:
                    return value
        return ""


def text_of(element: HtmlElement) -> str:
    return one_line(" ".join(element.itertext()))


def read(tree: HtmlElement, *, url: str) -> Facts:
    metas = _metas(tree)
    data = structured.read(tree, url=url)
    h1s = tuple(text for h1 in tree.iter("h1") if (text := _heading(h1)) and len(text) < 500)[:6]
    head_title = next((one_line(title.text or "") for title in tree.iter("title")), "")
    names = (metas.get("og:site_name") or [""])[0] or plain(data.publisher)
    return Facts(
        url=url,
        metas=metas,
        data=data,
        h1s=h1s,
        whole_h1s=tuple(text for h1 in tree.iter("h1") if (text := text_of(h1)) and len(text) < 500)[:6],
        head_title=head_title[:1000],
        lang=(
            tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or ""
        ).strip(),
        links=_links(tree, url),
        times=tuple(_times(tree)),
        site_name=names or (metas.get("application-name") or [""])[0],
        standfirst=_standfirst(tree),
    )


_KICKER = re.compile(
    r"kicker|overline|over-line|eyebrow|top-?line|dachzeile|roof-?line|sr-only|visually-?hidden|screen-reader",
    re.IGNORECASE,
)


def _heading(h1: HtmlElement) -> str:
    """The words of an h1 without the kicker and the words for screen readers in it."""
    whole = text_of(h1)
    aside = [
        text
        for part in h1.iterdescendants("span", "div", "p", "small", "strong", "a")
        if _KICKER.search(part.get("class") or "") and (text := text_of(part))
    ]
    for text in aside:
        if len(text) < 0.6 * len(whole):
            whole = one_line(whole.replace(text, " ", 1))
    return whole.strip(" :|·–—-")


_STANDFIRST = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|lede|dek|sub-?(?:title|head(?:line|ing)?)|teaser-?text|vorspann|chapeau|entradilla|bajada|sottotitolo|sommario|ingress|manchet|article-?(?:summary|intro|lead|excerpt|description|abstract)|intro(?:duction|-text)?|leadtext|lead)(?:$|[\s_-])"
)


def _standfirst(tree: HtmlElement) -> str:
    """The first text of 6 to 90 words that is named as the summary of an article and stands after its headline."""
    h1_seen = False
    for element in tree.iter("h1", "h2", "p", "div", "span", "section"):
        if element.tag == "h1":
            h1_seen = True
        elif h1_seen:
            name = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
            if len(name) > 3 and _OPENS[name]:
                text = text_of(element)
                if 6 <= len(text.split()) <= 90:
                    return text
    return ""


_META_KEYS = ("property", "name", "itemprop", "http-equiv")


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, meta in enumerate(tree.iter("meta")):
        content = meta.get("content")
        if number >= MAX_META:
            break
        if not content:
            continue
        keys = {key for one in _META_KEYS if (key := meta.get(one))}
        if keys:
            text = plain(content[:MAX_META_CHARS])
            for key in keys:
                found.setdefault(key.strip().lower(), []).append(text)
    return found


def _links(tree: HtmlElement, url: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in tree.iter("link"):
        href = (link.get("href") or "").strip()
        if href and link.get("rel"):
            for rel in link.get("rel").lower().split():
                if rel in ("canonical", "amphtml", "image_src"):
                    found.setdefault(rel, []).append(joined(url, href))
    return found


def joined(url: str, href: str) -> str:
    """Absolute, or "" where the address is broken, too long or no web address."""
    try:
        absolute = escaped_url(urljoin(url, href.strip()))
        usable = len(absolute) <= MAX_URL_CHARS and urlsplit(absolute).scheme in ("http", "https")
    except ValueError:
        return ""
    return absolute if usable else ""


_DATED = XPath("descendant::*[@itemprop='datePublished']")


def _times(tree: HtmlElement) -> list[tuple[str, str, bool]]:
    found = []
    for element in tree.iter("time"):
        marked = element.get("pubdate") is not None or "datepublished" in (element.get("itemprop") or "").lower()
        found.append((text_of(element)[:100], (element.get("datetime") or "").strip()[:60], marked))
        if len(found) == 20:
            break
    dated = [element for element in _DATED(tree)[:5] if element.tag not in ("time", "meta")]
    return found + [(text_of(one)[:100], (one.get("content") or one.get("datetime") or "")[:60], True) for one in dated]


_CREDITED = re.compile(
    r"(?:^|[\s_-])(?:by-?lines?(?:-\w+)?|author-?names?|authors?|autor(?:e|en|es|in|a)?|auteurs?|writers?|reporters?|forfatter|skribent|redakteur|journalists?|writtenby|written-by|creator|posted-by)(?:$|[\s_-])"
)
_AUTHOR_PAGE = re.compile(
    r"/(?:authors?|autor(?:en|es|i)?|auteurs?|writers?|journalists?|contributors?|reporters?|profiles?|people|redakteure?)/[^/?#]{3,}",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"comment|related|sidebar|footer|recommend|teaser|card|promo|widget|popular|latest|most-|next-|more-|list-item|copyright|image|caption|credit|photo",
    re.IGNORECASE,
)
MAX_BYLINE_CHARS = 160
MAX_TOGETHER_CHARS = 400
_ITEM_NAMES = XPath("descendant::*[@itemprop='name']")


def marked_authors(tree: HtmlElement) -> list[tuple[str, str]]:
    """(how, text) of elements that say they hold the author; those near the first one only: others belong to lists."""
    found: list[tuple[str, str]] = []
    for kind, elements in _author_elements(tree).items():
        first: HtmlElement | None = None
        for element in elements:
            inner = _ITEM_NAMES(element) if kind == "itemprop" else []
            text = " ".join(text_of(one) or one.get("content") or "" for one in inner) if inner else _lines(element)
            if not text or len(text) > MAX_BYLINE_CHARS:
                continue
            if first is None:
                first = element
            elif not _together(first, element):
                continue
            if (kind, text) not in found:
                found.append((kind, text))
    return found


_AUTHOR_TAGS = "a span div p address h3 h4 h5 h6 li strong em b footer cite section ul".split()


def _author_elements(tree: HtmlElement) -> dict[str, list[HtmlElement]]:
    found: dict[str, list[HtmlElement]] = {"rel-author": [], "itemprop": [], "byline": []}
    for element in tree.iter(*_AUTHOR_TAGS):
        if element.tag == "a" and "author" in (element.get("rel") or ""):
            found["rel-author"].append(element)
        elif element.tag == "a" and _AUTHOR_PAGE.search(element.get("href") or "") and not _beside(element):
            found["byline"].append(element)
        elif "author" in (element.get("itemprop") or ""):
            found["itemprop"].append(element)
        else:
            name = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('data-testid') or ''}"
            if len(name) > 4 and _CREDITS[name] and not _beside(element):
                found["byline"].append(element)
    return {kind: elements[:30] for kind, elements in found.items()}


def _dashed(name: str) -> str:
    return dashed(name).replace("__", "-")


_CREDITS = Answers(lambda name: _CREDITED.search(_dashed(name)) is not None)
_LEADS_ELSEWHERE = Answers(lambda name: _ELSEWHERE.search(name) is not None)
_OPENS = Answers(lambda name: _STANDFIRST.search(_dashed(name)) is not None)


_BESIDE = frozenset(("footer", "aside", "figure", "figcaption", "nav"))


def _beside(element: HtmlElement) -> bool:
    """In a list of other stories, a comment or a caption."""
    for step, parent in enumerate(element.iterancestors()):
        beside = parent.tag in _BESIDE
        if beside or step > 6:
            return beside
        if step < 4 and _LEADS_ELSEWHERE[f"{parent.get('class') or ''} {parent.get('id') or ''}"]:
            return True
    return False


def _together(one: HtmlElement, other: HtmlElement) -> bool:
    """Within four steps under one element of little text: one byline."""
    parents = []
    for parent in one.iterancestors():
        parents.append(parent)
        if len(parents) == 4:
            break
    for parent in other.iterancestors():
        if parent in parents:
            return (
                len("".join(parent.itertext()).split()) < MAX_TOGETHER_CHARS
                and len(text_of(parent)) < MAX_TOGETHER_CHARS
            )
    return False


def _lines(element: HtmlElement) -> str:
    """Text with a bar between the pieces of child elements, so that name and role stay apart."""
    return " | ".join(text for part in element.itertext() if (text := one_line(part)))
