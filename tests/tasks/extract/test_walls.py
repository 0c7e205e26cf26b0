"""Pages that answer 200 and are no article, beside news that sounds like them."""

import json

import pytest

from tasks.extract import extract
from tasks.reasons import Failed
from tests.tasks.extract.pages import NOW, ONE, THREE, TWO, URL

BRIEF = "Divers looked for the bell of the old ferry until Friday evening, and will go down again when the tide allows."
TEASERS = "".join(f"<h3>More of the day</h3><p>{text}</p>" for text in (ONE, TWO, THREE))
PASSWORD = '<form><input name="user"><input type="password"></form>'


def shell(body: str, *, title: str = "Harrow Bay Post", head: str = "") -> str:
    return f'<html lang="en"><head><title>{title}</title>{head}</head><body><main>{body}</main></body></html>'


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Harrow Bay Post", "<h1>Sorry, this page isn’t here any more</h1><p>Try the search, or our front page.</p>"),
        ("404 - Harrow Bay Post", f"<h1>Page not found</h1><p>It may have been moved.</p>{TEASERS}"),
        ("Harrow Bay Post", "<h1>We’ll be back soon</h1><p>The Post is being looked after until six.</p>"),
        ("451", "<h1>451: Unavailable due to legal reasons</h1><p>You seem to be far away from here, it says.</p>"),
        ("Log in | Harrow Bay Post", f"<h1>Log in</h1>{PASSWORD}<p>Log in to read this article.</p><p>Forgot it?</p>"),
        ("Harrow Bay Post", "<p>Please enable JavaScript in your browser to read the Harrow Bay Post.</p>"),
        ("Le Quai", "<h1>Connexion</h1>" + PASSWORD + "<p>Pas encore de compte ? Cinq articles par mois.</p>"),
        ("Der Bote", "<p>Bitte aktivieren Sie JavaScript, um diese Seite zu lesen.</p>"),
    ],
)
def test_a_page_that_is_no_article_gives_nothing(title, body):
    with pytest.raises(Failed, match="no-content"):
        extract(shell(body, title=title), url=URL, now=NOW)


@pytest.mark.parametrize(
    ("headline", "text", "extra"),
    [
        ("404 people moved out of the harbour", BRIEF, ""),
        ("How to log in to the new ferry timetable", BRIEF, PASSWORD),
        ("Council drops JavaScript", f"The council's new site does without JavaScript. {BRIEF}", ""),
    ],
)
def test_a_brief_that_sounds_like_one_is_told(headline, text, extra):
    html = shell(f"<h1>{headline}</h1>{extra}<p>{text}</p>", title=f"{headline} | Harrow Bay Post")
    assert extract(html, url=URL, now=NOW).body == text


def test_a_brief_about_what_was_not_found_is_told_where_the_page_says_it_is_news():
    data = {"@type": "NewsArticle", "headline": "Ferry bell not found", "datePublished": "2026-03-01T08:00:00Z"}
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    html = shell(f"<h1>Ferry bell not found</h1><p>{BRIEF}</p>", title="Ferry bell not found", head=script)
    assert extract(html, url=URL, now=NOW).body == BRIEF


def test_a_page_that_asks_for_scripts_and_brings_its_text_along_is_read():
    state = json.dumps({"story": {"html": "".join(f"<p>{one}</p>" for one in (ONE, TWO, THREE, BRIEF))}})
    body = f"<p>You need to enable JavaScript to run this app.</p><script>window.__STATE__ = {state};</script>"
    assert extract(shell(body), url=URL, now=NOW).body == f"{ONE}\n\n{TWO}\n\n{THREE}\n\n{BRIEF}"


@pytest.mark.parametrize(
    ("ask", "offer"),
    [
        ("This article is for subscribers. You have read your three free articles.", "Choose a plan from 1 a week."),
        ("Weiterlesen mit Plus", "Jetzt vier Wochen testen, jederzeit kündbar."),
        ("La suite est réservée aux abonnés", "Déjà client ? Votre compte"),
        ("この記事は有料記事です。残り1240文字", "会員になると続きをお読みいただけます。"),
    ],
)
def test_one_line_that_withholds_the_rest_makes_a_teaser_and_is_no_part_of_it(ask, offer):
    head = "<h1>Ferry landing to close</h1>"
    found = extract(shell(f"{head}<p>{ONE}</p><p>{TWO}</p><p>{ask}</p><p>{offer}</p>"), url=URL, now=NOW)
    assert (found.body, found.body_status) == (f"{ONE}\n\n{TWO}", "teaser")


def test_a_sentence_about_subscribers_stays_in_a_free_story():
    last = "The pictures of the landing are for subscribers only, the museum said in a letter to its friends."
    found = extract(shell(f"<h1>Ferry landing to close</h1><p>{ONE}</p><p>{TWO}</p><p>{last}</p>"), url=URL, now=NOW)
    assert (found.body, found.body_status) == (f"{ONE}\n\n{TWO}\n\n{last}", "full")
