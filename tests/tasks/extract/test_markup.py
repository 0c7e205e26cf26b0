import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract import markup
from tasks.reasons import Failed

TEXT = "Über den Fluß führt jetzt eine Brücke, sagte der Bürgermeister von Ölsnitz am Montag. "


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (TEXT.encode(), ""),
        (b"\xef\xbb\xbf" + TEXT.encode(), "text/html; charset=iso-8859-1"),
        (TEXT.encode("utf-16"), ""),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (TEXT.encode(), "text/html; charset=ISO-8859-1"),
        (b'<meta charset="windows-1252">' + TEXT.encode("cp1252"), ""),
        (b'<meta charset="utf-8">' + TEXT.encode("cp1252"), "text/html; charset=windows-1252"),
    ],
)
def test_the_charset_is_found_though_labels_lie(data, content_type):
    assert TEXT in markup.decode(data, content_type)


def test_one_broken_byte_does_not_cost_a_page_its_charset():
    data = (TEXT * 30).encode() + b"\x93caf\xe9\x94" + (TEXT * 30).encode()
    decoded = markup.decode(data)
    assert decoded.count("Bürgermeister") == 60
    assert "café" in decoded


@pytest.mark.parametrize(
    ("label", "text"),
    [
        ("shift_jis", "港町の灯台を見学できるようになる"),
        ("gb2312", "港口的灯塔明年开放参观"),
        ("windows-1251", "Новая пристань"),
    ],
)
def test_other_scripts_follow_their_label(label, text):
    data = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">{text}'.encode(label)
    assert text in markup.decode(data)


@pytest.mark.parametrize(
    "head", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"RIFF\x00\x00\x00\x00WEBP", b'{"a": 1}']
)
def test_other_types_are_refused_by_their_bytes(head):
    with pytest.raises(Failed):
        markup.check_is_markup(head + b"\x00" * 100)


@pytest.mark.parametrize("root", ["rss", "feed", "rdf:RDF", "urlset", "svg"])
def test_feeds_and_other_xml_are_refused(root):
    with pytest.raises(Failed) as failed:
        markup.check_is_markup(f"<?xml version='1.0'?>\n<!-- made -->\n<{root} a='b'></{root}>".encode())
    assert failed.value.reason == "unsupported-type"


@pytest.mark.parametrize(
    "start", [b"<!doctype html><html>", b"<?xml version='1.0'?><html xmlns='x'>", b"  text <p>only"]
)
def test_html_in_any_dress_is_let_in(start):
    markup.check_is_markup(start)


@pytest.mark.parametrize("reference", ["&#27;", "&#x1b;", "&#0;", "&#xD800;", "\x1b", "\x00", "\ud800", "&#xFFFF;"])
def test_control_characters_do_not_cost_the_page(reference):
    tree = markup.parse(f"<html><body><p>before {reference} after</p></body></html>")
    assert tree is not None
    assert " ".join(tree.text_content().split()) == "before after"


HOSTILE = {
    "attributes": "<p " + " ".join(f'a{number}="x"' for number in range(60_000)) + ">text</p>",
    "elements": "<p>some text</p>" * 100_000,
    "spans": "<table>" + '<tr><td colspan="1000000" rowspan="99999">x</td></tr>' * 100 + "</table>",
    "nesting": "<div>" * 50_000 + "text",
    "metas": '<meta name="a" content="b">' * 50_000,
    "one-text": "<p>" + "word " * 400_000 + "</p>",
    "angles": "<" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_page_made_to_be_slow_is_bounded(name):
    started = time.process_time()
    tree = markup.parse(f"<html><body>{HOSTILE[name]}</body></html>")
    assert time.process_time() - started < 10
    if tree is not None:
        assert sum(1 for _ in tree.iter()) < markup.MAX_ELEMENTS + markup.MAX_HEAD_ELEMENTS + 10
        assert len(tree.text_content()) < markup.MAX_TEXT_CHARS + markup.MAX_NODE_CHARS


@given(st.binary(max_size=300))
def test_any_bytes_are_decoded_and_parsed_or_refused(data):
    try:
        markup.check_is_markup(data)
    except Failed as failed:
        assert failed.reason == "unsupported-type"  # noqa: PT017  (both ends are right, this one must say why)
    markup.parse(markup.decode(data))
