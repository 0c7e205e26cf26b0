"""What a page gives besides its text, gathered before extraction changes the tree."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml.html import HtmlElement

from tasks.extract import structured
from tasks.extract.structured import Structured
from tasks.extract.text import one_line, plain

MAX_META = 400
MAX_META_CHARS = 4000


class Facts(NamedTuple):
    url: str
    #: meta tags, name in lower case → contents in order
    metas: dict[str, list[str]]
    data: Structured
    h1s: tuple[str, ...]
    #: the text of <title>
    head_title: str
    lang: str
    #: rel → addresses, absolute
    links: dict[str, list[str]]
    #: (text, datetime attribute, is it marked as the date of publication) of time elements
    times: tuple[tuple[str, str, bool], ...]
    #: names in elements marked as author: rel=author, itemprop=author
    marked_authors: tuple[tuple[str, str], ...]
    site_name: str

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
    h1s = tuple(text for h1 in tree.iter("h1") if (text := text_of(h1)) and len(text) < 500)[:6]
    head_title = next((one_line(title.text or "") for title in tree.iter("title")), "")
    names = (metas.get("og:site_name") or [""])[0] or plain(data.publisher)
    return Facts(
        url=url,
        metas=metas,
        data=data,
        h1s=h1s,
        head_title=head_title[:1000],
        lang=(
            tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or tree.get("xml:lang") or ""
        ).strip(),
        links=_links(tree, url),
        times=tuple(_times(tree)),
        marked_authors=tuple(_marked_authors(tree))[:12],
        site_name=names or (metas.get("application-name") or [""])[0],
    )


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number, meta in enumerate(tree.iter("meta")):
        content = meta.get("content")
        if number >= MAX_META:
            break
        if not content:
            continue
        for key in {meta.get("property"), meta.get("name"), meta.get("itemprop"), meta.get("http-equiv")}:
            if key:
                found.setdefault(key.strip().lower(), []).append(plain(content[:MAX_META_CHARS]))
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
    """Absolute, or "" where the address is broken or no web address."""
    try:
        absolute = urljoin(url, href.strip())
        return absolute if urlsplit(absolute).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _times(tree: HtmlElement) -> list[tuple[str, str, bool]]:
    found = []
    for element in tree.iter("time"):
        marked = element.get("pubdate") is not None or "datepublished" in (element.get("itemprop") or "").lower()
        found.append((text_of(element)[:100], (element.get("datetime") or "").strip()[:60], marked))
        if len(found) == 20:
            break
    for element in tree.xpath(".//*[@itemprop='datePublished'][not(self::time)][not(self::meta)]")[:3]:
        found.append((text_of(element)[:100], (element.get("content") or element.get("datetime") or "")[:60], True))
    return found


def _marked_authors(tree: HtmlElement) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for element in tree.xpath(".//a[contains(@rel, 'author')] | .//*[contains(@itemprop, 'author')]")[:30]:
        if element.tag in ("meta", "link", "script", "img"):
            continue
        kind = "rel-author" if element.tag == "a" and "author" in (element.get("rel") or "") else "itemprop"
        inner = element.xpath(".//*[@itemprop='name']") if kind == "itemprop" else []
        text = " ".join(text_of(one) or one.get("content") or "" for one in inner) if inner else text_of(element)
        if text and len(text) < 120 and (kind, text) not in found:
            found.append((kind, text))
    return found
