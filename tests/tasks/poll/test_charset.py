import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.poll.charset import decoded_text

TEXT = "<rss>Zürich – “Überfall”, Żółć</rss>"
RUSSIAN = '<?xml version="1.0" encoding="{}"?><rss>Переговоры в Вене</rss>'


@pytest.mark.parametrize(
    ("document", "content_type"),
    [
        (TEXT.encode(), ""),
        (codecs.BOM_UTF8 + TEXT.encode(), ""),
        (codecs.BOM_UTF8 * 2 + TEXT.encode(), ""),
        (TEXT.encode("utf-16"), ""),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "text/xml; charset=iso-8859-1"),
        (TEXT.encode("utf-16-le"), ""),
        (TEXT.encode("utf-16-be"), ""),
        (TEXT.encode("utf-32"), ""),
        (TEXT.encode(), "text/xml; charset=iso-8859-1"),
        (TEXT.encode(), "text/xml"),
    ],
)
def test_unicode_is_found_whatever_is_said_of_it(document, content_type):
    assert decoded_text(document, content_type)[0] == TEXT


@pytest.mark.parametrize(
    ("declared", "written", "content_type"),
    [
        ("windows-1251", "windows-1251", ""),
        ("koi8-r", "koi8-r", "application/xml"),
        ("utf-8", "koi8-r", "text/xml; charset=koi8-r"),
        ("ISO-8859-5", "iso-8859-5", ""),
        ("utf-8", "utf-8", "text/xml; charset=windows-1251"),
        ("no-such-charset", "utf-8", "text/xml; charset=x\x00y"),
        ("undefined", "utf-8", "text/xml; charset=idna"),
        ("utf-16", "utf-8", ""),
        ("utf-16", "windows-1251", "text/xml; charset=windows-1251"),
        ("cp037", "utf-8", "text/xml; charset=utf-32"),
    ],
)
def test_other_charsets_are_believed_where_the_bytes_bear_them_out(declared, written, content_type):
    text = RUSSIAN.format(declared)
    assert decoded_text(text.encode(written), content_type)[0] == text


@pytest.mark.parametrize("declared", ["utf-16", "utf-32le", "cp037", "hex", "rot13"])
def test_plain_ascii_is_read_whatever_it_calls_itself(declared):
    text = f'<?xml version="1.0" encoding="{declared}"?><rss>Talks in Vienna</rss>'
    assert decoded_text(text.encode(), "")[0] == text


def test_escapes_of_iso_2022_jp_are_read():
    text = '<?xml version="1.0" encoding="iso-2022-jp"?><rss>外交</rss>'
    assert decoded_text(text.encode("iso-2022-jp"), "")[0] == text


def test_latin_1_means_windows_1252():
    document = b'<?xml version="1.0" encoding="iso-8859-1"?><rss>\x93quoted\x94 \x80 5</rss>'
    assert "“quoted” € 5" in decoded_text(document, "")[0]


def test_ascii_that_is_none_is_read_as_windows_1252_and_said():
    text, forgiven = decoded_text(b'<?xml version="1.0" encoding="us-ascii"?><rss>caf\xe9</rss>', "")
    assert "café" in text
    assert forgiven == ()
    assert decoded_text(b"<rss>caf\xe9</rss>", "")[1] == ("declared as utf-8, read as cp1252",)


def test_gb2312_is_read_with_the_characters_of_its_successor():
    text = '<?xml version="1.0" encoding="gb2312"?><rss>朱镕基</rss>'
    assert decoded_text(text.encode("gb18030"), "")[0] == text


def test_a_utf_8_document_with_one_cut_character_stays_utf_8():
    cut = ("ü" * 200).encode() + b"\xc3 " + ("ü" * 200).encode()
    text, forgiven = decoded_text(cut, "")
    assert text.count("ü") == 400
    assert forgiven


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_bytes_become_text(document, content_type):
    text, forgiven = decoded_text(document, content_type)
    assert isinstance(text, str)
    assert isinstance(forgiven, tuple)


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="utf-8"?>'])
def test_one_byte_of_another_charset_does_not_garble_a_utf_8_document_with_few_letters_beyond_ascii(declaration):
    before = f"{declaration}<rss>“Talks” in Zürich"
    assert decoded_text(before.encode() + b", caf\xe9</rss>", "")[0] == f"{before}, caf\ufffd</rss>"


@pytest.mark.parametrize("text", ["<rss>café</rss>", "<rss>“Überfall” – Größe, naïve, Señor</rss>"])
def test_windows_1252_that_nobody_declared_is_read_as_that(text):
    assert decoded_text(text.encode("cp1252"), "")[0] == text


ELSEWHERE = {
    "cp1251": "Переговоры в Вене продолжились в понедельник, сказал министр.",
    "koi8_r": "Переговоры в Вене продолжились в понедельник, сказал министр.",
    "gb18030": "港口周一重新开放，市政府说维修工作已经完成。",
    "big5": "港口週一重新開放，市政府說維修工作已經完成。",
    "cp932": "港は月曜日に再び開かれ、修理は終わったと市は述べた。",
    "euc_jp": "港は月曜日に再び開かれ、修理は終わったと市は述べた。",
    "cp949": "항구가 월요일에 다시 열렸으며 수리가 끝났다고 시가 밝혔다.",
    "cp1253": "Το λιμάνι άνοιξε ξανά τη Δευτέρα, είπε ο δήμος.",
    "cp1255": "הנמל נפתח מחדש ביום שני, כך מסרה העירייה",
    "cp1256": "أعيد فتح الميناء يوم الاثنين، كما قالت البلدية",
}


@pytest.mark.parametrize("charset", ELSEWHERE)
@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0" encoding="utf-8"?>'])
def test_another_alphabet_in_a_charset_that_nobody_declared_is_recognised(charset, declaration):
    told = ELSEWHERE[charset]
    items = "".join(
        f"<item><title><![CDATA[{told}]]></title><link>https://harbour.example/{n}</link>"
        f"<description>&lt;p&gt;{told}&lt;/p&gt;</description><pubDate>Mon, 23 Nov 2026 08:00:00 GMT</pubDate></item>"
        for n in range(4)
    )
    text = f"{declaration}<rss><channel><title>Harbour</title>{items}</channel></rss>"
    read, forgiven = decoded_text(text.encode(charset), "")
    assert read == text
    assert forgiven == (f"declared as utf-8, read as {charset}",)


def test_one_cut_character_does_not_garble_a_document_in_the_charset_that_it_declares():
    text = '<?xml version="1.0" encoding="gb2312"?><rss>' + ELSEWHERE["gb18030"] * 3
    read, forgiven = decoded_text(text.encode("gb18030") + b"\xff</rss>", "")
    assert read == f"{text}\ufffd</rss>"
    assert forgiven
