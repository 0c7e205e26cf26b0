"""The live page in a real browser: Debian's chromium, driven by selenium."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import newsroom
from tests.gateway import publish, running
from tests.ports import free_port
from tests.valkey import valkey

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed: make install")
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="no browser: apt-get install chromium chromium-driver"),
]
WAIT_SECONDS = 60
NOW = datetime.now(UTC)
RECORDS = list(newsroom.records(200, now=NOW))
ROLES = ("beat", "gather", "enrich")


@pytest.fixture(scope="module")
def browser():
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--window-size=1360,1000",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    driver.set_script_timeout(120)
    yield driver
    driver.quit()


@pytest.fixture
def store():
    with valkey() as running_store:
        beat(running_store.client())
        yield running_store


@pytest.fixture
def console(browser):
    """No test may leave an error behind."""
    browser.get_log("browser")
    expected: list[str] = []
    yield expected
    left = [entry for entry in browser.get_log("browser") if entry["level"] in {"SEVERE", "WARNING"}]
    assert [entry["message"] for entry in left if not any(words in entry["message"] for words in expected)] == []
    browser.get("about:blank")


def beat(db):
    for role in ROLES:
        told = {"role": role, "at_ms": int(time.time() * 1000), "version": "0.1.0"}
        db.hset("news:heartbeat", f"{role}@box:1", json.dumps(told))


def until(browser, script, *arguments):
    """Runs `script` in the page until it gives something true, and gives that back."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = browser.execute_script(f"return ({script})", *arguments)
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"never came true: {script}")


@contextmanager
def serving(browser, store, **settings):
    """The page is left before the gateway goes, or its last attempt to connect would be an error on the console."""
    with running(store, **settings) as web:
        try:
            yield web
        finally:
            browser.get("about:blank")


def opened(browser, web, query="", articles=1):
    browser.get(f"http://127.0.0.1:{web.port}/{query}")
    until(browser, f"document.querySelectorAll('.article').length >= {articles}")
    until(browser, "document.querySelector('#status').dataset.state === 'live'")
    until(browser, "document.querySelectorAll('#topics .chip').length > 0")


def shown(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('#articles > li > .article')].map(a => a.dataset.id)"
    )


def keys(browser, text):
    from selenium.webdriver.common.action_chains import ActionChains  # noqa: PLC0415  selenium may be missing

    ActionChains(browser).send_keys(text).perform()


def test_a_topic_is_picked_and_left_again(browser, store, console):
    publish(store.client(), RECORDS)
    with serving(browser, store) as web:
        opened(browser, web)
        chip = until(browser, "document.querySelector('#topics [data-topic=energy]')")
        count = int(chip.text.split()[-1])
        chip.click()
        until(browser, "document.querySelector('#topics [data-topic=energy]').ariaPressed === 'true'")
        until(
            browser,
            "[...document.querySelectorAll('.article .foot')].every(foot => foot.textContent.includes('Energy'))",
        )
        assert "topic=energy" in browser.current_url
        assert "topic=energy" in until(browser, "document.querySelector('#export-csv').href")
        latest = {record.id: record for record in RECORDS}
        assert count == sum("energy" in [topic.id for topic in record.topics] for record in latest.values())
        browser.back()
        until(browser, "document.querySelector('#topics [data-topic=\"\"]').ariaPressed === 'true'")
        until(
            browser,
            "![...document.querySelectorAll('.article .foot')].every(foot => foot.textContent.includes('Energy'))",
        )


def test_why_marks_the_words_that_spoke_for_each_topic(browser, store, console):
    record = next(record for record in RECORDS if record.topics and record.cited_sources)
    publish(store.client(), [record])
    with serving(browser, store) as web:
        opened(browser, web)
        browser.find_element("css selector", ".why-button").click()
        until(browser, "document.querySelectorAll('.why mark').length > 0")
        marked = browser.execute_script(
            "return [...document.querySelectorAll('.why mark')].map(mark => mark.textContent)"
        )
        assert sorted(marked) == sorted(span.text for topic in record.topics for span in topic.evidence)
        text = browser.find_element("css selector", ".why").text
        for topic in record.topics:
            assert topic.name in text
            for evidence in topic.evidence:
                assert evidence.rule in text
        assert record.cited_sources[0].name in text
        assert "several people familiar with the matter" in text
        assert f"why={record.id}" in browser.current_url
        browser.get(browser.current_url)
        until(browser, "document.querySelectorAll('.why mark').length > 0")


def test_the_words_are_marked_where_they_stand_also_after_characters_of_two_units(browser, store, console):
    body = "🌾🌾🌾 The harvest 🌾 is in, and talks resume."
    start = body.index("talks")
    topic = RECORDS[0].model_copy(update={"topics": ()}).model_dump(mode="json", by_alias=True)
    topic |= {
        "body": body, "entities": [], "quotes": [], "cited_sources": [], "id": "art_" + "5" * 24,
        "topics": [{"id": "diplomacy", "name": "Diplomacy", "score": 0.8, "primary": True, "evidence": [
            {"text": "talks", "start": start, "end": start + 5, "rule": "term:talks", "weight": 0.5}]}],
    }  # fmt: skip
    publish(store.client(), [type(RECORDS[0]).model_validate(topic)])
    with serving(browser, store) as web:
        opened(browser, web)
        browser.find_element("css selector", ".why-button").click()
        assert until(browser, "document.querySelector('.why mark')?.textContent") == "talks"
        assert until(browser, "document.querySelector('.why .context')?.textContent") == body


def test_search_narrows_the_list_as_one_types_and_by_keyboard(browser, store, console):
    publish(store.client(), RECORDS)
    with serving(browser, store) as web:
        opened(browser, web)
        keys(browser, "/")
        until(browser, "document.activeElement.id === 'search'")
        keys(browser, "harvest fair")
        until(browser, "location.search.includes('q=harvest')")
        until(
            browser,
            "[...document.querySelectorAll('h3')].every(title => title.textContent.startsWith('Harvest fair'))",
        )
        assert shown(browser)
        keys(browser, "\ue00c")  # Escape
        until(
            browser, "[...document.querySelectorAll('h3')].some(title => !title.textContent.startsWith('Harvest fair'))"
        )
        keys(browser, "jj")
        second = shown(browser)[1]
        assert until(browser, "document.activeElement.dataset.id") == second
        keys(browser, "w")
        until(browser, "document.querySelector('.why h4')")
        keys(browser, "k")
        assert until(browser, "document.activeElement.dataset.id") == shown(browser)[0]


def test_nothing_found_says_so_and_offers_the_way_back(browser, store, console):
    publish(store.client(), RECORDS[:5])
    with serving(browser, store) as web:
        browser.get(f"http://127.0.0.1:{web.port}/?q=zebra")
        until(browser, "document.querySelector('#feed-end').textContent.includes('Nothing fits')")
        browser.find_element("css selector", "#feed-end button").click()
        until(browser, "document.querySelectorAll('.article').length > 0")
        assert "zebra" not in browser.current_url


def test_an_empty_stream_says_that_nothing_came_yet(browser, store, console):
    with serving(browser, store) as web:
        browser.get(f"http://127.0.0.1:{web.port}/")
        until(browser, "document.querySelector('#feed-end').textContent.includes('No articles yet')")
        publish(store.client(), RECORDS[:1])
        until(browser, "document.querySelectorAll('.article').length === 1")
        until(browser, "!document.querySelector('#feed-end').textContent.includes('No articles yet')")
        assert shown(browser) == [RECORDS[0].id]


def test_what_comes_appears_at_the_top_or_waits_while_one_reads(browser, store, console):
    originals = [record for record in RECORDS if not record.duplicate_of and record.version == 1]
    publish(store.client(), originals[:40])
    with serving(browser, store) as web:
        opened(browser, web)
        publish(store.client(), originals[40:41])
        until(browser, "document.querySelector('#articles .article').dataset.id === arguments[0]", originals[40].id)
        browser.execute_script("window.scrollTo(0, 2000)")
        publish(store.client(), originals[41:44])
        until(browser, "document.querySelector('#new-articles').textContent === '3 new articles'")
        assert originals[43].id not in shown(browser)
        browser.find_element("id", "new-articles").click()
        until(browser, "document.querySelector('#articles .article').dataset.id === arguments[0]", originals[43].id)


def test_when_the_service_was_down_is_marked_on_the_chart_and_said_in_words(browser, store, console):
    db, now_ms, hour = store.client(), int(time.time() * 1000), 3_600_000
    publish(db, RECORDS)
    db.zadd("news:up", {str(now_ms - 20 * hour): now_ms - 9 * hour, str(now_ms - 5 * hour): now_ms})
    with serving(browser, store) as web:
        opened(browser, web, "?window=24h")
        (left, width) = until(
            browser,
            "(gap => gap && [gap.x.baseVal.value, gap.width.baseVal.value])(document.querySelector('#volume .gap'))",
        )
        assert 100 < width < 250, "four hours of about a day, of a width of 1000"
        assert 500 < left < 800
        assert "not running" in browser.find_element("css selector", "#volume .legend").text
        assert "not running" in browser.find_element("css selector", "#volume > svg").get_attribute("aria-label")


def test_a_share_is_that_of_some_articles_and_not_of_one(browser, store, console):
    publish(store.client(), RECORDS[:30])
    with serving(browser, store) as web:
        opened(browser, web)
        bars = until(browser, "document.querySelectorAll('#volume tbody tr').length")
        browser.find_element("id", "share").click()
        until(browser, "document.querySelector('#volume .scale')?.textContent.includes('100 %')")
        rows = browser.execute_script(
            "return [...document.querySelectorAll('#volume tbody tr')].map(row => Number(row.cells[1].textContent))"
        )
        assert len(rows) < bars
        assert sum(rows) > 25
        assert "share=1" in browser.current_url


def test_copies_are_folded_into_what_they_copy(browser, store, console):
    copy = next(record for record in RECORDS if record.duplicate_of and record.version == 1)
    original = next(record for record in RECORDS if record.id == copy.duplicate_of)
    publish(store.client(), [original, copy])
    with serving(browser, store) as web:
        opened(browser, web)
        assert shown(browser) == [original.id]
        button = until(browser, "document.querySelector('.copies-button')")
        assert button.text == "1 copy"
        button.click()
        assert copy.source.name in until(browser, "document.querySelector('.copies')?.textContent")


@pytest.mark.parametrize("with_original", [True, False])
def test_a_copy_whose_text_becomes_its_own_is_shown_beside_what_it_copied(browser, store, console, with_original):
    copy = next(record for record in RECORDS if record.duplicate_of and record.version == 1)
    original = next(record for record in RECORDS if record.id == copy.duplicate_of)
    publish(store.client(), [original, copy] if with_original else [copy])
    with serving(browser, store) as web:
        opened(browser, web)
        assert shown(browser) == [original.id if with_original else copy.id]
        own = {"version": 2, "op": "updated", "title": "What we found out", "duplicate_of": None}
        publish(store.client(), [copy.model_copy(update=own)])
        until(browser, "[...document.querySelectorAll('.article h3')].some(h => h.textContent === 'What we found out')")
        assert sorted(shown(browser)) == sorted([copy.id, original.id] if with_original else [copy.id])
        assert not browser.find_elements("css selector", ".copies-button")


def test_a_new_version_takes_the_place_of_the_old_one(browser, store, console):
    publish(store.client(), RECORDS[:1])
    with serving(browser, store) as web:
        opened(browser, web)
        changed = RECORDS[0].model_copy(update={"version": 2, "op": "updated", "title": "Quite another headline"})
        publish(store.client(), [changed])
        until(browser, "document.querySelector('.article h3').textContent === 'Quite another headline'")
        assert shown(browser) == [RECORDS[0].id]


def test_a_lost_connection_comes_back_without_loss_or_repeat(browser, store, console):
    console += [
        "ERR_CONNECTION_REFUSED",
        "ERR_INCOMPLETE_CHUNKED_ENCODING",
        "ERR_CONNECTION_RESET",
        "ERR_EMPTY_RESPONSE",
    ]
    originals = [record for record in RECORDS if not record.duplicate_of and record.version == 1][:60]
    publish(store.client(), originals[:20])
    port = free_port()
    with running(store, port=port) as web:
        opened(browser, web, articles=20)
        publish(store.client(), originals[20:25])
        until(browser, "document.querySelectorAll('.article').length === 25")
    until(browser, "document.querySelector('#status').dataset.state === 'lost'")
    assert "Connection lost" in browser.find_element("id", "status").text
    publish(store.client(), originals[25:40])
    with serving(browser, store, port=port):
        until(browser, "document.querySelector('#status').dataset.state === 'live'")
        publish(store.client(), originals[40:50])
        until(browser, "document.querySelectorAll('.article').length >= 50")
        assert shown(browser) == [record.id for record in reversed(originals[:50])]


def test_hostile_text_stays_text(browser, store, console):
    markup = "<img src=x onerror='window.hit=1'><script>window.hit=2</script>"
    hostile = RECORDS[0].model_copy(
        update={
            "title": f"{markup} headline",
            "summary": markup,
            "url": "javascript:window.hit=3",
            "source": RECORDS[0].source.model_copy(update={"name": markup, "labels": (markup,)}),
            "topics": tuple(topic.model_copy(update={"name": markup}) for topic in RECORDS[0].topics),
            "entities": tuple(entity.model_copy(update={"name": markup}) for entity in RECORDS[0].entities),
        }
    )
    publish(store.client(), [hostile])
    with serving(browser, store) as web:
        opened(browser, web)
        browser.find_element("css selector", ".why-button").click()
        until(browser, "document.querySelector('.why h4')")
        until(browser, "document.querySelector('#people button')")
        assert browser.execute_script("return window.hit") is None
        assert browser.find_element("css selector", ".article h3").text.startswith("<img")
        assert (
            browser.execute_script(
                "return document.querySelectorAll('.article img, .article script, .article h3 a').length"
            )
            == 0
        )


def test_on_a_phone_nothing_is_wider_than_the_screen(browser, store, console):
    publish(store.client(), RECORDS)
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    with serving(browser, store) as web:
        opened(browser, web)
        until(browser, "document.querySelector('#volume svg')")
        browser.find_element("css selector", ".why-button").click()
        until(browser, "document.querySelector('.why h4')")
        width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 360


def test_what_is_wrong_is_said_in_words(browser, store, console):
    publish(store.client(), RECORDS[:3])
    told = {"role": "enrich", "at_ms": int((time.time() - 90) * 1000), "version": "0.1.0"}
    store.client().hset("news:heartbeat", "enrich@box:1", json.dumps(told))
    with serving(browser, store) as web:
        browser.get(f"http://127.0.0.1:{web.port}/")
        until(browser, "document.querySelector('#alert').textContent.includes('enrich: silent for 1 min')")
        assert "since" in browser.find_element("id", "alert").text


def test_a_store_that_is_away_is_said_where_the_page_was_and_where_it_is_opened(browser, store, console):
    console.append("/v1/stats/consumers")
    publish(store.client(), RECORDS)
    said = "document.querySelector('#alert').textContent.includes('the store cannot be reached')"
    with serving(browser, store) as web:
        opened(browser, web)
        store.stop()
        until(browser, said)
        until(browser, "document.querySelector('#status').dataset.state === 'stale'")
        browser.get(f"http://127.0.0.1:{web.port}/")
        until(browser, said)
        assert shown(browser)
        until(browser, "document.querySelector('#health').textContent.includes('not known while the store is away')")
        store.start()
        beat(store.client())
        until(browser, "document.querySelector('#status').dataset.state === 'live'")
        until(browser, "document.querySelector('#alert').hidden")


def test_a_token_is_asked_for_and_kept_out_of_reach(browser, store, console):
    console += ["401"]
    publish(store.client(), RECORDS[:3])
    with serving(browser, store, web_token="s3cret-token") as web:
        browser.get(f"http://127.0.0.1:{web.port}/")
        until(browser, "document.querySelector('#sign-in').open")
        token = browser.find_element("id", "token")
        token.send_keys("wrong\n")
        until(browser, "document.querySelector('#sign-in-problem').textContent")
        token.clear()
        token.send_keys("s3cret-token\n")
        until(browser, "document.querySelectorAll('.article').length > 0")
        until(browser, "document.querySelector('#status').dataset.state === 'live'")
        assert browser.execute_script("return document.cookie") == ""
        browser.delete_all_cookies()


@pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not installed: npm install --no-package-lock in tests/browser"
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_complain_about(browser, store, console, scheme):
    publish(store.client(), RECORDS)
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    with serving(browser, store) as web:
        opened(browser, web, "?window=24h")
        until(browser, "document.querySelector('#health dl')")
        browser.find_element("css selector", ".why-button").click()
        until(browser, "document.querySelector('.why h4')")
        time.sleep(0.3)
        browser.execute_script(AXE.read_text())
        result = browser.execute_async_script(
            "axe.run().then(arguments[0], problem => arguments[0]({error: String(problem)}))"
        )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert "error" not in result, result
    found = [
        (rule["id"], node["html"], node["failureSummary"]) for rule in result["violations"] for node in rule["nodes"]
    ]
    assert found == []


def test_ten_thousand_records_are_quick_to_see_and_to_filter(browser, store, console):
    db = store.client()
    many = db.pipeline(transaction=False)
    for record in newsroom.records(10_000, now=NOW):
        many.xadd("news:articles", newsroom.stream_fields(record))
    many.execute()
    with serving(browser, store) as web:
        web.wait_for(9_900)
        browser.get(f"http://127.0.0.1:{web.port}/")
        until(browser, "document.querySelectorAll('.article').length > 0")
        paint = until(browser, "performance.getEntriesByName('first-contentful-paint')[0]?.startTime")
        until(browser, "document.querySelector('#topics [data-topic=energy]')")
        spent_ms = browser.execute_async_script("""
            const done = arguments[0], began = performance.now();
            const list = document.querySelector('#articles');
            new MutationObserver(() => {
              const rows = [...list.querySelectorAll('.foot')];
              if (rows.length && rows.every(row => row.textContent.includes('Energy'))) done(performance.now() - began);
            }).observe(list, {childList: true});
            document.querySelector('#topics [data-topic=energy]').click();
        """)
        print(f"first paint after {paint:.0f} ms, a filter after {spent_ms:.0f} ms")
        # 200 and 100 ms on a machine of its own; many times that where others work beside it
        assert paint < 10_000
        assert spent_ms < 5_000


def heap_mib(browser):
    """What the page holds after its garbage was collected."""
    browser.execute_cdp_cmd("HeapProfiler.collectGarbage", {})
    browser.execute_cdp_cmd("Performance.enable", {})
    metrics = {row["name"]: row["value"] for row in browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    return metrics["JSHeapUsedSize"] / (1 << 20), metrics["Nodes"]


def test_the_page_stays_small_while_an_hour_of_articles_comes_at_once(browser, store, console):
    """6,000 records, a hundred a minute: what the page holds after the first quarter is what it goes on holding."""
    flood = list(newsroom.records(6_000, now=NOW, seed=11))
    publish(store.client(), RECORDS[:50])
    db = store.client()

    def pour(records):
        for start in range(0, len(records), 100):
            many = db.pipeline(transaction=False)
            for record in records[start : start + 100]:
                many.xadd("news:articles", newsroom.stream_fields(record))
            many.execute()
            time.sleep(0.05)

    def all_shown(web, count):
        web.wait_for(count)
        newest = web.ask("/v1/articles?view=card&limit=1&no_copies=1").json()["articles"][0]["id"]
        until(browser, "!!document.querySelector(`.article[data-id=${arguments[0]}]`)", newest)

    with serving(browser, store) as web:
        opened(browser, web)
        pour(flood[:1500])
        all_shown(web, 1400)
        early_mib, early_nodes = heap_mib(browser)
        pour(flood[1500:])
        all_shown(web, 5500)
        late_mib, late_nodes = min(heap_mib(browser) for _ in range(3))
        rows = browser.execute_script("return document.querySelectorAll('#articles > li').length")
        assert rows <= 600
        assert late_mib < early_mib + 4, (early_mib, late_mib)
        assert late_nodes < early_nodes * 1.5, (early_nodes, late_nodes)
        print(f"heap {early_mib:.1f} → {late_mib:.1f} MiB, nodes {early_nodes:.0f} → {late_nodes:.0f}, {rows} rows")
