"""Capitals that stand for a government."""

from __future__ import annotations

import re

#: "in Kyiv", "near Moscow", "Moscow-based": the town itself
_LOCAL_BEFORE = re.compile(
    r"\b(?:in|at|near|outside|around|inside|to|from|of|into|through|across|over|via|towards?|leave|left|leaving|reach|"
    r"reached|visit|visited|visiting|mayor|central|downtown|north|south|east|west|northern|southern|eastern|western|"
    r"city|region|airport|for)\s(?:the\s)?$",
    re.IGNORECASE,
)
_STANDS_FOR = re.compile(
    r"(?:['’]s?\s(?:\w+\s)?(?:government|position|policy|ambassador|envoy|demands?|claims?|offer|proposal|ally|allies|"
    r"leaders?|leadership|officials?|military|troops|forces|army|war|invasion|aggression|interests?|sanctions|stance|"
    r"relations?|response|support|request|territorial|nuclear|foreign|security|annexation|gains|plans?)\b|"
    r"\s(?:has|had|have|will|would|is|was|also|again|repeatedly|later|now|still|previously|officially)?\s?(?:not\s)?"
    r"(?:said|says|believes?|believed|insists?|insisted|denie[sd]|denies|accused?|accuses|warn(?:s|ed)|want(?:s|ed)|"
    r"demand(?:s|ed)|reject(?:s|ed)|refuse[sd]?|agree[sd]?|announce[sd]|claim(?:s|ed)|called|calls|hope[sd]?|seeks?|"
    r"sought|vow(?:s|ed)|threaten(?:s|ed)|respond(?:s|ed)|considers?|sees|informed|imposed|signed|confirmed|urge[sd]|"
    r"expects?|expected|plans|offered|offers|summoned|expelled|condemned|condemns|supports?|supported|recogni[sz]e[sd]|"
    r"objected?|to\sblame|launched|sent|sending|supplie[sd]|providing|ready|willing)\b)"
)
_WITH = re.compile(
    r"\b(?:with|between|against|pressure(?:d)? on|blamed?|accused?|accusing|talks? with|ties with|urged?)\s$",
    re.IGNORECASE,
)
_AND = re.compile(r"\sand\s[A-Z]")


def is_local(text: str, start: int) -> bool:
    """True where a word stands before the name that only a place has before it: `in Kyiv`."""
    return bool(_LOCAL_BEFORE.search(text, max(0, start - 24), start))


def stands_for_government(text: str, start: int, end: int) -> bool:
    """True when the capital at text[start:end] is the government that sits there."""
    window = max(0, start - 24)
    if is_local(text, start):
        return False
    if _STANDS_FOR.match(text, end):
        return True
    return bool(_WITH.search(text, window, start)) and not _AND.match(text, end + 60)
