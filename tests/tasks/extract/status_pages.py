"""Made-up pages with the state that a careful reader would give them: (name, state, html, feed content).

A state of `no-content` means that nothing may come of the page. Hard pairs stand side by side."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

TEXTS = tomllib.loads(Path(__file__).with_name("status_texts.toml").read_text(encoding="utf-8"))
PARAGRAPHS = TEXTS["paragraphs"]
Case = tuple[str, str, str, str]


def page(
    *paragraphs: str,
    lang: str = "en",
    title: str = "New wall for the harbour",
    head: str = "",
    after: str = "",
    before: str = "",
    data: dict[str, object] | None = None,
) -> str:
    script = f'<script type="application/ld+json">{json.dumps(data)}</script>' if data else ""
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} - The Tern</title>{head}{script}'  # noqa: E501  (a page on a line)
        f'</head><body><header><a href="/">The Tern</a><nav><a href="/a">Town</a> <a href="/b">Sport</a></nav></header>'
        f"<main>{before}<article><h1>{title}</h1>{text}{after}</article></main>"
        f'<footer><a href="/privacy">Privacy</a> <a href="/terms">Terms</a> The Tern, 4 Quay Street</footer></body></html>'  # noqa: E501  (a page on a line)
    )


def bare(text: str, *, title: str, lang: str = "en", head: str = "") -> str:
    return f'<html lang="{lang}"><head><title>{title}</title>{head}</head><body>{text}</body></html>'


def article(**more: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "NewsArticle", "headline": "New wall for the harbour", **more}


LOCKED = article(isAccessibleForFree=False)
EN = PARAGRAPHS["en"]
BRIEF = "The harbour office of Kestrel Bay stays closed on Friday for repairs to its roof. Boats that need a permit can get one at the fish market between eight and noon."  # noqa: E501  (a page on a line)


def full() -> list[Case]:
    cases = [(f"full-{lang}", "full", page(*texts, lang=lang), "") for lang, texts in PARAGRAPHS.items()]
    return [
        *cases,
        ("brief", "full", page(BRIEF), ""),
        ("brief-of-two", "full", page(BRIEF, "Calls are answered as usual."), ""),
        ("full-though-locked", "full", page(*EN, data=LOCKED), ""),
        ("full-words-agree", "full", page(*EN[:2], data=article(wordCount=105)), ""),
        (
            "full-with-cookie-banner",
            "full",
            page(
                *EN,
                before='<div class="cookie-banner">We use cookies. Accept all or manage preferences. Our partners process personal data.</div>',  # noqa: E501  (a page on a line)
            ),
            "",
        ),
        (
            "full-with-login-in-menu",
            "full",
            page(
                *EN[:2], before='<div class="top-menu"><a href="/login">Log in</a> <a href="/join">Subscribe</a></div>'
            ),
            "",
        ),
        (
            "full-about-paywalls",
            "full",
            page(
                "Readers who want to continue reading the local paper will soon be asked to subscribe.",
                *EN,
                title="Paper puts up a paywall",
            ),
            "",
        ),
        (
            "full-about-robots",
            "full",
            page(
                "The site now asks each visitor to prove that they are not a robot with a captcha.",
                *EN,
                title="Are you a robot? Council site asks",
            ),
            "",
        ),
        ("full-about-missing-pages", "full", page(*EN, title="Council archive: page not found for ten years"), ""),
        ("full-with-player", "full", page(*EN, before='<video src="/wall.mp4"></video>'), ""),
        ("full-longer-than-feed", "full", page(*EN), f"<p>{EN[0]}</p>"),
        ("full-with-offer-below", "full", page(*EN, after='<div class="promo">Subscribe to our newsletter</div>'), ""),
        ("full-live-concert", "full", page(*EN, title="Live at the quay: the regatta band plays"), ""),
    ]


def teasers() -> list[Case]:
    asks = TEXTS["asks"]
    walls = [
        (
            f"teaser-{lang}",
            "teaser",
            page(PARAGRAPHS[lang][0], lang=lang, after=f'<div class="paywall"><p>{ask}</p></div>'),
            "",
        )
        for lang, ask in asks.items()
    ]
    return [
        *walls,
        ("teaser-by-flag", "teaser", page(EN[0], data=LOCKED), ""),
        ("teaser-by-ellipsis-and-flag", "teaser", page(EN[0][:180] + "…", data=LOCKED), ""),
        ("teaser-by-word-count", "teaser", page(EN[0], data=article(wordCount=900)), ""),
        (
            "teaser-wall-without-class",
            "teaser",
            page(EN[0], "Subscribe to continue reading.", "Already a subscriber? Sign in to read."),
            "",
        ),
        ("teaser-tier", "teaser", page(EN[0], head='<meta property="article:content_tier" content="locked">'), ""),
        ("partial-locked", "partial", page(*EN[:3], EN[3][:90] + " …", data=LOCKED), ""),
        (
            "partial-wall",
            "partial",
            page(
                *EN[:3],
                EN[3][:90] + "…",
                data=article(isAccessibleForFree="False"),
                after='<div class="paywall">Subscribe to continue. Already a subscriber? Log in to continue.</div>',
            ),
            "",
        ),
        ("partial-word-count", "partial", page(*EN[:3], data={**LOCKED, "wordCount": 1200}), ""),
        ("feed-has-more", "feed_only", page(EN[0], data=LOCKED), "".join(f"<p>{one}</p>" for one in EN)),
        (
            "feed-has-more-de",
            "feed_only",
            page(
                PARAGRAPHS["de"][0], lang="de", after='<div class="paywall">Jetzt weiterlesen. Bereits Abonnent?</div>'
            ),
            "".join(f"<p>{one}</p>" for one in PARAGRAPHS["de"]),
        ),
    ]


def walls() -> list[Case]:
    consent = TEXTS["consent"]
    robots = TEXTS["robots"]
    missing = TEXTS["missing"]
    made = [
        (f"consent-{key}", "no-content", bare(f"<h1>{title}</h1><p>{text}</p>", title=title), "")
        for key, (title, text) in consent.items()
    ]
    made += [
        (f"robot-{key}", "no-content", bare(f"<h1>{title}</h1><p>{text}</p>", title=title), "")
        for key, (title, text) in robots.items()
    ]
    made += [(f"missing-{key}", "no-content", page(text, title=title), "") for key, (title, text) in missing.items()]
    return [
        *made,
        (
            "consent-with-feed-text",
            "feed_only",
            bare(f"<h1>{consent['de'][0]}</h1><p>{consent['de'][1]}</p>", title="Zustimmung"),
            "".join(f"<p>{one}</p>" for one in PARAGRAPHS["de"]),
        ),
        (
            "robot-with-feed-text",
            "feed_only",
            bare(f"<p>{robots['en'][1]}</p>", title="Just a moment..."),
            "".join(f"<p>{one}</p>" for one in EN),
        ),
        (
            "challenge-script-alone",
            "no-content",
            bare(
                '<div id="c"></div><script src="/cdn-cgi/challenge-platform/x.js"></script><noscript>Enable cookies</noscript>',  # noqa: E501  (a page on a line)
                title="paper.example",
            ),
            "",
        ),
        (
            "script-only",
            "no-content",
            bare('<div id="root"></div><script src="/app.js"></script>', title="The Tern"),
            "",
        ),
        ("nothing", "no-content", bare("", title=""), ""),
    ]


def others() -> list[Case]:
    entries = "".join(f"<h3>{10 + hour}:1{hour}</h3><p>{EN[hour % 4]}</p>" for hour in range(6))
    return [
        ("live-by-type", "live_blog", page(*EN, data={**article(), "@type": "LiveBlogPosting"}), ""),
        ("live-by-clocks", "live_blog", page(after=entries, title="Storm at the harbour: live updates"), ""),
        ("live-de", "live_blog", page(after="".join(f"<h3>1{hour}.05 Uhr</h3><p>{PARAGRAPHS['de'][hour % 3]}</p>" for hour in range(5)), lang="de", title="Liveticker zum Sturm"), ""),  # noqa: E501  (a page on a line)
        ("video-by-type", "video", page("Waves at the quay.", before='<video src="/w.mp4"></video>', data={"@type": "VideoObject", "name": "Waves at the quay"}), ""),  # noqa: E501  (a page on a line)
        ("video-og", "video", page("Odette Marling shows the market after the flood.", head='<meta property="og:type" content="video.other">', before='<iframe src="https://www.youtube.com/embed/abc"></iframe>'), ""),  # noqa: E501  (a page on a line)
        ("video-watch", "video", page("Boats in the storm.", title="Watch: boats in the storm", before='<iframe src="https://player.vimeo.com/video/1"></iframe>'), ""),  # noqa: E501  (a page on a line)
        ("empty-with-description", "empty", bare('<div id="root"></div>', title="New wall for the harbour", head=f'<meta property="og:type" content="article"><meta property="og:description" content="{EN[0][:90]}">'), ""),  # noqa: E501  (a page on a line)
    ]  # fmt: skip


CASES: list[Case] = [*full(), *teasers(), *walls(), *others()]
