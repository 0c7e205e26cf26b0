"""What a reader of any dialect hands on, as found, and how it becomes an `Entry`: clean and bounded."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import parse_qsl, urljoin, urlsplit

from config.feeds import MAX_URL_CHARS
from tasks.clean import clean_line, escaped_url, strip_html
from tasks.identity import host_in, told_dates
from tasks.poll.dates import date_or_ahead
from tasks.poll.pictures import first_picture
from tasks.poll.tails import without_tail
from tasks.records import Entry, SourceCredit

MAX_TITLE_CHARS = 500
MAX_AUTHORS = 10
MAX_TAGS = 32
MAX_NAME_CHARS = 200
MAX_SUMMARY_CHARS = 10_000
MAX_CONTENT_CHARS = 200_000
#: a longer guid stands as its hash, since cut guids of two entries could be the same; so does one with markup in it
MAX_GUID_CHARS = 512
#: a description with as much text is the article itself; feeds that cut theirs cut at 100 to 500 characters
CONTENT_CHARS = 1500

_LANGUAGE = re.compile(r"\A[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*\Z")
#: how the pages are called that count a click and lead on, and their parameters that say where to
_CLICKS = re.compile(r"/(?:url|l\.php|apiclick\.aspx|redir(?:ect)?(?:\.\w{2,4})?|goto|out|click)/?\Z", re.IGNORECASE)
_TARGETS = frozenset(("url", "u", "q", "target", "to", "dest", "destination", "redirect"))
_WWW = re.compile(r"www\.(?:[\w-]{1,63}\.){1,8}\w{2,24}(?::\d{1,5})?\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_MANY_TAGS = re.compile(r",\S|,[^,]*,")
_BY = re.compile(r"\A(?:by|von|par|por|di|od|от|від|автор:?)\s+(?=\S+\s)", re.IGNORECASE)
_AND = re.compile(r"\s*;\s*|,?\s+(?:and|&|und|et|y|e|i|и|та|і)\s+")
_MARKUP_SIGN = re.compile(r"<(?=[a-zA-Z/!?])")
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,100}")


class Draft(NamedTuple):
    """One item of a document, strings as found. Texts may be HTML; `links`: the best first."""

    guid: str = ""
    links: tuple[str, ...] = ()
    #: what the feed itself calls the link of the item, where that is not the best one
    stated_link: str = ""
    title: str = ""
    published: str = ""
    updated: str = ""
    authors: tuple[str, ...] = ()
    summary: str = ""
    content: str = ""
    tags: tuple[str, ...] = ()
    lang: str = ""
    image: str = ""
    #: what relative addresses in its texts hang on, where that is not the document's address
    base: str = ""
    source_name: str = ""
    source_url: str = ""


class Document(NamedTuple):
    """A feed document as a reader of its dialect leaves it."""

    format: str
    drafts: list[Draft]
    title: str = ""
    link: str = ""
    lang: str = ""
    ttl_seconds: int | None = None
    warnings: tuple[str, ...] = ()


def finished(draft: Draft, *, feed: str, base: str, lang: str | None, now: datetime) -> Entry:
    chosen = _chosen_url(draft.links, base)
    url = _led_to(chosen)
    stated = absolute_url(draft.stated_link, base) or chosen
    published, published_ahead = date_or_ahead(draft.published, now)
    updated, updated_ahead = date_or_ahead(draft.updated, now)
    summary = without_tail(strip_html(draft.summary, MAX_SUMMARY_CHARS))
    content = draft.content[:MAX_CONTENT_CHARS]
    if not content and len(summary) >= CONTENT_CHARS:
        content = draft.summary[:MAX_CONTENT_CHARS]
    return Entry(
        feed=feed,
        guid=_guid(draft.guid),
        url=url,
        link=stated if stated != url else None,
        title=clean_line(strip_html(draft.title, MAX_TITLE_CHARS), MAX_TITLE_CHARS),
        published=published,
        updated=updated,
        ahead=(published_ahead, updated_ahead) if published_ahead or updated_ahead else None,
        authors=_names(_people(draft.authors), MAX_AUTHORS),
        summary=summary,
        content=content.encode("utf-8", "replace").decode(),
        tags=_names(_split_tags(draft.tags), MAX_TAGS),
        lang=language(draft.lang) or lang,
        image=_http_url(draft.image, base)
        or _http_url(first_picture(draft.content or draft.summary), draft.base or base),
        source=_credit(draft.source_name, draft.source_url, base),
    )


def without_shared_guids(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """A guid that several links of one document share names none of them."""
    links: dict[str, set[str | None]] = {}
    for entry in entries:
        if entry.guid:
            links.setdefault(entry.guid, set()).add(entry.url)
    shared = {guid for guid, urls in links.items() if len(urls) > 1}
    return tuple(entry.model_copy(update={"guid": None}) if entry.guid in shared else entry for entry in entries)


def without_one_clock(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Articles that came out at different times were not all changed in the same second: that is the clock of the
    software that wrote the document, and would make every entry look changed at every poll."""
    births, updates = (set(dates) for dates in zip(*map(told_dates, entries), strict=True)) if entries else ((), ())
    if len(entries) < 3 or len(updates) != 1 or updates == {None} or len(births) < 2:
        return entries
    return [entry.model_copy(update={"updated": None, "ahead": None}) for entry in entries]


def language(name: str) -> str | None:
    """`EN_us` → `en-US`; None for what is no language tag."""
    name = name.strip().replace("_", "-")
    if not _LANGUAGE.match(name):
        return None
    primary, *rest = name.split("-")
    return "-".join([primary.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def absolute_url(link: str, base: str) -> str | None:
    """None where there is no link; whatever else stands there comes out, for `canonical_url` to judge."""
    # one character more than may be fetched: a URL that is too long is refused by name, not fetched cut; and so is
    # one with a control character in it, since the backslash that stands for it is refused
    link = _CONTROL.sub("\\\\", link.strip()).replace("&amp;", "&")[: MAX_URL_CHARS + 1]
    if not link:
        return None
    try:
        link = with_scheme(link, base)
        return urljoin(base, link)[: MAX_URL_CHARS + 1]
    except ValueError:
        return link


def with_scheme(link: str, base: str) -> str:
    """What begins with `www.`, or with the host that the document came from, names a host and no folder."""
    host = link.partition("/")[0].partition("?")[0].lower()
    here = urlsplit(base)
    if not _WWW.match(host) and (not here.netloc or host.removeprefix("www.") != here.netloc.removeprefix("www.")):
        return link
    return f"{here.scheme or 'https'}://{link}"


def _http_url(link: str, base: str) -> str | None:
    url = escaped_url(absolute_url(link, base) or "")
    usable = len(url) <= MAX_URL_CHARS and url.lower().startswith(("http://", "https://")) and host_in(url)
    return url if usable else None


def _chosen_url(links: Sequence[str], base: str) -> str | None:
    urls = [url for link in links if (url := absolute_url(link, base))]
    fetchable = (url for url in urls if url.lower().startswith(("http://", "https://")))
    return next(fetchable, urls[0] if urls else None)


def _led_to(url: str | None) -> str | None:
    """Where a counter of clicks leads, when its address says so: alerts and searches link to their own host, which
    often lets no robot through."""
    try:
        parts = urlsplit(url or "")
        if not _CLICKS.search(parts.path):
            return url
        for name, value in parse_qsl(parts.query):
            if name.lower() in _TARGETS and value.lower().startswith(("http://", "https://")):
                return value if urlsplit(value).hostname != parts.hostname else url
    except ValueError:
        pass
    return url


def _guid(guid: str) -> str | None:
    if len(guid) > MAX_GUID_CHARS or _MARKUP_SIGN.search(guid):
        return f"sha256:{sha256(guid.encode('utf-8', 'replace')).hexdigest()}"
    # escaped twice, or read by the reader of broken documents, it is the same guid
    return clean_line(guid.replace("&amp;", "&"), MAX_GUID_CHARS) or None


def _split_tags(tags: Sequence[str]) -> list[str]:
    """Some feeds put all their keywords into one element."""
    return [part for tag in tags for part in (tag.split(",") if _MANY_TAGS.search(tag) else [tag])]


def _people(bylines: Sequence[str]) -> list[str]:
    """`By Ana Reyes and Jo Lind` → both; a byline whose parts are no full names stays whole."""
    people: list[str] = []
    for byline in bylines:
        line = _BY.sub("", byline.strip()[: MAX_NAME_CHARS * 4])
        parts = _AND.split(line)
        names = [name.strip() for part in parts for name in part.split(",")] if len(parts) > 1 else [line]
        people += names if all(2 <= len(name.split()) <= 4 for name in names) else [line]
    return people


def _names(names: Sequence[str], limit: int) -> tuple[str, ...]:
    kept: dict[str, None] = {}
    for name in names[: limit * 8]:
        line = clean_line(strip_html(name, MAX_NAME_CHARS), MAX_NAME_CHARS)
        line = _EMAIL.sub("", line).strip(" ()<>,;") if "@" in line else line
        if line:
            kept[line] = None
    return tuple(kept)[:limit]


def _credit(name: str, url: str, base: str) -> SourceCredit | None:
    name = clean_line(strip_html(name, MAX_NAME_CHARS), MAX_NAME_CHARS)
    return SourceCredit(name=name, url=_http_url(url, base)) if name else None


def paragraphs(text: str) -> str:
    """Plain text as the HTML that `Entry.content` is."""
    return "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n") if part.strip())
