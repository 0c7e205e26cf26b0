"""What stands in a file, or what is wrong with it, said the same way of every file."""

from __future__ import annotations

import pytest

from config.trouble import ConfigError, read_text, read_toml


def test_a_byte_order_mark_is_no_part_of_a_text(tmp_path):
    file = tmp_path / "feeds.toml"
    file.write_bytes(b"\xef\xbb\xbfschema = 1\n")

    assert read_text(file) == "schema = 1\n"


@pytest.mark.parametrize(
    ("declared", "written"),
    [("ISO-8859-1", "latin-1"), ("windows-1251", "cp1251"), ("UTF-16", "utf-16"), ("utf-8", "utf-8")],
)
def test_xml_is_read_in_the_charset_that_it_names(tmp_path, declared, written):
    text = f'<?xml version="1.0" encoding="{declared}"?>\n<opml title="{"Київ" if written == "cp1251" else "Café"}"/>\n'
    file = tmp_path / "feeds.opml"
    file.write_bytes(text.replace("\n", "\r\n").encode(written))

    assert read_text(file) == text


@pytest.mark.parametrize(
    ("content", "words", "mend"),
    [
        (None, "the list cannot be read: No such file or directory", "name it"),
        (
            b'<?xml version="1.0" encoding="hex"?>caf\xe9',
            "the list cannot be read: it is not UTF-8",
            "save it as UTF-8",
        ),
        ("café".encode("latin-1"), "the list cannot be read: it is not UTF-8", "save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_what_to_do(tmp_path, content, words, mend):
    file = tmp_path / "feeds.toml"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(ConfigError) as raised:
        read_text(file, what="the list", mend="name it")

    assert raised.value.in_full == f"{file}: {words} → {mend}"


def test_what_another_file_names_is_mended_there(tmp_path):
    with pytest.raises(ConfigError) as raised:
        read_text(tmp_path / "none.toml", what="none.toml", named_in=("topics.toml", 3))

    assert str(raised.value).startswith("topics.toml line 3: none.toml cannot be read: ")


def test_broken_toml_is_named_with_its_line():
    with pytest.raises(ConfigError) as raised:
        read_toml('schema = 1\nid = "a\n', file="feeds.toml")

    assert raised.value.line == 2
    assert str(raised.value).startswith("feeds.toml line 2: broken TOML: ")
