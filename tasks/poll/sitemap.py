"""News sitemaps: the pages of a site's last two days (https://www.google.com/schemas/sitemap-news/0.9)."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

from tasks.poll.draft import Document, Draft
from tasks.reasons import Failed


def read_sitemap(body: str, *, max_entries: int) -> Document:
    """`body` has no DOCTYPE. Raises Failed: `parse-error`, or `not-a-feed` for a sitemap without news."""
    drafts: list[Draft] = []
    warnings: tuple[str, ...] = ()
    pages = 0
    try:
        for element in _pages(body):
            pages += 1
            draft = _draft(element)
            if draft:
                drafts.append(draft)
            if len(drafts) == max_entries:
                break
    except ET.ParseError as reason:
        if not drafts:
            raise Failed("parse-error", f"broken XML: {reason}") from None
        warnings = (f"not well-formed: {reason}",)
    if pages and not drafts:
        raise Failed("not-a-feed", "a sitemap without news entries")
    drafts.sort(key=lambda draft: draft.published, reverse=True)
    publication = next((draft.source_name for draft in drafts if draft.source_name), "")
    # the publication is this site, not whom it has its news from
    return Document(
        "sitemap", [draft._replace(source_name="") for draft in drafts], title=publication, warnings=warnings
    )


def _pages(body: str) -> Iterator[ET.Element]:
    # the DOCTYPE is gone, so there are no entities to blow up or to fetch
    events = ET.iterparse(BytesIO(body.encode("utf-8", "replace")))  # noqa: S314 - see above
    for _event, element in events:
        if _local(element) == "url":
            yield element
            element.clear()


def _draft(page: ET.Element) -> Draft | None:
    news = next((child for child in page if _local(child) == "news"), None)
    if news is None:
        return None
    texts = {_local(element): (element.text or "").strip() for element in news.iter()}
    place = {_local(child): (child.text or "").strip() for child in page}
    image = next(
        (child for child in page.iter() if _local(child) == "loc" and child is not page and "image" in child.tag), None
    )
    return Draft(
        links=(place.get("loc", ""),),
        stated_link=place.get("loc", ""),
        title=texts.get("title", ""),
        published=texts.get("publication_date", ""),
        updated=place.get("lastmod", ""),
        tags=tuple(tag.strip() for tag in texts.get("keywords", "").split(",")),
        lang=texts.get("language", ""),
        image=(image.text or "").strip() if image is not None else "",
        source_name=texts.get("name", ""),
    )


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2].lower()
