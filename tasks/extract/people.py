"""Authors: people's names out of bylines and metadata; never the site's own name, a role or a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from tasks.entities.press import is_agency, press_form
from tasks.extract import lexicon, page, structured
from tasks.extract.page import Facts
from tasks.extract.text import folded, plain
from tasks.records import Person

MAX_AUTHORS = 20
#: of a line that names authors, and of how many entries of a list of them: what is longer names nobody
MAX_BYLINE_CHARS = 2000
MAX_STATED = 100
#: a name has six words at most, and perhaps a sign or two between it and the role
_BEFORE_ROLE = 9
MAX_BARE_CHARS = 70
_NOT_IN_NAMES = re.compile(r"[0-9:!?…\"“”»«()]")
_ORGANISATIONS = ("Organization", "NewsMediaOrganization")
_AUTHOR_METAS = """
author byl parsely-author sailthru.author dc.creator dcterms.creator article:author_name cxenseparse:author
article:author
""".split()
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_URL = re.compile(r"https?://|www\.|@[\w.]+\.\w|facebook|twitter|\.(?:com|org|net|de|co|html|php)\b", re.IGNORECASE)
_SIGNS = re.compile(r"\s*(?:[;|/•·\n]|,(?!\s*(?:Jr|Sr|MD|M\.D|PhD|Ph\.D|III?)\b))\s*", re.IGNORECASE)
_AND = re.compile(r"\s*(?:&|(?<!\w)(?:and|und|et|och|og|with|mit|avec|и|та|ve)(?!\w))\s*", re.IGNORECASE)
# also a part of names (Ortega y Gasset): parts two names only where each has two words
_MAYBE_AND = re.compile(r"\s+(?:y|e|en|i|con)\s+")
_PARTICLES = frozenset("von van de der den da di del della la le du dos al el bin ibn zu zum ter ten y e".split())
#: `Korrespondentin in Kiew`, `envoyé spécial à Kiev`
_WHERE = re.compile(r"\s(?:in|at|for|from|aus|für|bei|en|à|au|para|w|в|у|a)\s.*$")
_PLACES = frozenset("in at from en à aus w в у".split())
#: `Ann Lee in Oslo`; a name has no such word
_IN_A_PLACE = re.compile(r"(?<=\w\s)(?P<last>\S+)\sin\s[A-ZÀ-Þ]\S*(?:\s[A-ZÀ-Þ]\S*)?\s*$")
_HANDLE = re.compile(r"\s*\(?@\w+\)?|\s*[(\[<][^)\]>]*[)\]>]\s*")
_FIRST_WORD = re.compile(r"^\W*\w+")
_DATE = re.compile(r"^\d|\d{4}|\d{1,2}[:.]\d{2}")
_CONNECTOR = re.compile(r"\W*(?:,|&|\b(?:and|und|et|y|e|en|og|och|i|и)\b)\W*", re.IGNORECASE)


def names_in(text: str) -> list[str]:
    """ "By Ann Lee and Bo Li, City Editor" → ["Ann Lee", "Bo Li"]."""
    text = _without_by(_HANDLE.sub(" ", _ADDRESS.sub(" ", plain(text[:MAX_BYLINE_CHARS]))))
    found: list[str] = []
    for part in _pieces(text):
        whole = _IN_A_PLACE.sub(r"\g<last>", _without_by(part))
        name = _without_role(whole).strip(" .,:-–—*’'\"")
        if name and _is_name(name) and not (found and _besides(name, cut=len(name) < len(whole.strip()))):
            found.append(name)
    return found


def _besides(name: str, *, cut: bool) -> bool:
    """Behind a name: what kind of editor it is (`cut`: a role was taken off), or the outlet, unless it sells its texts:
    whose text it is, is asked later."""
    if " " not in name:
        return cut
    return press_form(name) == "sure" and not is_agency(name)


def _pieces(text: str) -> Iterator[str]:
    for part in _SIGNS.split(text):
        for piece in _AND.split(part):
            halves = _MAYBE_AND.split(piece)
            yield from halves if len(halves) > 1 and all(len(half.split()) >= 2 for half in halves) else [piece]


def _is_name(name: str) -> bool:
    parts = name.split()
    if len(name) > 60 or len(parts) > 6 or not any(c.isalpha() for c in name):
        return False
    if _URL.search(name) or _DATE.search(name):
        return False
    if parts[0] in _PLACES:
        return False
    line = lexicon.Line(name)
    role = lexicon.ROLE.whole(line) or lexicon.ROLE.whole(lexicon.Line(_WHERE.sub("", name)))
    return not role and not lexicon.NO_AUTHOR.whole(line)


def _without_by(text: str) -> str:
    """ "Written by Ann Lee" → "Ann Lee"."""
    text = text.strip()
    count = lexicon.BYLINE.open(lexicon.Line(text))
    if not count:
        return text
    for _ in range(count):
        text = _FIRST_WORD.sub("", text, count=1)
    return text.lstrip(" :/-–—.")


def _without_role(name: str) -> str:
    """ "Ann Lee Staff Writer" → "Ann Lee"."""
    parts = name.split()
    for start in range(1, min(len(parts), _BEFORE_ROLE)):
        if lexicon.ROLE.whole(lexicon.Line(" ".join(parts[start:]))):
            return " ".join(parts[:start])
    return name


def _from_data(facts: Facts, kinds: tuple[str, ...]) -> list[Person]:
    for node in facts.data.articles:
        found: list[Person] = []
        for key in ("author", "creator"):
            for value in structured.as_list(node.get(key))[:MAX_STATED]:
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
    stated = value.get("name") or f"{value.get('givenName') or ''} {value.get('familyName') or ''}"
    names = [name for one in structured.as_list(stated) if isinstance(one, str) for name in names_in(one)]
    address = value.get("url")
    own = page.joined(facts.url, address) if isinstance(address, str) and address.startswith("http") else ""
    return [Person(name=name, url=own if own and len(names) == 1 else None) for name in names]


def _metas(facts: Facts, *names: str) -> list[Person]:
    for key in names:
        found = [Person(name=name) for value in facts.metas.get(key, ()) for name in names_in(value)]
        if found:
            return found
    return []


def _marked(marked: list[tuple[str, str]], kind: str) -> list[Person]:
    return [Person(name=name) for source, text in marked if source == kind for name in names_in(text)]


def authors(facts: Facts, tree: HtmlElement, feed_authors: tuple[str, ...] = ()) -> tuple[tuple[Person, ...], str]:
    """(people, where they are from). The first source that names somebody who is not just the site."""
    site = _site_names(facts)
    for source, found in _ways(facts, tree, feed_authors):
        people = _distinct(person for person in found if "".join(folded(person.name)) not in site)
        if people:
            return _fuller(people[:MAX_AUTHORS], tree), source
    # nobody is named: what the page itself declares as its author, a newsroom or an agency
    declared = _distinct(_from_data(facts, (*_ORGANISATIONS, "Person")))
    return (declared[:1], "json-ld-organisation") if declared else ((), "")


def _fuller(people: tuple[Person, ...], tree: HtmlElement) -> tuple[Person, ...]:
    """Data that knows a login or a first name only: the whole name where the page shows one to its readers."""
    if all(" " in one.name for one in people):
        return people
    shown = [name for _, text in page.marked_authors(tree) for name in _names_of_people(text)]
    return _distinct(
        next(
            (
                one.model_copy(update={"name": name})
                for name in shown
                if " " not in one.name and _is_short_for(one.name, name)
            ),
            one,
        )
        for one in people
    )


def _names_of_people(text: str) -> list[str]:
    return [name for piece in text.split(" | ") for name in names_in(piece) if _like_a_person(name)]


def _is_short_for(login: str, name: str) -> bool:
    mine, whole = folded(login), folded(name)
    return len(mine) == 1 and len(mine[0]) > 2 and (mine[0] == "".join(whole) or mine[0] in (whole[0], whole[-1]))


def _ways(facts: Facts, tree: HtmlElement, feed_authors: tuple[str, ...]) -> Iterator[tuple[str, list[Person]]]:
    yield "json-ld", _from_data(facts, ("Person",))
    # the page is only walked where its data names nobody
    marked = page.marked_authors(tree)
    yield "rel-author", _marked(marked, "rel-author")
    yield "itemprop", _marked(marked, "itemprop")
    yield "meta", _metas(facts, *_AUTHOR_METAS)
    yield "twitter", _labelled(facts)
    yield "byline", _visible(marked)
    yield "feed", [Person(name=name) for text in feed_authors for name in names_in(text)]
    yield "json-ld-organisation", _from_data(facts, _ORGANISATIONS)


def _site_names(facts: Facts) -> set[str]:
    host = urlsplit(facts.url).hostname or ""
    labels = host.removeprefix("www.").split(".")
    names = [facts.site_name, facts.data.publisher, facts.meta("application-name"), *labels[:-1], ".".join(labels)]
    return {"".join(folded(name)) for name in names if name}


def from_lines(lines: Iterable[str]) -> tuple[Person, ...]:
    """Of lines that stood around the text: the first that opens as a byline and names somebody."""
    for text in lines:
        if len(text) < 120 and lexicon.BYLINE.open(lexicon.Line(text)):
            people = _distinct(Person(name=name) for name in names_in(text) if _like_a_person(name))
            if people:
                return people
    return ()


def from_bare_lines(lines: Iterable[str], story: str) -> tuple[Person, ...]:
    """Of short lines at the top or the end of a story: the only one that is nothing but names, none of them in it."""
    found = []
    told = f" {' '.join(folded(story))} "
    for text in lines:
        names = names_in(text) if len(text) <= MAX_BARE_CHARS and not _NOT_IN_NAMES.search(text) else []
        whole = "".join(folded(text)) == "".join("".join(folded(name)) for name in names)
        if (
            names
            and whole
            and all(_surely_a_person(name) and f" {' '.join(folded(name))} " not in told for name in names)
        ):
            found.append(names)
    return _distinct(Person(name=name) for name in found[0]) if len(found) == 1 else ()


def _surely_a_person(name: str) -> bool:
    parts = name.split()
    return 2 <= len(parts) <= 4 and all(len(part) > 1 and part[0].isupper() for part in parts if part not in _PARTICLES)


def _labelled(facts: Facts) -> list[Person]:
    """Of the card for Twitter: a label "Written by", a value."""
    for number in ("1", "2"):
        if lexicon.BYLINE.open(lexicon.Line(facts.meta(f"twitter:label{number}"))):
            return [Person(name=name) for name in names_in(facts.meta(f"twitter:data{number}"))]
    return []


def _visible(marked: list[tuple[str, str]]) -> list[Person]:
    """The first byline on the page that holds what looks like a person's name."""
    for source, text in marked:
        if source == "byline" and (people := _in_pieces(text.split(" | "))):
            return people
    return []


def _in_pieces(pieces: list[str]) -> list[Person]:
    """The names of the first piece that has any, and of those joined to it: what else follows is a role or a button."""
    people: list[Person] = []
    joined = True
    for piece in pieces:
        if people and _CONNECTOR.fullmatch(piece):
            joined = True
            continue
        found = [Person(name=name) for name in names_in(piece) if _like_a_person(name)]
        if people and not joined and not _CONNECTOR.match(piece):
            break
        people += found
        joined = not people or piece.rstrip().endswith((",", "&"))
    return people


def _like_a_person(name: str) -> bool:
    """Two to five words that start with a capital, or a short name in a script without capitals."""
    parts = [part for part in name.split() if part not in _PARTICLES]
    if not name.isascii() and not any(c.isupper() or c.islower() for c in name):
        return 2 <= len(name) <= 20
    return 2 <= len(parts) <= 4 and all(part[0].isupper() for part in parts) and not any(c.isdigit() for c in name)


def _distinct(people: Iterable[Person]) -> tuple[Person, ...]:
    kept: dict[str, Person] = {}
    for person in people:
        key = " ".join(folded(person.name))
        if key and key not in kept:
            kept[key] = person
    return tuple(kept.values())
