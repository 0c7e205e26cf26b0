import re

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.etree import XPath, tostring
from lxml.html import document_fromstring
from trafilatura import xpaths

from tasks.extract import markup
from tasks.extract.maintext import main_text
from tasks.extract.selections import quick, sooner

EXPRESSIONS = [
    *xpaths.OVERALL_DISCARD_XPATH,
    *xpaths.TEASER_DISCARD_XPATH,
    *xpaths.DISCARD_IMAGE_ELEMENTS,
    *xpaths.RAW_TREE_PRUNE_XPATH,
    *xpaths.REMOVE_COMMENTS_AND_LISTS_XPATH,
]
# the words that the library's own expressions ask for, and some that they do not
WORDS = sorted(
    {
        word
        for expression in (*EXPRESSIONS, *xpaths.BODY_XPATH)
        for quoted in re.findall(r"'([^']*)'", expression.path)
        for word in re.findall(r"[A-Za-z]{3,}", quoted)
    }
    | {"lead", "Comment-list", "display: none", "true", "post", "x"}
)
NAMES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).flatmap(
    lambda words: st.sampled_from([" ".join(words), "-".join(words), "".join(words)])
)
ATTRIBUTES = st.dictionaries(
    st.sampled_from(["class", "id", "style", "role", "aria-hidden", "data-component", "itemprop"]), NAMES, max_size=3
)
TAGS = st.sampled_from(["div", "p", "section", "span", "article", "ul", "details", "h1", "aside", "main"])
ELEMENTS = st.recursive(
    st.tuples(TAGS, ATTRIBUTES, st.just(())),
    lambda inner: st.tuples(TAGS, ATTRIBUTES, st.lists(inner, max_size=3)),
    max_leaves=12,
)


def _written(element):
    tag, attributes, inner = element
    written = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{tag}{written}>A word.{''.join(map(_written, inner))}</{tag}>"


@settings(max_examples=60)
@given(element=ELEMENTS)
def test_the_same_elements_are_found_as_by_the_expressions(element):
    tree = document_fromstring(f"<html><body><div>{_written(element)}</div></body></html>")
    for expression in EXPRESSIONS:
        assert quick(expression)(tree) == expression(tree)
    for expression in filter(quick, xpaths.BODY_XPATH):
        assert quick(expression)(tree)[:1] == expression(tree)[:1]
    for several in (xpaths.OVERALL_DISCARD_XPATH, EXPRESSIONS[-3:]):
        assert set(quick(*several)(tree)) == {found for one in several for found in one(tree)}


@pytest.mark.parametrize("attributes", ['id="x" class="cookie"', 'class="cookie" id="x"', 'style="hidden" id="y"'])
def test_of_two_attributes_the_first_written_is_asked(attributes):
    tree = document_fromstring(f"<html><body><div><p {attributes}>Some text.</p></div></body></html>")
    for expression in xpaths.OVERALL_DISCARD_XPATH:
        assert quick(expression)(tree) == expression(tree)


def test_the_expressions_that_cost_most_are_known():
    known = [one for one in (*EXPRESSIONS, *xpaths.BODY_XPATH) if "re:test" in one.path]
    assert len(known) > 5
    assert all(map(quick, known))


@pytest.mark.parametrize(
    "path", [".//header", ".//*[self::p][count(*) > 2]", "//*[@class='a']/text()", "(.//article)[1]"]
)
def test_expressions_of_other_forms_are_left_to_lxml(path):
    assert quick(XPath(path)) is None


def test_the_library_is_left_as_it_was():
    before = list(xpaths.BODY_XPATH)
    with sooner():
        assert xpaths.BODY_XPATH[0] is not before[0]
    assert before == xpaths.BODY_XPATH


PARAGRAPH = "<p>The council of the town met on Monday, and spoke for three hours about the bridge and its toll.</p>"
OTHERS = '<div class="teaser"><h3>Another story</h3><p>{}</p></div>'.format("Words of another story. " * 9)


@pytest.mark.parametrize(
    "body",
    [
        "",
        PARAGRAPH,
        PARAGRAPH * 2 + OTHERS * 40,
        f"<article>{PARAGRAPH * 4}</article>{OTHERS * 30}",
        f"<article>{PARAGRAPH * 50}</article>",
        f"<div class='article-body'>{PARAGRAPH * 8}<div class='comments' id='comments'>{PARAGRAPH * 3}</div></div>",
        f"<main><div>{PARAGRAPH * 3}<ul class='comment-list'><li>{PARAGRAPH}</li></ul></div></main>",
    ],
)
def test_the_text_is_the_one_that_the_librarys_whole_sequence_gives(body):
    page = f"<html><head><title>A bridge</title></head><body>{body}</body></html>"
    whole = trafilatura.bare_extraction(markup.parse(page), fast=True, include_comments=False, include_links=True)
    found = main_text(markup.parse(page), compared=False)
    assert (found is None) == (whole is None)
    assert found is None or tostring(found) == tostring(whole.body)
