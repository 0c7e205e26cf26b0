"""English words around an outlet's name that say: this is where it was reported, told, published or counted."""

from __future__ import annotations

import re

_DAY = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
#: what may stand between the word of citing and the name
NAME_OF_KIND = (
    r"(?:(?:(?:the|a|an|its|their|new|recent|latest|state|local|national|daily|weekly|British|German|French|newspaper|news|agency|broadcaster|"
    r"television|TV|radio|network|channel|magazine|outlet|publication|website|site|tabloid|paper|portal|station|partner|sister|"
    r"blog|podcast|wire|\w+-\w+(?:-\w+)?|service|regional|financial|business|shipping|trade|personal|"
    r"state-run|state-owned|state-controlled|government-run|independent|private|public|pro-\w+|\w+-language|\w+-based|"
    r"[A-Z]\w+(?:['’]s)?),?\s){0,5}"
    # `the Bergen-based music website`
    r"|(?:the|a|an|its|their)\s(?:[\w’'-]+\s){1,4}(?:newspaper|website|site|magazine|broadcaster|station|channel|outlet|daily|weekly|"
    r"tabloid|blog|podcast|publication|portal|network|agency|journal)\s"
    # `according to fan site`
    r"|(?:\w+\s){1,4}(?:newspaper|website|site|magazine|broadcaster|station|channel|outlet|tabloid|blog|podcast|publication|portal)\s)"
)
BEFORE = re.compile(
    r"(?i:\b(?:told|tells|tell|telling|informed|citing|cites|cited|quoting|quoted by|cited by|reported by|reports? by|"
    r"(?:published|broken|revealed|uncovered|detailed|disclosed|reported|aired)(?:\s(?:on|last|this)\s\w+)? "
    r"(?:by|in|on)|"
    r"(?:denied|confirmed|insisted|admitted|complained|confided|acknowledged|conceded|explain(?:ed|s)|repeated|"
    r"insists|admits|confirms|recall(?:ed|s)|said|says|opened up|let slip|vented|gushed|teased) to|"
    r"(?:asked|questioned|pressed|quizzed)\s(?:about|whether|if|why|how|on)\s[^.;:,\"“”]{2,70}\sby|"
    r"(?:quoted|cited) as saying (?:\w+\s){1,4}by|letters? to the editor of|pages of|"
    r"(?:chatt?ed|chatting|sat down|sitting down|conversation|Q&A|sit-down) (?:to|with)|"
    r"(?:reached|contacted|approached|asked|questioned|pressed) by|in \w+day['’]s|"
    r"(?:polled|surveyed|obtained|seen|reviewed|viewed|read|heard|examined|analy[sz]ed|verified|compiled|carried|conducted|commissioned|"
    r"interviewed|(?:quoted|cited) as saying|leaked|shown|provided|sent|given|described|recalled)"
    r"(?:\s(?:exclusively|first|recently|independently))? (?:by|to)|"
    r"(?:aired|broadcast) (?:by|on)|shared with|according to|as per|per|via|"
    r"according to (?:(?:a|an|the|its|their|two|three|several)\s)(?:[\w’'-]+\s){1,7}(?:by|in|from|on)|"
    r"according to (?:\w+\s){0,2}(?:reporters|journalists|correspondents) (?:for|from|of|at)|"
    r"(?:said|says|argued|predicted|claimed|insisted|explained|added|warned|admitted|stated|suggested|declared|joked|"
    r"acknowledged|appeared|appearing|interviewed|joined\s\w+\s\w+|told\s\w+\s\w+)\s(?:\w+\s){0,3}on|"
    r"(?:speaking|spoke|talking|talked|speaks|appeared|appearing|guest) (?:to|with|on)"
    r"(?:(?:\s(?!said|told)[\w’'&-]+){0,7}?\son)?|"
    r"(?:new|latest|current|recent|upcoming|spring|summer|autumn|fall|winter|Jan\w+|Feb\w+|March|April|May|June|July|Aug\w+|"
    r"Sept\w+|Oct\w+|Nov\w+|Dec\w+) (?:cover|issue|edition)s? of|in (?:today|yesterday)['’]s|"
    r"(?:reports?|leaks?)\s(?:[\w-]+\s){0,5}?[\w-]+,?\s(?:such as|like|including)|"
    r"(?:as|(?<=[,”\"’'] )(?:says|writes|notes|explains|tweets))\s(?:(?-i:[A-Z])[\w’'.-]+\s){2,3}(?:of|from|at)|"
    r"microphones? of|(?<=[,”\"’'] )(?:reports|reported|writes|wrote|says|said|noted|notes)|"
    r"(?:reported|reports|according to)\s(?:[A-Z][\w’'.-]+\s){2,3}(?:of|from|with|at|for|in)|"
    r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day(?:\s(?:morning|night|evening|afternoon))?\son|"
    r"(?:poll|survey|research)\s(?:[\w’'&,.-]+\s){1,14}for|"
    r"(?:interviews?|comments?|remarks?|statement|e-?mail|message|response|reply|answer|appearance|op-ed|column|essay|"
    r"article|piece|series|figures|data|statistics|"
    r"opinion piece|story|report|reports|investigation|analysis|poll|survey|tally|count|"
    r"text message|"
    r"editorial|confirmed|files|reporting|material|information|inputs|said|says|appeared|appearing|wrote|writes|writing|revealed|disclosed|announced|confirmation)"
    r"(?:\s(?:published|given|made|conducted|carried out|this week|last week|late|early|on \w+day))*"
    r"\s(?:to|with|by|in|for|on|from|of)))\s" + NAME_OF_KIND + r"$"
)
_VERBS = (
    r"(?:report(?:s|ed|ing)?|said|says|wrote|writes|cit(?:ed|es|ing)|quot(?:ed|es|ing)|reveal(?:ed|s|ing)|not(?:ed|es)|"
    r"published|states?|stated|carries|claim(?:ed|s)|learn(?:ed|t)|"
    r"been told(?!\s(?:to|off)\b)|understands|broke|obtained|reviewed|estimate[sd]|carried|aired|disclosed|"
    r"asserted|alleged|editoriali[sz]ed|uncovered|exposed|interviewed|spoke (?:to|with)|projected|calculated|"
    r"ran (?:an?|the) (?:report|story|piece|article)|"
    r"heard|saw|counted|witnessed|described|add(?:ed|s)|detail(?:ed|s)|highlight(?:ed|s)|suggest(?:ed|s)|found|show(?:ed|s)|confirmed|explain(?:s|ed)|"
    r"point(?:s|ed) out|puts? it|(?<=poll )(?:has|had|puts?|gives?|gave))"
)
#: `, citing two officials,` and `, which first saw the letter,` between the name and its verb
_PUT_IN = (
    r"(?:,\s(?:which|citing|quoting|a|an|the|one of|owned by|close to|based in|in its|in a|in an)\s[^.;:\"“”]{2,110},)?"
)
#: `Axios' Barak Ravid reported`: one who works there
_JOURNALIST = r"(?:['’]s?\s(?:\w+\s){0,2}[A-Z][\w’'-]+\s[A-Z][\w’'-]+)?"
AFTER = re.compile(
    # `Kestrel.com reported`
    r"(?:\.(?:com|net|org|co\.uk)\b)?"
    + _JOURNALIST
    + r"(?:['’]s)?(?:\s(?:newspaper|daily|news|agency|magazine|website|broadcaster|TV|television|channel|network|site|"
    r"station|outlet|blog|podcast|publication|tabloid|paper|platform|"
    r"state|media|online|report|reports|reporter|reporters|correspondent|journalist|journalists|reporting|sources?|article|story|"
    r"investigation|analysis|survey|poll|editorial|and others|writers?|"
    r"has|have|had|is|are|was|were|now|first|also|earlier|previously|later|just|even|only|originally|"
    r"separately|exclusively|recently|both|all|on\s\w+day|\w+ly|that))*"
    # `an AP reporter at the scene heard`
     + r"(?:\s(?:reporter|journalist|correspondent|photographer|crew|team)s?\s(?:in|at|on|near|inside|outside|who|with|"
    r"travell?ing)\s[^.,;:\"“”]{2,50}?(?=\s(?:also\s)?(?:reported|heard|saw|said|counted|witnessed)\b))?"
    + _PUT_IN
    # `Kestrel reporter Anna Berg said`, `Kestrel, which first reported`
    + r"(?:\s(?:reporter|correspondent|journalist|columnist)s?\s[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?)?"
    + r"\s*,?\s(?:which\s)?(?:(?:has|first|also|then|later)\s)?"
    + _VERBS
    + rf"\b(?:\s(?:on\s|last\s|late\s|earlier\s)?(?:{_DAY}|week|month|today|yesterday))?"
)
#: `Kestrel's Anna Berg predicted`: of a journalist by name, more than the verbs of reporting
BY_JOURNALIST = re.compile(
    r"['’]s?\s(?:\w+\s){0,2}[A-Z][\w’'-]+\s[A-Z][\w’'-]+\s(?:(?:has|have|had|first|also|later|recently|previously)\s)?"
    r"(?:predict(?:s|ed)|tweet(?:s|ed)|hears?|understands|expects?|speculat(?:es|ed)|relay(?:s|ed)|shared|speaks|"
    r"detail(?:s|ed)|tells|told|believes|asked|caught up with|broke)\b"
)
#: `in a Kestrel profile`: work of a house's own
IN_ITS = re.compile(
    r"\b(?:[Ii]n|[Aa]fter|[Ff]ollowing|by|to|from|with)\s(?:an?|the|its|their|another|one)\s(?:(?:new|recent|rare|\w+day|long|lengthy|candid|wide-ranging)\s)?$"
)
ITS_WORK = re.compile(
    r"(?:['’]s)?\s(?:(?:magazine|newspaper|cover|\w+day|digital|video|radio|TV|opinion)\s)?"
    r"(?:interview|profile|story|op-ed|column|essay|feature|exclusive|piece|podcast|editorial|article|report|dispatch|exposé|"
    r"investigation|documentary)\b"
)
#: what an outlet says of itself is no report: `said it would close two studios`, `said: "We regret ..."`
OF_ITSELF = re.compile(
    r"(?:\b(?:said|says|added|confirmed|announced)\s(?:on\s\w+day\s)?(?:that\s)?(?:it|they|its|their)\s"
    r"(?:would|will|(?:is|was|were|are)(?!\s(?:un\w+|(?:not\s(?:yet\s|immediately\s)?)?(?:clear|known|possible|likely)|"
    r"the\s(?:first|latest|second)))|plans|planned|does|did|intends|had been|has been|has no|stands?|stood|could not|"
    r"own)\b"
    r"|\bsaid:?\s[\"“](?:We|Our|I)\b)"
)
REPORTED_BY = re.compile(
    r"\b(?:reported|published|broken|revealed|uncovered) (?:\w+ \w+ )?by the $|"
    r"\b(?:report|article|interview) (?:by|in|with) the $"
)
TOLD = re.compile(
    r"(?i:\b(?:told|tells|tell|interview (?:with|for)|according to|"
    r"reported by|citing|published (?:by|on))\s(?:the\s)?)(?:(?!by\b)[a-z-]+\s){0,3}$"
)
#: `When a station, WXYZ, asked about it`
WHEN = re.compile(r"\b(?:[Ww]hen|[Aa]fter)\s(?:the\s|an?\s(?:[\w-]+\s){1,4}?[\w-]+,\s)?$")
ASKED = re.compile(r",?\s(?:then\s|first\s|later\s)?asked\b(?!\sfor\b)")
#: `guests on Kestrel Radio said`: they speak, not the station
SOMEBODY_THERE = re.compile(r"\b(?:on|at|from|of|for|with|by|to)\s(?:the\s)?$")
SPOKEN = re.compile(
    r"\s(?:\w+\s){0,2}(?:said|says|explain(?:s|ed)|added|claim(?:ed|s)|suggest(?:ed|s)|show(?:ed|s)|asked|spoke)\b"
)
TOLD_THE = re.compile(
    r"\b(?:told|tells|telling|according to|citing|reported by|interview with|published (?:in|by)|obtained by|seen by) "
    r"the $"
)
#: somebody else speaks, for the outlet: `a spokesperson for the Post said`, `the owner of the Post said`
SPEAKS_FOR = re.compile(
    r"\b(?:spokes\w+|representative|editors?|editor-in-chief|owners?|publishers?|directors?|head|chief|lawyers?|staff|"
    r"managers?|reporters?|journalists?|correspondents?|employees|executives?)\s(?:for|of|at|from)\s(?:\S+\s){0,4}$"
)
#: `NBC affiliate WXYZ said`: a station of its own, under the network's name
AFFILIATE = re.compile(r"[’'s]*\s(?:\w+\s)?affiliates?\b")
SOURCES = re.compile(
    r"-(?:polled|surveyed)\b|"
    r"\s(?:editorial|investigation|exposé)\b(?!\s(?:board|page|staff|director|meeting|team|office|department|unit|into\sits))|"
    r"['’]s?\s(?:(?!own\b)[\w-]+\s){0,2}(?:sources?|report|reporting|investigation|article|scoop|story|analysis)\b"
)
REPORTERS_TOLD = re.compile(
    r"\b(?:told|asked by|interviewed by)\s(?:\w+\s){0,2}(?:reporters?|journalists?|correspondents?)\s"
    r"(?:for|from|of|at|with)\s$"
)
#: a paper that nobody has heard of: the word for its kind beside it
KIND_BEHIND = re.compile(
    r"\s(?:newspaper|news agency|magazine|broadcaster|daily|weekly|tabloid|news site|news website|news outlet|"
    r"TV channel|TV station|radio station|television)\b"
    r"|,\s(?:a|an|the|one of)\s(?:[\w’'-]+\s){0,4}(?:newspaper|news agency|magazine|broadcaster|daily|weekly|tabloid|"
    r"(?:news )?(?:site|website|outlet|portal|agency)|publication|affiliate|"
    r"(?:TV|television|radio) (?:channel|station))\b"
)
KIND_BEFORE = re.compile(
    r"\b(?:[Aa]|[Tt]he)\s(?:[\w-]+\s){0,3}(?:newspaper|news agency|magazine|broadcaster|tabloid|"
    r"(?:news|TV|radio|television)\s(?:site|outlet|"
    r"station|channel|website)),\s$|\b(?:newspaper|news agency|agency|magazine|broadcaster|daily|weekly|"
    r"tabloid|news site|news website|website|outlet|channel|TV station|radio station|paper|portal|"
    r"network|station|publication|blog|podcast)\s$"
)
#: `the ferry will stop, the Media Line reported.`: nothing is reported but what stands before
ATTRIBUTES = re.compile(r"\s(?:first\s)?report(?:ed|s)(?:\s(?:on\s)?\w+day)?[.,]")
ATTRIBUTES_BEFORE = (", ", ", the ", "” ", '" ')
NOT_PRESS = re.compile(
    r"\b(?:Ministry|Department|University|Institute|Council|Association|Office|Committee|Conference|Secretary)\b"
)
PHOTO = re.compile(
    r"(?i)\b(?:photo(?:graph)?s?|credit|handout|getty|images? (?:via|by|copyright|caption)|file pic|pool|picture|"
    r"screenshot|screengrab)\b\W"
)
#: `(Anna Berg/The Advocate via AP)`
VIA = re.compile(r"\([^()]{0,90}\b(?:via|through)\s(?:the\s)?$")
#: who writes here tells where else: `is a freelance writer and wrote for the Post`
BIOGRAPHY = re.compile(
    r"\b(?:wrote|writes|written|worked|works|reported|reports|freelanced) for\s(?:[^.;]{0,80})$|"
    r"\b(?:editor|writer|columnist|reporter|contributor|journalist) (?:of|for|at|to|with)\s(?:[^.;]{0,40})$",
)
CAPTION = re.compile(r"\((?:photo )?credit:|\((?:photo|picture|file photo)\b", re.IGNORECASE)
#: `the Daily Post and the BBC`: the second of two is cited with the first
#: `told the Anna Berg TV show`: a programme's name
SHOW = re.compile(
    r"\s(?:programme|program|series|sitcom|drama|ads?|adverts?|commercials?)\b|"
    r"\sshow(?=[.,;:)]|\s(?:on|in|last|this|about|hosted)\b)"
)
AND = re.compile(r"(?:\s[a-z]+)?\s(?:and|&|or)\s(?:[a-z]+\s){0,2}|,\s(?:the\s)?|/")
#: `reports Anna Berg of harbour-post.example`
THEIR_OWN = re.compile(
    r"(?:\baccording\sto|[,”\"’']\s(?:says|said|reports|reported|writes|wrote|notes))\s(?:[A-ZÀ-Þ][\w’'.-]+\s){2,3}(?:of|from|at|for)\s$"
)
ACCORDING = re.compile(r"\b[Aa]ccording to (?:(?:a|an|the|its|new|recent|latest|[A-Z][\w/.’']+)\s){0,5}$")
OWN_WORK = re.compile(
    r"(?:[-/][A-Z][\w-]+)?\s(?:poll|survey|analysis|report|investigation|tally|count|database|story|article)\b"
)
#: `Sky News Arabia reported`: a house of the same family
FAMILY = re.compile(rf"\s(?!{_DAY}\b)([A-ZÀ-Þ][a-zà-ÿ]{{2,}})(?=\s(?:report(?:s|ed)|said|wrote)\b)")
#: `"..." Anna Berg, Harbour Post`: whose words these are, and where they stood, at the end of a line
CREDIT = re.compile(
    r"[\"”»]\s?(?:[–—(-]\s?)?(?P<who>(?:[A-ZÀ-Þ][\w.’'-]*\s){1,3}[A-ZÀ-Þ][\w’'-]+),\s(?:the\s)?"
    r"(?P<where>[A-ZÀ-Þ][^\n,()]{1,40})(?:$|(?:,\s[\d/.]+)?\))",
    re.MULTILINE,
)

_BRACKET_REACH = 110


def in_passing(plain: str, low: int, left: int, right: int) -> bool:
    """A picture's credit, or where somebody used to work."""
    if VIA.search(plain, max(0, left - _BRACKET_REACH), left):
        return True
    return bool(BIOGRAPHY.search(plain, low, left)) and not plain.startswith((" that ", ":"), right)


def poll(plain: str, low: int, left: int, right: int) -> re.Match[str] | None:
    """`according to a new Daily Post poll`: the outlet stands within what is cited."""
    behind = OWN_WORK.match(plain, right)
    return behind if behind and ACCORDING.search(plain, low, left) else None
