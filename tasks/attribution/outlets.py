"""Outlets that an article takes its news from: `told Reuters`, `the Post reported`, `according to Der Spiegel`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tasks.entities.naming import slug

if TYPE_CHECKING:
    from tasks.attribution.reading import Mention, Reading

_MODIFIERS = r"(?:(?:[\w'’-]+|[A-Z]\.[A-Z]\.)\s){0,4}?"
_NAME_OF_KIND = (
    r"(?:(?:the|a|an|its|their|state|local|national|daily|weekly|British|German|French|newspaper|news|agency|broadcaster|"
    r"television|TV|radio|network|channel|magazine|outlet|publication|website|site|tabloid|paper|portal|station|partner|sister|"
    r"state-run|state-owned|state-controlled|government-run|independent|private|public|pro-\w+|\w+-language|"
    r"[A-Z]\w+(?:['’]s)?)\s){0,5}"
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
    r"editorial|confirmed|said|says|appeared|appearing|wrote|writes|writing|revealed|disclosed|announced|confirmation)"
    r"(?:\s(?:published|given|made|this week|last week|late|early|on \w+day))?"
    r"\s(?:to|with|by|in|for|on|from|of)))\s" + _NAME_OF_KIND + r"$"
)
_SAYS = (
    r"(?:report(?:s|ed|ing)?|said|says|wrote|writes|cit(?:ed|es|ing)|quot(?:ed|es|ing)|reveal(?:ed|s|ing)|not(?:ed|es)|"
    r"published|claim(?:ed|s)|learn(?:ed|t)|understands|broke|obtained|reviewed|estimate[sd]|carried|aired|disclosed|"
    r"described|added|suggest(?:ed|s)|found|showed|confirmed)"
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
_TOLD_ITS = re.compile(r"['’]s?\s(?:(?:[A-Z][\w.-]+|[\"“][^\"”]{2,40}[\"”])\s?){1,5}")
_REPORTERS_TOLD = re.compile(
    r"\b(?:told|asked by|interviewed by)\s(?:\w+\s){0,2}(?:reporters?|journalists?|correspondents?)\s(?:for|from|of|at|with)\s$"
)
#: a paper that nobody has heard of: what its name ends in, or the word for its kind beside it
_KIND_BEHIND = re.compile(
    r"\s(?:newspaper|news agency|magazine|broadcaster|daily|weekly|tabloid|news site|news website|news outlet|TV channel|TV station|radio station|television)\b"
)
_KIND_BEFORE = re.compile(
    r"\b(?:newspaper|news agency|agency|magazine|broadcaster|daily|weekly|tabloid|news site|news website|website|outlet|channel|TV station|radio station|paper|portal|network|station|publication)\s$"
)
_PRESS_NAME = re.compile(
    r"\b(?:Times|Post|Herald|Tribune|Journal|Gazette|News|Chronicle|Courier|Observer|Mail|Standard|Mirror|Daily|Weekly|"
    r"Magazine|Radio|TV|Television|Zeitung|Nachrichten|Presse|Press|Dispatch|Examiner|Telegraph|Inquirer|Globe|Sun|"
    r"Star|Bee|Record|Register|Review|Monitor|Broadcasting|Newspapers?|Morgenpost|Rundschau|Kurier|Anzeiger|Blatt|Pravda|Gazeta)$"
)
_NOT_PRESS = re.compile(
    r"\b(?:Ministry|Department|University|Institute|Council|Association|Office|Committee|Service|Conference|Secretary)\b"
)
_PHOTO = re.compile(
    r"(?i)\b(?:photo(?:graph)?s?|credit|handout|getty|images?|file pic|pool|picture|screenshot|screengrab)\b\W"
)
_CAPTION = re.compile(r"\((?:photo )?credit:|\((?:photo|picture|file photo)\b", re.IGNORECASE)
_REACH = 110


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
    found = []
    press = {mention.entity.key for mention in reading.mentions if _like_press(reading, mention)}
    for mention in reading.mentions:
        entity = mention.entity
        if entity.key in own or slug(entity.name) in own or reading.plain[mention.start] != reading.body[mention.start]:
            continue
        if not reading.outlet(entity) and entity.key not in press:
            continue
        one = _cited(reading, mention)
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
    )


def _cited(reading: Reading, mention: Mention) -> Cited | None:
    sentence = reading.sentence(mention.start)
    low = max(sentence.start, mention.start - _REACH)
    high = min(sentence.end, mention.end + _REACH)
    entity = mention.entity
    before = BEFORE.search(reading.plain, low, mention.start)
    after = AFTER.match(reading.plain, mention.end, high) or _SOURCES.match(reading.plain, mention.end, high)
    reporters = _REPORTERS_TOLD.search(reading.plain, low, mention.start)
    if not before and not after and not reporters:
        return None
    if _PHOTO.search(
        reading.plain, max(sentence.start, mention.start - 60), min(sentence.end, mention.end + 12)
    ) or _CAPTION.search(reading.body, mention.end, mention.end + 110):
        return None
    told = bool(before and before[0].split(" ", 1)[0].lower() in ("told", "tells", "telling", "speaking", "spoke"))
    start = before.start() if before else mention.start
    end = after.end() if after and not before else mention.end
    return Cited(entity.name, entity.key, entity.wikidata, start, end, (mention.start, mention.end), told)


_TITLE_TAIL = re.compile(r"(?:\s[–—|-]\s|:\s)(?:the\s|The\s)?(?P<name>[^–—|:]{2,40})$|^(?P<first>[^–—|:]{2,40}):\s")


def named_by_title(title: str) -> list[str]:
    """What a headline names at its end or start as the one who says so: `Talks to open in Oslo – Daily Post`."""
    return [name for found in _TITLE_TAIL.finditer(title) for name in (found["name"], found["first"]) if name]
