"""`declined to comment to the BBC`, `no answer to questions from Reuters`: who only asked has reported nothing."""

from __future__ import annotations

import re

from tasks.attribution.citing import NAME_OF_KIND

#: a new clause, or words of a report: what follows is told all the same
_GOES_ON = (
    r"(?:but|and|although|while|because|told|telling|reports?|reported|said|saying|according|published|obtained|seen|"
    r"revealed|uncovered|aired|leaked|broadcast|carried|quoted|reviewed|verified|claims?|alleg\w+|made|articles?|story)"
)
_NO = (
    r"(?:declin(?:ed|es|e|ing)|refus(?:ed|es|e|al|ing)|fail(?:ed|s|ing)|unavailable|unable|nobody|none|cannot|"
    r"neither(?:\s\w+)?|no\s(?:one|comment|answer|response|reply)|"
    r"(?:did|does|do|would|will|could|can|has|have|had|was|were|is|are)(?:\s(?:not|never)|n['’]t)|wouldn['’]t)"
)
#: `did not hold back in an interview` gave one: nothing but these leads from the one to the other
_LEADS = (
    r"(?:\s(?:immediately|yet|also|ever|want(?:ed)?|wish(?:ed)?|have|been|be|giv(?:e|en|ing)|an?|any|to|return(?:ed)?|"
    r"grant(?:ed)?|provided?|issued?|for|further|respond(?:ed)?|repl(?:y|ied)|answer(?:ed)?|available|its|their|the)){0,6}?"
)
_ASKED_FOR = (
    r"(?:comment(?:s|ed|ing)?|sp(?:eak|eaking|oke|oken)|talk(?:s|ed|ing)?|interview(?:s|ed)?|statements?|requests?|"
    r"questions?|quer(?:y|ies)|enquir(?:y|ies)|inquir(?:y|ies)|e-?mails?|calls?|messages?|answer(?:s|ed|ing)?|"
    r"respon(?:d|ded|ding|se)|repl(?:y|ied|ying)|available|tell)"
)
_BEFORE = re.compile(
    rf"(?i:\b{_NO}\b{_LEADS}\s{_ASKED_FOR}\b"
    rf"(?:\s(?!{_GOES_ON}\b)[\w’'-]+){{0,8}}?\s(?:to|from|with|for|of))\s{NAME_OF_KIND}$"
)


def refused(plain: str, low: int, left: int) -> bool:
    """The outlet's name starts at plain[left]. One that reached somebody by itself, if in vain, counts as reporting."""
    return bool(_BEFORE.search(plain, low, left))
