"""Outlets that an article takes its news from: `told Reuters`, `the Post reported`, `according to Der Spiegel`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tasks.entities.naming import slug

if TYPE_CHECKING:
    from tasks.attribution.reading import Mention, Reading
    from tasks.records import Entity

_NAME_OF_KIND = (
    r"(?:(?:the|a|an|its|their|new|recent|latest|state|local|national|daily|weekly|British|German|French|newspaper|news|agency|broadcaster|"
    r"television|TV|radio|network|channel|magazine|outlet|publication|website|site|tabloid|paper|portal|station|partner|sister|"
    r"state-run|state-owned|state-controlled|government-run|independent|private|public|pro-\w+|\w+-language|"
    r"[A-Z]\w+(?:['’]s)?),?\s){0,5}"
)
BEFORE = re.compile(
    r"(?i:\b(?:told|tells|telling|informed|citing|cites|cited|quoting|quoted by|cited by|reported by|reports? by|"
    r"published (?:by|in|on)|obtained by|seen by|reviewed by|carried by|aired (?:by|on)|broadcast (?:by|on)|"
    r"interviewed by|according to|as per|per|via|verified by|compiled by|"
    r"(?:said|says|argued|predicted|claimed|insisted|explained|added|warned|admitted|stated|suggested|declared|joked|"
    r"acknowledged|appeared|appearing|interviewed|joined\s\w+\s\w+|told\s\w+\s\w+)\s(?:\w+\s){0,3}on|"
    r"(?:speaking|spoke|talking|talked|speaks) (?:to|with|on)|"
    r"(?:interviews?|comments?|remarks?|statement|e-?mail|message|response|reply|answer|appearance|op-ed|column|essay|"
    r"article|piece|opinion piece|story|report|reports|investigation|analysis|poll|survey|tally|count|text message|"
    r"editorial|confirmed|files|reporting|material|information|inputs|said|says|appeared|appearing|wrote|writes|writing|revealed|disclosed|announced|confirmation)"
    r"(?:\s(?:published|given|made|conducted|carried out|this week|last week|late|early|on \w+day))*"
    r"\s(?:to|with|by|in|for|on|from|of)))\s" + _NAME_OF_KIND + r"$"
)
_SAYS = (
    r"(?:report(?:s|ed|ing)?|said|says|wrote|writes|cit(?:ed|es|ing)|quot(?:ed|es|ing)|reveal(?:ed|s|ing)|not(?:ed|es)|"
    r"published|claim(?:ed|s)|learn(?:ed|t)|understands|broke|obtained|reviewed|estimate[sd]|carried|aired|disclosed|"
    r"described|added|suggest(?:ed|s)|found|show(?:ed|s)|confirmed)"
)
AFTER = re.compile(
    r"(?:['’]s)?(?:\s(?:newspaper|daily|news|agency|magazine|website|broadcaster|TV|television|channel|network|site|state|media|"
    r"online|report|reports|reporter|reporters|correspondent|journalist|journalists|reporting|sources?|article|story|"
    r"investigation|analysis|survey|poll|editorial|has|have|had|was|were|first|also|earlier|previously|later|"
    r"separately|exclusively|recently|on\s\w+day|\w+ly|that))*"
    r"\s*,?\s" + _SAYS + r"\b(?:\s(?:on\s|last\s|late\s|earlier\s)?(?:Monday|Tuesday|Wednesday|Thursday|Friday|"
    r"Saturday|Sunday|week|month|today|yesterday))?"
)
_SOURCES = re.compile(
    r"['’]s?\s(?:anonymous\s|unnamed\s)?(?:sources?|report|reporting|investigation|article|scoop|story|analysis)\b"
)
_REPORTERS_TOLD = re.compile(
    r"\b(?:told|asked by|interviewed by)\s(?:\w+\s){0,2}(?:reporters?|journalists?|correspondents?)\s"
    r"(?:for|from|of|at|with)\s$"
)
#: a paper that nobody has heard of: what its name ends in, or the word for its kind beside it
_KIND_BEHIND = re.compile(
    r"\s(?:newspaper|news agency|magazine|broadcaster|daily|weekly|tabloid|news site|news website|news outlet|"
    r"TV channel|TV station|radio station|television)\b"
)
_KIND_BEFORE = re.compile(
    r"\b(?:newspaper|news agency|agency|magazine|broadcaster|daily|weekly|tabloid|news site|news website|website|"
    r"outlet|channel|TV station|radio station|paper|portal|network|station|publication)\s$"
)
_PRESS_NAME = re.compile(
    r"\b(?:Times|Post|Herald|Tribune|Journal|Gazette|News|Chronicle|Courier|Observer|Mail|Standard|Mirror|Daily|Weekly|"
    r"Magazine|Radio|TV|Television|Zeitung|Nachrichten|Presse|Press|Dispatch|Examiner|Telegraph|Inquirer|Globe|Sun|"
    r"Star|Bee|Record|Register|Review|Monitor|Broadcasting|Broadcasting Corporation|Broadcaster|"
    r"Newspapers?|Morgenpost|Rundschau|Kurier|Anzeiger|Blatt|Pravda|Gazeta)$"
)
#: `the ferry will stop, the Media Line reported.`: nothing is reported but what stands before
_ATTRIBUTES = re.compile(r"\sreport(?:ed|s)(?:\s(?:on\s)?\w+day)?[.,]")
_ATTRIBUTES_BEFORE = (", ", ", the ", "” ", '" ')
_NOT_PRESS = re.compile(
    r"\b(?:Ministry|Department|University|Institute|Council|Association|Office|Committee|Service|Conference|Secretary)\b"
)
_PHOTO = re.compile(
    r"(?i)\b(?:photo(?:graph)?s?|credit|handout|getty|images? (?:via|by|copyright|caption)|file pic|pool|picture|"
    r"screenshot|screengrab)\b\W"
)
_CAPTION = re.compile(r"\((?:photo )?credit:|\((?:photo|picture|file photo)\b", re.IGNORECASE)
_REACH = 110
_MOST_CITATIONS = 200


class Cited(NamedTuple):
    name: str
    #: key of the entity, if it is one
    key: str | None
    wikidata: str | None
    #: the words of the citation
    start: int
    end: int
    #: where the outlet's own name stands
    at: tuple[int, int]
    #: somebody spoke to the outlet, rather than the outlet reporting by itself
    told: bool


def cited_outlets(reading: Reading, own: frozenset[str]) -> list[Cited]:
    """`own`: keys and slugs of the publisher itself, who does not cite but reports."""
    found: list[Cited] = []
    press = {mention.entity.key for mention in reading.mentions if _like_press(reading, mention)}
    for mention in reading.mentions:
        entity = mention.entity
        if entity.key in own or slug(entity.name) in own or reading.plain[mention.start] != reading.body[mention.start]:
            continue
        if not reading.outlet(entity) and entity.key not in press:
            continue
        if len(found) >= _MOST_CITATIONS:
            break
        one = _cited(reading, mention.start, mention.end, entity) or _beside(reading, mention, found)
        if one:
            found.append(one)
    return found + [
        one for one in _unknown(reading, own) if not any(one.at[0] < at.at[1] and at.at[0] < one.at[1] for at in found)
    ]


def _beside(reading: Reading, mention: Mention, found: list[Cited]) -> Cited | None:
    """`told Reuters and the BBC`: the second of two is cited with the first."""
    if not found or not _AND.fullmatch(reading.plain, found[-1].at[1], mention.start):
        return None
    entity, last = mention.entity, found[-1]
    return Cited(
        entity.name, entity.key, entity.wikidata, last.start, mention.end, (mention.start, mention.end), last.told
    )


def _unknown(reading: Reading, own: frozenset[str]) -> list[Cited]:
    """`the newspaper Berg Tidende reported`: the word for its kind makes a name an outlet's."""
    found = []
    for name in _NAMED_KIND.finditer(reading.plain):
        start, end = name.span("name")
        if slug(name["name"]) in own or reading.named(start, end):
            continue
        one = _cited(reading, start, end, None)
        if one:
            found.append(one)
    return found


def _like_press(reading: Reading, mention: Mention) -> bool:
    if mention.entity.type != "org" or mention.entity.link == "gazetteer" or _NOT_PRESS.search(mention.entity.name):
        return False
    return bool(
        _PRESS_NAME.search(mention.entity.name)
        or _KIND_BEHIND.match(reading.plain, mention.end)
        or _KIND_BEFORE.search(reading.plain, max(0, mention.start - 24), mention.start)
        or (
            reading.plain.endswith(_ATTRIBUTES_BEFORE, 0, mention.start)
            and _ATTRIBUTES.match(reading.plain, mention.end)
        )
    )


def _cited(reading: Reading, start: int, end: int, entity: Entity | None) -> Cited | None:
    plain = reading.plain
    sentence = reading.sentence(start)
    # a name in quotation marks of its own
    left, right = (
        (start - 1, end + 1) if plain[start - 1 : start] in _MARKS and plain[end : end + 1] in _MARKS else (start, end)
    )
    low = max(sentence.start, left - _REACH)
    high = min(sentence.end, right + _REACH)
    if _PHOTO.search(plain, max(sentence.start, left - 60), min(sentence.end, right + 12)):
        return None
    if _CAPTION.search(reading.body, right, right + 110):
        return None
    before = BEFORE.search(plain, low, left) or _REPORTERS_TOLD.search(plain, low, left)
    after = AFTER.match(plain, right, high) or _SOURCES.match(plain, right, high) or _poll(plain, low, left, right)
    if not before and not after:
        return _by_words(reading, (left, right), (start, end), entity)
    told = bool(before and before[0].split(" ", 1)[0].lower() in ("told", "tells", "telling", "speaking", "spoke"))
    first = before.start() if before else start
    last = after.end() if after and not before else end
    name = entity.name if entity else reading.body[start:end]
    return Cited(
        name, entity.key if entity else None, entity.wikidata if entity else None, first, last, (start, end), told
    )


def _by_words(reading: Reading, marked: tuple[int, int], at: tuple[int, int], entity: Entity | None) -> Cited | None:
    """In languages that have no patterns of their own here: a word of reporting beside the name."""
    lexicon, plain = reading.lexicon, reading.plain
    if lexicon.lang == "en" or entity is None:
        return None
    sentence = reading.sentence(at[0])
    low = max(sentence.start, marked[0] - _REACH // 2)
    according = list(lexicon.according.finditer(plain, low, marked[0]))
    near = according and len(plain[according[-1].end() : marked[0]].split()) <= _WORDS_BETWEEN
    start = according[-1].start() if near else at[0]
    before = plain[low : marked[0]].split()[-1:]
    after = plain[marked[1] : min(sentence.end, marked[1] + _REACH // 2)].split()[:_WORDS_BETWEEN]
    said = [word for word in (*before, *after) if word.strip(',.:;»”“"') in lexicon.verbs]
    if not near and not said:
        return None
    end = plain.index(said[0], marked[1]) + len(said[0]) if said and said[0] in after and not near else at[1]
    return Cited(entity.name, entity.key, entity.wikidata, start, end, at, told=False)


def _poll(plain: str, low: int, left: int, right: int) -> re.Match[str] | None:
    """`according to a new Daily Post poll`: the outlet stands within what is cited."""
    behind = _OWN_WORK.match(plain, right)
    return behind if behind and _ACCORDING.search(plain, low, left) else None


_WORDS_BETWEEN = 3
_MARKS = tuple("\"“”„«»’‘'")
_AND = re.compile(r"(?:\s[a-z]+)?\s(?:and|&|or)\s(?:[a-z]+\s){0,2}|,\s(?:the\s)?|/")
_ACCORDING = re.compile(r"\b[Aa]ccording to (?:(?:a|an|the|its|new|recent|latest|[A-Z][\w/.’']+)\s){0,5}$")
_OWN_WORK = re.compile(
    r"(?:[-/][A-Z][\w-]+)?\s(?:poll|survey|analysis|report|investigation|tally|count|database|story|article)\b"
)
_NAMED_KIND = re.compile(
    r"\b(?:newspapers?|news agency|news site|news website|news outlet|magazine|broadcaster|publication|tabloid|daily|"
    r"TV channel|television channel|television station|radio station|news portal|Zeitung|Nachrichtenagentur|journal|"
    r"quotidien|agence|agencia|diario|periódico)\s(?P<name>(?:[A-ZÀ-Þ][\w’'-]+)(?:\s(?:de|del|la|le|of|the|[A-ZÀ-Þ][\w’'-]+)){0,3}?)"
    r"(?=[\s,.;:)](?!\s?[A-Z][a-z])|$)"
)
_TITLE_TAIL = re.compile(r"(?:\s[–—|-]\s|:\s)(?:the\s|The\s)?(?P<name>[^–—|:]{2,40})$|^(?P<first>[^–—|:]{2,40}):\s")


def named_by_title(title: str) -> list[str]:
    """What a headline names at its end or start as the one who says so: `Talks to open in Oslo – Daily Post`."""
    return [name for found in _TITLE_TAIL.finditer(title) for name in (found["name"], found["first"]) if name]
