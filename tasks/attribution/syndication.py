"""Whose text an article is, when it is not its publisher's: credits, bylines, datelines, the canonical address."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from config.gazetteer.cues import Cues
from tasks.attribution.digest import is_digest
from tasks.entities.naming import slug
from tasks.entities.press import is_agency, is_call_sign, press_form
from tasks.records import SyndicatedFrom

if TYPE_CHECKING:
    from typing import Literal

    from config.gazetteer import Gazetteer, Item
    from tasks.attribution import Origin

_HEAD_CHARS, _TAIL_CHARS = 350, 500
#: a dateline may stand behind a page's own notices
_DATELINE_CHARS = 600
#: second-level labels under which a country's registry sells names
_SHARED = frozenset(["co", "com", "org", "net", "gov", "edu", "ac", "or", "ne", "go", "gob", "asn"])
#: shorter ones are a part of any site: `news`, `sport`, `money`
_LONG_LABEL = 8
#: `KESTREL.COM`, as some pages call their publisher
_ADDRESS = re.compile(r"(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,4}")
_BYLINE_PARTS = re.compile(
    r"\s*(?:,|/|;|\||\band\b|&|\bund\b|\bet\b|\by\b|\bmit\b|\bwith\b|\bfor\b|–|—|\s-\s|\(|\))\s*"
)
_BYLINE_NOISE = re.compile(
    r"^(?:by|von|par|por|from|de|source)\s+|\s+(?:staff|news agency|newswire|wire|reporters?|writers?)$", re.IGNORECASE
)


class Credits:
    """Made once from a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        #: each is an eighth of a second to make, for every outlet stands in it: when the first text of a language comes
        self._patterns_of = cache(lambda lang: CreditPatterns(gazetteer, gazetteer.cues[lang] if lang else Cues()))
        #: what else has initials: countries, alliances
        self._others = frozenset(
            alias.text for alias in gazetteer.aliases if alias.text.isupper() and not gazetteer.items[alias.key].outlet
        )
        self._by_slug: dict[str, Item] = {}
        for alias in gazetteer.aliases:
            item = gazetteer.items[alias.key]
            if item.outlet and alias.when != "after":
                self._by_slug.setdefault(slug(alias.text), item)

    def syndicated_from(self, body: str, lang: str, origin: Origin, own: frozenset[str]) -> SyndicatedFrom | None:
        """The strongest evidence there is: what feed and page declare, then what the text says, then the byline."""
        return (
            self._feed_source(origin, own)
            or self._canonical(origin, own)
            or self._credit_line(body, lang, own)
            or self._unknown_agency(body, lang, own)
            or self._byline(origin, own)
        )

    def own_keys(self, origin: Origin) -> frozenset[str]:
        """Keys and slugs that stand for the publisher itself."""
        found: set[str] = set()
        for name in filter(None, (origin.publisher, *(origin.publisher or "").split(" | "))):
            found |= {slug(name), slug(name.removeprefix("The ")), f"the-{slug(name)}"}
            if _ADDRESS.fullmatch(name):
                found |= {name.split(".")[0].lower(), self._gazetteer.sites.get(registered(name), "")}
        host = urlsplit(origin.url).hostname or ""
        labels = host.split(".")
        sites = (self._gazetteer.sites.get(".".join(labels[start:])) for start in range(len(labels)))
        found.update(filter(None, sites))
        # "the Post" is the Jerusalem Post to itself
        found |= {slug(name.split()[-1]) for name in (origin.publisher or "",) if " " in name}
        site = registered(host)
        if site:
            found |= {slug(site), site.split(".")[0], slug(".".join(site.split(".")[:2]))}
            # `sportpost.example.org` is the Sport Post
            found |= {label for label in labels[:-2] if len(label) >= _LONG_LABEL}
        for name in list(found):
            item = self._gazetteer.items.get(name) or self._by_slug.get(name)
            if item:
                found |= {item.key, slug(item.name), slug(item.name.removeprefix("The ")), slug(item.name.split()[-1])}
        return frozenset(found)

    def _feed_source(self, origin: Origin, own: frozenset[str]) -> SyndicatedFrom | None:
        credit = origin.credit
        if credit is None or not credit.name.strip():
            return None
        item = self._by_slug.get(slug(credit.name))
        site = registered(urlsplit(credit.url).hostname or "") if credit.url else ""
        here = registered(urlsplit(origin.url).hostname or "")
        if site == here or slug(credit.name) in own or (item and item.key in own):
            return None
        return _made(credit.name.strip(), item, "feed_source", credit.name)

    def _canonical(self, origin: Origin, own: frozenset[str]) -> SyndicatedFrom | None:
        there = registered(urlsplit(origin.canonical_url or "").hostname or "")
        here = registered(urlsplit(origin.url).hostname or "")
        if not there or not here or there.split(".")[0] == here.split(".")[0]:
            return None
        key = self._gazetteer.sites.get(there)
        if key in own:
            return None
        item = self._gazetteer.items[key] if key else None
        return _made(there, item, "canonical_url", origin.canonical_url or "")

    def _byline(self, origin: Origin, own: frozenset[str]) -> SyndicatedFrom | None:
        for author in origin.authors:
            parts = _BYLINE_PARTS.split(author)
            if any(_forms(part.strip()) & own for part in parts):
                # the house's own name beside an agency's: its own text, with material of the agency
                continue
            for part in parts:
                item = self._by_slug.get(slug(_BYLINE_NOISE.sub("", part.strip())))
                if item and item.key not in own and (item.agency or len(parts) == 1):
                    return _made(item.name, item, "byline", author)
                if item is None and is_agency(part.strip().removeprefix("The ")):
                    return _made(part.strip(), None, "byline", author)
        return None

    def _credit_line(self, body: str, lang: str, own: frozenset[str]) -> SyndicatedFrom | None:
        patterns = self._patterns_of(lang if lang in self._gazetteer.cues else "")
        head, tail = body[:_HEAD_CHARS], body[-_TAIL_CHARS:]
        looks = (
            (patterns.dateline, body[:_DATELINE_CHARS]),
            (patterns.named_byline, head),
            (patterns.republished, head),
            (patterns.republished, tail),
            (patterns.provided, tail),
            (patterns.line, tail),
            (patterns.line, head),
            (patterns.author, tail),
        )
        for pattern, text in looks:
            for found in pattern.finditer(text):
                if pattern is patterns.line and is_digest(body):
                    break
                name = next(filter(None, found.groups()), "")
                item = self._by_slug.get(slug(name)) or self._by_slug.get(f"the-{slug(name)}")
                known = item is not None or pattern is patterns.republished
                if item is None and patterns.common(name):
                    continue
                own_name = _forms(name) & own or (item and item.key in own)
                excused = pattern is not patterns.author and patterns.excused(
                    text, found, opens=pattern is patterns.dateline
                )
                if known and not own_name and not excused:
                    return _made(name, item, "credit_line", found[0].strip(" \r\n\t.“”»«"))
        return None

    def _unknown_agency(self, body: str, lang: str, own: frozenset[str]) -> SyndicatedFrom | None:
        """Where the form is clear: `HAVN (Tallis Wire) -`, and `(Tallis Wire)` as the last line."""
        patterns = self._patterns_of(lang if lang in self._gazetteer.cues else "")
        tail = body[-_TAIL_CHARS:]
        for pattern, text in ((_DATELINE, body[:_DATELINE_CHARS]), (_LAST_LINE, tail), (patterns.produced, tail)):
            for found in pattern.finditer(text):
                name = found["name"] or found["slashed"]
                initials = pattern is _DATELINE and _INITIALS.fullmatch(name) and name not in self._others
                form = (
                    press_form(name) == "sure" and not is_call_sign(name) if pattern is _DATELINE else is_agency(name)
                )
                item = self._by_slug.get(slug(name))
                ours = _forms(name) & own or (item and item.key in own)
                if (initials or form) and not ours and not patterns.excused(text, found, opens=pattern is _DATELINE):
                    return _made(name, item, "credit_line", found[0].strip(" \r\n\t.“”»«"))
        return None


_TOWN = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ][A-ZÀ-ÞА-ЯЁІЇЄҐ.’'-]+"
_DATELINE = re.compile(
    rf"^\s*{_TOWN}(?:\s{_TOWN}){{0,2}}(?:,\s[A-Z][\w.]+(?:\s[A-Z][\w.]+)?)?(?:,\s(?:[A-Z]\w+\.?\s\d{{1,2}}|\d{{1,2}}\s[A-Z]\w+))?"
    r"[ ,.]*(?:\((?P<name>[A-Z][\w&.’' -]{2,40})\)\s?(?:[-–—]|--)|/(?P<slashed>[A-Z][\w&.’' -]{2,40})/\.)\s",
    re.MULTILINE,
)
_LAST_LINE = re.compile(
    r"(?:^|\n|[.!?”\"]\s)\s*[\[(](?P<name>[A-Z][\w&.’' -]{4,40})[\])]\.?\s*$"
    r"|\n[–—-]{1,2}\s?(?P<slashed>[A-Z][\w&.’' -]{4,40})$"
)
#: `(PAN)`; three letters or more, since two are a state's, and no call sign: a station signs its own texts so
_INITIALS = re.compile(r"(?![KW][A-Z]{2,3}\b)[A-Z]{3,6}")


def registered(host: str) -> str:
    """`news.example.co.uk` → `example.co.uk`"""
    labels = host.lower().rstrip(".").split(".")
    if len(labels) > 2 and labels[-2] in _SHARED and len(labels[-1]) == 2:
        return ".".join(labels[-3:])
    return ".".join(labels[-2:])


def _forms(name: str) -> frozenset[str]:
    """How a publisher's own name may stand among its keys: `live-science`, `livescience`."""
    short = slug(name.removeprefix("The "))
    return frozenset({slug(name), short, short.replace("-", "")})


def _made(
    name: str, item: Item | None, evidence: Literal["feed_source", "canonical_url", "credit_line", "byline"], text: str
) -> SyndicatedFrom:
    return SyndicatedFrom(
        name=item.name if item else name, wikidata=item.wikidata if item else None, evidence=evidence, text=text
    )


#: between `first published` and the house
_WHERE = (
    r"(?:\s(?:by|in|on|at|from|with permission from|here|the|website|site|of|"
    r"der|dem|die|das|nachrichtenagentur|agentur|sur|dans|par|le|la|en|el|por|agence|agencia|l['’]agence))*\s*:?\s*"
)


class CreditPatterns:
    """Compiled once a gazetteer and language."""

    def __init__(self, gazetteer: Gazetteer, cues: Cues) -> None:
        cap = r"[A-ZÀ-Þ][\w'’/-]*"
        town = r"[A-ZÀ-Þ][\w.'’/-]*"
        agencies = _names(gazetteer, agencies=True)
        outlets = _names(gazetteer, agencies=False)
        any_name = rf"{outlets}|{cap}(?:\s(?:of|the|and|&|de|{cap})){{0,4}}"
        self.dateline = re.compile(
            rf"(?m)(?:^|\r|[ \t]{{2}})\s*"
            rf"(?:(?:{town}(?:,?\s{town}){{0,4}}(?:,?\s(?:{cap}\.?\s\d{{1,2}}|\d{{1,2}}\s{cap}))?|{cap}\.?\s\d{{1,2}}|\d{{1,2}}\s{cap})"
            rf"[\s,.:/–—-]*)?"
            rf"[\[(]({agencies})(?:\s?[/,+-]\s?[\w.\s-]{{1,20}})?[\])]\s?(?:[-–—:.]+|$|(?=[A-ZÀ-Þ\"“]))"
            # `МОСКВА, 10 ноя — РИА Новости.`, `КИЕВ, 10 ноября. /ТАСС/.`
            rf"|^\s*[A-ZА-ЯІЇЄҐ]{{3,}}\b[^\n—–/]{{0,30}}(?:[—–]\s({agencies})(?=\.\s)|/({agencies})/)"
        )
        by = "|".join(re.escape(word) for word in cues.credit_by) or "(?!)"
        self.line = re.compile(
            rf"(?im)(?:^|\n|[.!?\"”“»«)](?:\s|(?=[–—-])))[ \t]*(?:(?:(?:{by})[:\s]\s*)(?-i:({agencies}))\s*[.)]?|"
            rf"[\[(](?:(?:{by})[:\s]\s*)?(?-i:({agencies}))(?:\s?[/,+-]\s?[\w.\s-]{{1,20}})?[\])]\.?|"
            rf"(?:©|\(c\)|copyright)\s*(?:\d{{4}}\s)?(?-i:({agencies}))[^\n]{{0,60}}|"
            rf"[–—-]{{1,2}}\s?(?-i:({agencies}))\.?|(?-i:({agencies}))(?:\s?/\s?[\w.-]{{1,12}})*)[ \t]*$"
        )
        person = rf"{cap}(?:\s(?:{cap}|[a-z]{{2,3}}\s{cap})){{1,3}}"
        self.named_byline = re.compile(
            rf"(?m)^[ \t]*(?:(?i:{by})[:\s]\s*){person}(?:(?:,|\s(?:and|und|et|y|&))\s{person}){{0,2}}"
            rf"\s?(?:[,|/]|\s[–—-]\s)\s?(?:[Tt]he\s)?({agencies})(?:\s(?:Writers?|Staff|Reporters?|News))*[ \t]*$"
        )
        self.author = re.compile(
            rf"\bis\san?\s(?:[\w-]+\s){{0,3}}(?:reporter|journalist|correspondent|writer)\s(?:for|with|at)\s(?:[Tt]he\s)?({agencies})(?=[.,]|\s(?:in|and|based)\b)"
        )
        phrases, provided = ("|".join(map(re.escape, words)) or "(?!)" for words in (cues.republished, cues.provided))
        self.republished = re.compile(
            rf"(?i)\b(?<!which was )(?<!which were )(?:{phrases}){_WHERE}(?-i:({any_name}))(?!\w)"
        )
        self.provided = re.compile(rf"(?i)\b(?:{provided}){_WHERE}(?-i:({outlets}))(?!\w)")
        self.produced = re.compile(rf"(?i)\b(?:{provided}){_WHERE}(?-i:(?P<name>{cap}(?:\s{cap}){{0,3}}))(?P<slashed>)")
        self._common = frozenset((*cues.months, *cues.weekdays)) | {
            alias.text.lower() for alias in gazetteer.aliases if alias.when == "people"
        }
        self._photo = re.compile(rf"(?i)\b(?:{'|'.join(cues.photo) or '(?!)'})\b")
        self._contributed = re.compile(rf"(?i)(?:{'|'.join(map(re.escape, cues.contributed)) or '(?!)'})")

    def common(self, name: str) -> bool:
        """A month, weekday or language: `first published in March`, `in German and English`."""
        return any(word.lower() in self._common for word in name.split())

    def excused(self, text: str, found: re.Match[str], *, opens: bool) -> bool:
        """A picture's credit, or an agency that only helped. `opens`: what follows on the line is the news itself."""
        start = text.rfind("\n", 0, found.start() + 1) + 1
        stop = found.end() if opens else text.find("\n", found.end() - 1)
        line = text[start : stop if stop >= 0 else len(text)]
        return bool(self._photo.search(line) or self._contributed.search(line))


def _names(gazetteer: Gazetteer, *, agencies: bool) -> str:
    names = {
        text
        for alias in gazetteer.aliases
        if alias.when == "always"
        and gazetteer.items[alias.key].outlet
        and (gazetteer.items[alias.key].agency or not agencies)
        # `MADRID (EUROPA PRESS)`
        for text in {alias.text.replace("~", ""), alias.text.replace("~", "").upper() if agencies else ""} - {""}
    }
    return "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
