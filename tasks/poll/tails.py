"""What publishing software hangs under every summary: that it appeared first somewhere, that one can read on."""

from __future__ import annotations

import re

#: opening and verb of the sentence that WordPress puts under its items, in its translations
_APPEARED = (
    ("The post", "appeared first on|first appeared on"),
    ("Der Beitrag|Dieser Beitrag", "erschien zuerst auf"),
    ("L['’]article|Cet article", "est apparu en premier sur"),
    ("La entrada|El post", "se publicó primero en|aparece primero en"),
    ("O post|A publicação", "apareceu primeiro em|apareceu primeiro no"),
    ("L['’]articolo|Il post", "proviene da|sembra essere il primo su"),
    ("Het bericht", "verscheen eerst op"),
    ("Artykuł|Post", "pochodzi z serwisu|pojawił się poniżej"),
    ("Сообщение|Запись", "появились сначала на|появилась сначала на|впервые появилась"),
    ("Запис|Допис|Публікація", "спершу з['’ʼ]явився на|спершу з['’ʼ]явилась на|вперше з['’ʼ]явився на"),
)
_READ_ON = (
    "Continue reading|Read more|Read the full story|Read the rest|Weiterlesen|Mehr lesen|Lire la suite|En savoir plus|"
    "Leer más|Seguir leyendo|Leia mais|Continua a leggere|Leggi tutto|Lees verder|Czytaj dalej|Czytaj więcej|"
    "Читать далее|Читать полностью|Читати далі|Читати повністю|Läs mer|Les mer|Læs mere"
)
#: a tail is looked for in so much of the end
_TAIL_CHARS = 900
_TAILS = (
    *(
        re.compile(rf"(?:^|\s)(?:{opening})\s[^\n]{{1,500}}?\s(?:{verb})\s(?:(?!\.\s)[^\n]){{1,120}}\Z")
        for opening, verb in _APPEARED
    ),
    re.compile(rf"(?:^|\n|(?<=[.!?…\]»”\"])\s)(?:{_READ_ON})\b[^\n]{{0,200}}\Z"),
)
_CUT_MARK = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.)\s*\]|\(\s*(?:…|\.\.\.)\s*\))\s*\Z")


def without_tail(summary: str) -> str:
    head, tail = summary[:-_TAIL_CHARS], summary[-_TAIL_CHARS:]
    for pattern in _TAILS:
        tail = pattern.sub("", tail).rstrip()
    return (head + _CUT_MARK.sub(" …", tail)).strip()
