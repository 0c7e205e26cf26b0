import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.opml import Outline, is_opml, read_opml, write_opml
from config.trouble import ConfigError


def read(body, head='<?xml version="1.0" encoding="utf-16"?>'):
    return read_opml(f'{head}<opml version="1.0"><head/><body>{body}</body></opml>', file="x.opml")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ('<opml version="2.0">', True),
        ('\ufeff <?xml version="1.0"?>\n<!-- from a reader --><!DOCTYPE opml><OPML version="1.1">', True),
        ('<!DOCTYPE opml [<!ENTITY a "b">]><opml version="2.0">', True),
        ("[[feed]]\nid = 'opml'", False),
        ("# <opml>\n", False),
        ("<rss>", False),
        ("<!--" * 5000, False),
    ],
)
def test_an_opml_is_known_by_its_beginning(text, is_one):
    assert is_opml(text) is is_one


def test_folders_nest_and_attributes_may_be_written_in_any_case():
    outlines = read(
        '<outline title="A"><outline text="B"><outline TEXT="C" XMLURL="https://c.example/"/></outline></outline>'
    )
    assert outlines == (Outline("C", "https://c.example/", ("A", "B")),)


def test_bare_ampersands_entities_and_control_characters_are_forgiven():
    body = '<outline text="R&D &amp; more\x00" xmlUrl="https://c.example/?a=1&b=2"/>'
    outlines = read(body, head="<!DOCTYPE opml [<!ENTITY a 'b'>]>")
    assert outlines == (Outline("R&D & more", "https://c.example/?a=1&b=2"),)


def test_an_outline_that_calls_itself_a_feed_is_kept_without_its_address():
    assert read('<outline type="rss" text="A"/><outline text="just a note"/>') == (Outline("A", ""),)


@pytest.mark.parametrize(
    "text", ["<opml><head/></opml>", "<opml><body><outline", "<rss/>", "", "<opml><body>" + "<outline>" * 9]
)
def test_what_is_no_opml_is_said(text):
    with pytest.raises(ConfigError, match="OPML"):
        read_opml(text, file="x.opml")


NAMES = st.text("abcXYZ0 &<>'\"é中😀;#", min_size=1, max_size=12).map(lambda text: " ".join(text.split()) or "x")
URLS = st.integers(0, 99).map(lambda number: f"https://h.example/?a={number}&b=1")
FOLDERS = st.just(()) | st.tuples(NAMES)
OUTLINES = st.lists(st.builds(Outline, NAMES, URLS, FOLDERS, st.sampled_from(["", "en"])), max_size=8)


@given(OUTLINES)
def test_what_is_written_is_read_back(outlines):
    text = write_opml(outlines, title="Feeds <&>")
    assert is_opml(text)
    assert sorted(read_opml(text, file="x")) == sorted(outlines)


@given(st.text(max_size=200))
def test_any_body_is_read_or_refused(body):
    try:
        read(body)
    except ConfigError as refused:
        assert "OPML" in str(refused)  # noqa: PT017  (most bodies are refused, some are not)
