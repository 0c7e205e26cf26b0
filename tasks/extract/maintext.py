"""trafilatura's tree of a page's text: its own rules alone where they settle it, its whole sequence elsewhere."""

from __future__ import annotations

from copy import copy
from typing import Any

import trafilatura
from lxml.etree import _Element
from lxml.html import HtmlElement
from trafilatura.core import ESCALATION_MAX_LENGTH, ESCALATION_PAGE_SHARE
from trafilatura.htmlprocessing import convert_tags, prune_unwanted_nodes, tree_cleaning
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Extractor

from tasks.extract.selections import ADDED, sooner

_RULES = Extractor(fast=True, comments=False, links=True)


def main_text(tree: HtmlElement, *, compared: bool) -> _Element | None:
    """None where there is nothing. Expects a page without scripts, and takes the readers' comments out of it.
    `compared`: the library also asks two other readers. May raise on pages that are made to be hard."""
    with sooner():
        if not compared and (body := _by_rules(tree)) is not None:
            return body
        # without the address: it would join every link to it, and only those that stay are needed
        found: Any = trafilatura.bare_extraction(
            tree, fast=not compared, include_comments=False, include_links=True, with_metadata=False
        )
    return None if found is None else found.body


def _by_rules(tree: HtmlElement) -> _Element | None:
    """What the library's sequence gives, too, where it stops after its first step; None where it would go on."""
    prune_unwanted_nodes(tree, ADDED)
    body, text = extract_content(convert_tags(tree_cleaning(copy(tree), _RULES), _RULES), _RULES)
    return body if len(text) >= _RULES.min_extracted_size and not _tries_again(tree, len(text)) else None


def _tries_again(tree: HtmlElement, chars: int) -> bool:
    """Whether the library takes the text for too small a share of the page."""
    if chars >= ESCALATION_MAX_LENGTH:
        return False
    # html2txt leaves parts out, and copies the page for that: never more than this
    most = len(" ".join(" ".join(tree.itertext()).split()))
    return chars < ESCALATION_PAGE_SHARE * most and chars < ESCALATION_PAGE_SHARE * len(trafilatura.html2txt(tree))
