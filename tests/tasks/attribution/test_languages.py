"""The same questions in six more languages, with texts of our own."""

from __future__ import annotations

import pytest

CASES = [
    (
        "de",
        "„Wir bleiben hier“, sagte Olaf Scholz am Donnerstag. Laut Reuters fährt die Fähre weiter.",
        ("Wir bleiben hier", "Olaf Scholz"),
        "Reuters",
    ),
    (
        "fr",
        "« Nous restons ici », a déclaré Emmanuel Macron jeudi. Selon Reuters, le bac continue.",
        ("Nous restons ici", "Emmanuel Macron"),
        "Reuters",
    ),
    (
        "es",
        "«Nos quedamos aquí», afirmó Josep Borrell el jueves. Según Reuters, el barco sigue.",
        ("Nos quedamos aquí", "Josep Borrell"),
        "Reuters",
    ),
    (
        "ru",
        "«Мы остаёмся здесь», — сказал Дмитрий Песков в четверг. По данным Рейтер, паром ходит.",
        ("Мы остаёмся здесь", "Dmitry Peskov"),
        "Reuters",
    ),
    (
        "uk",
        "«Ми залишаємося тут», — сказав Володимир Зеленський у четвер. За даними Укрінформу, пором ходить.",
        ("Ми залишаємося тут", "Volodymyr Zelensky"),
        "Ukrinform",
    ),
    (
        "pl",
        "„Zostajemy tutaj” – powiedział Donald Tusk w czwartek. Według PAP prom kursuje.",
        ("Zostajemy tutaj", "Donald Tusk"),
        "PAP",
    ),
]


@pytest.mark.parametrize(("lang", "body", "quote", "outlet"), CASES, ids=[case[0] for case in CASES])
def test_speaker_outlet_and_day_are_found(attribute, lang, body, quote, outlet):
    attribution = attribute(body, lang=lang)

    assert [(one.text, one.speaker) for one in attribution.quotes] == [quote]
    assert [one.name for one in attribution.cited_sources if one.type == "outlet"] == [outlet]
    assert [date.value for date in attribution.dates] == ["2024-11-07"]


@pytest.mark.parametrize(
    ("lang", "body"),
    [
        ("de", "„Es wird bald wieder etwas besser“, sagte er im Weißen Haus."),
        ("fr", "« Cela prendra encore beaucoup de temps », indique-t-il dans un communiqué."),
    ],
)
def test_a_pronoun_without_anybody_before_it_is_nobody(attribute, lang, body):
    assert [quote.speaker for quote in attribute(body, lang=lang).quotes] == [None]


def test_who_is_told_is_not_who_speaks(attribute):
    quotes = attribute(
        "„Das Eis hält noch eine Weile“, sagte Experte Bernd Bohn der Deutschen Presse-Agentur.", lang="de"
    ).quotes

    assert [quote.speaker for quote in quotes] == ["Bernd Bohn"]


def test_a_paper_in_quotation_marks_is_an_outlet_and_no_quote(attribute):
    attribution = attribute("«Коммерсантъ» сообщает, что паром не ходит.", lang="ru")

    assert attribution.quotes == ()
    assert [one.name for one in attribution.cited_sources] == ["Kommersant"]


def test_a_language_without_words_of_reporting_guesses_nobody(attribute):
    attribution = attribute("“Vi blir kvar här ändå,” sade Anna Berg.", lang="sv")

    assert [quote.speaker for quote in attribution.quotes] == [None]
    assert attribution.cited_sources == ()
