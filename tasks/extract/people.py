"""Authors: people's names out of bylines and metadata; never the site's own name, a role or a date."""

from __future__ import annotations

import re
from typing import Any

from tasks.extract import lexicon, structured
from tasks.extract.page import Facts
from tasks.extract.text import folded, plain
from tasks.records import Person

MAX_AUTHORS = 20
_URL = re.compile(r"https?://|www\.|@[\w.]+\.\w|facebook|twitter|\.(?:com|org|net|de|co|html|php)\b", re.IGNORECASE)
_PARTS = re.compile(
    r"\s*(?:[;|/&·•\n]|,(?!\s*(?:Jr|Sr|MD|M\.D|PhD|Ph\.D|III?)\b)|(?<!\w)(?:and|und|et|y|e|og|och|en|with|mit|avec|con|и|та|ve|dan)(?!\w))\s*",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"\s*\(?@\w+\)?|\s*[(\[<][^)\]>]*[)\]>]\s*")
_FIRST_WORD = re.compile(r"^\W*\w+")
_DATE = re.compile(r"\d{4}|\d{1,2}[:.]\d{2}|\d+\s*(?:min|h)\b")


def names_in(text: str) -> list[str]:
    """ "By Ann Lee and Bo Li, City Editor" → ["Ann Lee", "Bo Li"]."""
    text = _without_by(_HANDLE.sub(" ", plain(text)))
    found = []
    for part in _PARTS.split(text):
        name = _without_by(part).strip(" .,:-–—*’'\"")
        if name and _is_name(name):
            found.append(name)
    return found


def _is_name(name: str) -> bool:
    parts = name.split()
    if len(name) > 60 or len(parts) > 6 or not any(c.isalpha() for c in name):
        return False
    if _URL.search(name) or _DATE.search(name):
        return False
    line = lexicon.Line(name)
    return not lexicon.ROLE.whole(line) and not lexicon.NO_AUTHOR.whole(line)


def _without_by(text: str) -> str:
    """"Written by Ann Lee" → "Ann Lee"."""
    text = text.strip()
    count = lexicon.BYLINE.open(lexicon.Line(text))
    if not count:
        return text
    for _ in range(count):
        text = _FIRST_WORD.sub("", text, count=1)
    return text.lstrip(" :/-–—.")


def _from_data(facts: Facts, kinds: tuple[str, ...]) -> list[Person]:
    for node in facts.data.articles:
        found: list[Person] = []
        for key in ("author", "creator"):
            for value in structured.as_list(node.get(key)):
                found += _persons(value, facts, kinds)
            if found:
                return found
    return []


def _persons(value: Any, facts: Facts, kinds: tuple[str, ...]) -> list[Person]:
    if isinstance(value, str):
        known = facts.data.by_id.get(value)
        if known is None:
            return [Person(name=name) for name in names_in(value)] if "Person" in kinds else []
        value = known
    if not isinstance(value, dict):
        return []
    if "name" not in value and isinstance(value.get("@id"), str):
        value = facts.data.by_id.get(value["@id"], value)
    types = structured.types_of(value) or ["Person"]
    if not set(types) & set(kinds):
        return []
    names = [name for one in structured.as_list(value.get("name")) if isinstance(one, str) for name in names_in(one)]
    address = value.get("url")
    own = address if isinstance(address, str) and address.startswith("http") and len(names) == 1 else None
    return [Person(name=name, url=own) for name in names]


def _metas(facts: Facts, *names: str) -> list[Person]:
    for key in names:
        found = [Person(name=name) for value in facts.metas.get(key, ()) for name in names_in(value)]
        if found:
            return found
    return []


def _marked(facts: Facts, kind: str) -> list[Person]:
    return [Person(name=name) for source, text in facts.marked_authors if source == kind for name in names_in(text)]


def authors(facts: Facts, feed_authors: tuple[str, ...] = ()) -> tuple[tuple[Person, ...], str]:
    """(people, where they are from). The first source that names somebody who is not just the site."""
    ways = (
        ("json-ld", lambda: _from_data(facts, ("Person",))),
        ("rel-author", lambda: _marked(facts, "rel-author")),
        ("itemprop", lambda: _marked(facts, "itemprop")),
        (
            "meta",
            lambda: _metas(
                facts,
                "author",
                "byl",
                "parsely-author",
                "sailthru.author",
                "dc.creator",
                "dcterms.creator",
                "article:author_name",
                "cxenseparse:author",
                "article:author",
                "twitter:data1",
            ),
        ),
        ("feed", lambda: [Person(name=name) for text in feed_authors for name in names_in(text)]),
        ("json-ld-organisation", lambda: _from_data(facts, ("Organization", "NewsMediaOrganization"))),
    )
    site = {"".join(folded(name)) for name in (facts.site_name, facts.data.publisher) if name}
    for source, way in ways:
        people = _distinct(person for person in way() if "".join(folded(person.name)) not in site)
        if people:
            return people[:MAX_AUTHORS], source
    return (), ""


def _distinct(people: Any) -> tuple[Person, ...]:
    kept: dict[str, Person] = {}
    for person in people:
        key = " ".join(folded(person.name))
        if key and key not in kept:
            kept[key] = person
    return tuple(kept.values())
