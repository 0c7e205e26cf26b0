// The page: what is looked at (view) decides what is asked of the gateway, and answers go to list, chart and panels.

import { Stream, SignInNeeded, ask, signIn } from "./gateway.js";
import { View } from "./view.js";
import { Feed } from "./feed.js";
import { draw } from "./chart.js";
import { health, ranking } from "./side.js";
import { activeChips, languageName, options, topicChips } from "./choose.js";
import { listenToKeys } from "./keys.js";
import { clockTime, el, many, span } from "./build.js";

const PAGE_SIZE = 60;
const REFRESH_MS = 10_000;
const TYPING_MS = 250;
const QUIET_MS = 40 * 60_000;
const SAY_EVERY_MS = 10_000;
const MOST_NAMES = 5000;
// a browser opens six connections to a host, for all tabs together: one that nobody looks at gives its own back
const HIDDEN_PATIENCE_MS = 60_000;
const LONG_AWAY_MS = 10 * 60_000;

const $ = (id) => document.getElementById(id);
const view = new View();
const COLOURS = 6;
const colours = new Map();
// the same topic has the same colour on every visit, as long as there are enough of them
const paint = (topic) => {
  if (!colours.has(topic)) {
    let colour = [...topic].reduce((sum, letter) => (sum * 5 + letter.codePointAt(0)) % 8191, 174) % COLOURS;
    const taken = new Set(colours.values());
    while (taken.size < COLOURS && taken.has(colour)) colour = (colour + 1) % COLOURS;
    colours.set(topic, colour);
  }
  return `t${colours.get(topic)}`;
};
const pick = (name, value) => view.toggle(name, value);

let connection = "loading"; // live, lost
let lostSince = null;
let newestMs = 0; // when the newest article came, by the server's clock
let clockOffsetMs = 0; // server's clock minus ours
let troubles = [];
let loading = null;
let cursor = null;
let panelsDue = 0;
let unsaid = 0;
const kept = { langs: new Set(), sources: new Map(), names: new Map() };

const feed = new Feed($("articles"), $("new-articles"), { paint, pick, onWhy: (id) => view.setWhy(id), onCount: showEnd });
const stream = new Stream({
  onArticle(card) {
    seen(card);
    feed.arrived(card);
    unsaid += 1;
    showTitle();
  },
  // away for longer than the stream reaches back: what is listed has a hole
  onGap: () => load(),
  onState(state) {
    if (state === "lost" && connection !== "lost") lostSince = new Date();
    connection = state;
    showStatus();
  },
});

async function load() {
  loading?.abort();
  const mine = (loading = new AbortController());
  stream.stop();
  showFilters();
  try {
    const answer = await ask("/v1/articles", view.query({ view: "card", limit: PAGE_SIZE }), mine.signal);
    if (mine.signal.aborted) return;
    answer.articles.forEach(seen);
    cursor = answer.next;
    feed.reset(answer.articles);
    if (view.why) feed.openWhy(view.why);
    stream.follow(view.query(), answer.last);
    await refresh();
  } catch (problem) {
    if (!mine.signal.aborted) failed(problem, load);
  }
}

async function loadOlder() {
  const answer = await ask("/v1/articles", view.query({ view: "card", limit: PAGE_SIZE, cursor }));
  cursor = answer.next;
  feed.older(answer.articles);
}

function failed(problem, again) {
  if (problem instanceof SignInNeeded) {
    if (!$("sign-in").open) $("sign-in").showModal();
    return;
  }
  connection = "lost";
  lostSince ??= new Date();
  showStatus();
  setTimeout(again, 3000);
}

function seen(card) {
  newestMs = Math.max(newestMs, Number(card.entry.split("-")[0]));
  if (kept.names.size > MOST_NAMES) kept.names.clear();
  for (const entity of card.entities) kept.names.set(entity.key, entity.name);
}

// panels

async function refresh() {
  clearTimeout(panelsDue);
  panelsDue = setTimeout(refresh, REFRESH_MS);
  if (document.hidden) return;
  const without = (name) => {
    const query = view.query();
    query.delete(name);
    return query;
  };
  const top = (query, more) => {
    for (const [name, value] of Object.entries({ limit: 8, ...more })) query.set(name, value);
    return query;
  };
  try {
    const [topics, volume, people, places, reporters, publishers, stories, queues, feeds, consumers] = await Promise.all([
      ask("/v1/stats/topics", without("topic")),
      ask("/v1/stats/volume", without("topic")),
      ask("/v1/stats/entities", top(view.query(), { type: "person" })),
      ask("/v1/stats/entities", top(view.query(), { type: "place" })),
      ask("/v1/stats/sources", top(view.query(), { role: "reported_by" })),
      ask("/v1/stats/sources", top(without("source"), { limit: 200 })),
      ask("/v1/stats/clusters", top(view.query(), { limit: 6 })),
      ask("/v1/stats/queues"),
      ask("/v1/stats/feeds"),
      ask("/v1/stats/consumers").catch(() => ({ consumers: null })), // the only one asked of the store itself: the others say that it is away
    ]);
    clockOffsetMs = Date.parse(queues.at) - Date.now();
    troubles = queues.troubles;
    if (queues.stream.last_record) newestMs = Math.max(newestMs, Date.parse(queues.stream.last_record));
    topicChips($("topics"), topics, { chosen: view.filters.topic ?? "", paint, choose: (id) => view.set("topic", id) });
    for (const { lang } of topics.langs) kept.langs.add(lang);
    options($("lang"), [...kept.langs].sort().map((lang) => [lang, languageName(lang)]), view.filters.lang);
    showVolume(volume);
    showRankings({ people: people.entities, places: places.entities, reporters: reporters.sources, publishers: publishers.sources, stories: stories.clusters, compared: people.compared });
    health($("health"), $("feeds"), { queues, feeds: feeds.feeds, consumers: consumers.consumers });
    showStatus();
    showEnd(queues, feeds.feeds);
  } catch (problem) {
    if (problem instanceof SignInNeeded) failed(problem, refresh);
  }
}

let lastVolume = null;
function showVolume(series = lastVolume) {
  lastVolume = series;
  if (!series) return;
  if (series.all.every((articles) => articles === 0)) $("volume").replaceChildren(el("p", { class: "empty" }, "No articles in this time."));
  else draw($("volume"), series, { share: view.share, chosen: view.filters.topic, paint, onSpan: (picked) => view.setSpan(picked) });
}

function showRankings({ people, places, reporters, publishers, stories, compared }) {
  const entity = (row) => ({ ...row, value: row.key });
  for (const row of [...people, ...places]) kept.names.set(row.key, row.name);
  const picked = view.filters;
  ranking($("people"), people.map(entity), { picked: picked.entity, pick: (key) => pick("entity", key), compared });
  ranking($("places"), places.map(entity), { picked: picked.entity, pick: (key) => pick("entity", key), compared });
  ranking($("reporters"), reporters.map((row) => ({ ...row, value: row.name })), { picked: picked.reported_by, pick: (name) => pick("reported_by", name), compared });
  const sources = publishers.map((row) => ({ ...row, value: row.id }));
  ranking($("publishers"), sources.slice(0, 8), { picked: picked.source, pick: (id) => pick("source", id), compared });
  for (const { value, name } of sources) kept.sources.set(value, name);
  options($("source"), [...kept.sources].sort((a, b) => a[1].localeCompare(b[1])), view.filters.source);
  const told = stories.map((story) => ({ name: story.title, value: story.cluster, articles: story.articles, sub: `${many(story.sources.length, "outlet", "outlets")}, last ${span(Date.now() + clockOffsetMs - Date.parse(story.last_at))} ago` }));
  ranking($("stories"), told, { picked: picked.cluster, pick: (cluster) => pick("cluster", cluster), kind: "stories", none: "No story was told twice yet." });
}

// words

function showStatus() {
  const now = Date.now() + clockOffsetMs;
  const red = troubles.filter((trouble) => trouble.level === "red");
  const silent = newestMs ? now - newestMs : 0;
  let words = "Loading";
  let state = connection;
  if (connection === "lost") words = `Connection lost at ${clockTime(lostSince)}; trying again`;
  else if (connection === "live" && !newestMs) words = "Live, no article yet";
  else if (connection === "live") words = silent > QUIET_MS ? `Live; no article for ${span(silent)}` : `Live · newest ${span(silent)} ago`;
  if (connection === "live" && (red.length || silent > QUIET_MS)) state = "stale";
  if (connection === "live") lostSince = null;
  $("status").dataset.state = state;
  if ($("status-text").textContent !== words) $("status-text").textContent = words;
  const text = red.map((trouble) => trouble.text + (trouble.since ? ` (since ${clockTime(new Date(trouble.since))})` : "")).join("; ");
  $("alert").hidden = !text;
  const alert = text && `New articles do not come through: ${text}.`;
  if ($("alert").textContent !== alert) $("alert").textContent = alert;
}

let lastKnown = [null, []];
function showEnd(queues = lastKnown[0], feeds = lastKnown[1]) {
  lastKnown = [queues, feeds];
  $("feed-count").textContent = feed.size ? `${many(feed.size, "article", "articles")} shown${view.isFiltered ? ", filtered" : ""}` : "";
  const end = $("feed-end");
  if (feed.size === 0) {
    const words = emptyWords(queues, feeds);
    if (end.textContent !== words.textContent) end.replaceChildren(words);
  }
  else if (feed.full) end.replaceChildren("Older articles: narrow the filters.");
  else if (cursor) {
    if (!end.querySelector("#older")) end.replaceChildren(el("button", { type: "button", id: "older", class: "quiet", click: () => loadOlder().catch((problem) => failed(problem, loadOlder)) }, "Show older"));
  } else end.replaceChildren("That is all there is.");
}

function emptyWords(queues, feeds) {
  if (view.isFiltered) {
    return el("div", { class: "empty" }, el("strong", {}, "Nothing fits these filters."), el("button", { type: "button", class: "quiet", click: () => view.clear() }, "Clear them"));
  }
  const polled = feeds.filter((one) => one.last_success).length;
  const waiting = queues ? queues.queues.filter((queue) => queue.stage !== "poll").reduce((sum, queue) => sum + queue.waiting, 0) : 0;
  const words = queues?.queues.length ? `${polled} of ${feeds.length} feeds polled, ${many(waiting, "article waits", "articles wait")} to be read.` : "";
  return el("div", { class: "empty" }, el("strong", {}, "No articles yet."), words);
}

function showFilters() {
  const { filters } = view;
  if (document.activeElement !== $("search")) $("search").value = filters.q ?? "";
  $("window").value = view.window;
  $("share").checked = view.share;
  $("source").value = filters.source ?? "";
  $("lang").value = filters.lang ?? "";
  showExports();
  for (const chip of $("topics").children) chip.setAttribute("aria-pressed", String((filters.topic ?? "") === chip.dataset.topic));
  activeChips($("active"), view, (key) => kept.names.get(key));
}

function showExports() {
  const forms = { "export-json": { limit: 500 }, "export-csv": { form: "csv", limit: 500 } };
  for (const [id, more] of Object.entries(forms)) $(id).href = `/v1/articles?${view.query(more)}`;
  $("export-feed").href = `/v1/feed.json?${view.query()}`;
}

function showTitle() {
  document.title = `${feed.waiting ? `(${feed.waiting}) ` : ""}Wirebeat – live news`;
}

// hands

let typing = 0;
$("search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => view.set("q", $("search").value.trim(), { replace: true }), TYPING_MS);
});
$("search-form").addEventListener("submit", (event) => event.preventDefault());
$("window").addEventListener("change", (event) => view.setWindow(event.target.value));
$("source").addEventListener("change", (event) => view.set("source", event.target.value));
$("lang").addEventListener("change", (event) => view.set("lang", event.target.value));
$("share").addEventListener("change", (event) => {
  view.setShare(event.target.checked);
  showVolume();
});
$("keys-button").addEventListener("click", () => $("keys").showModal());
$("sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await signIn($("token").value)) {
    $("sign-in").close();
    load();
  } else $("sign-in-problem").textContent = "This is not the token.";
});

listenToKeys(view);

view.onChange(load);
addEventListener("scroll", () => showTitle(), { passive: true });
let hiddenSince = 0;
let hiding = 0;
document.addEventListener("visibilitychange", () => {
  clearTimeout(hiding);
  if (document.hidden) {
    hiddenSince = Date.now();
    hiding = setTimeout(() => stream.stop(), HIDDEN_PATIENCE_MS);
  } else if (Date.now() - hiddenSince > LONG_AWAY_MS) load();
  else {
    stream.resume();
    refresh();
  }
});
let today = new Date().toDateString();
setInterval(() => {
  showStatus();
  const day = new Date().toDateString();
  if (day !== today) load(); // times without a date are those of today
  today = day;
}, 1000);
setInterval(() => {
  if (unsaid && !document.hidden) $("said").textContent = many(unsaid, "new article", "new articles");
  unsaid = 0;
}, SAY_EVERY_MS);
$("read-along").textContent = `curl -N ${location.origin}/v1/stream`;
load();
