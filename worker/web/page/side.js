// Rankings, and how the service is: in words, with colour beside them.

import { count, el, many, span, timeElement } from "./build.js";

/** `rows`: {name, value, articles, before, sub?}; picking one filters by it. */
export function ranking(place, rows, { picked, pick, compared, kind = "", none = "Nothing yet." }) {
  if (!rows.length) {
    place.replaceChildren(el("p", { class: "muted" }, none));
    return;
  }
  const most = Math.max(...rows.map((row) => row.articles));
  // drawn anew every few seconds: who stands on a button goes on standing there
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.value : undefined;
  place.replaceChildren(
    el(
      "ul",
      { class: `ranking ${kind}` },
      rows.map((row) => {
        const bar = el("span", { class: "bar", "aria-hidden": "true" });
        bar.style.width = `${(row.articles / most) * 100}%`;
        return el(
          "li",
          {},
          el("button", { type: "button", "data-value": row.value, "aria-pressed": String(picked === row.value), title: row.name, click: () => pick(row.value) }, bar, row.name),
          el("span", { class: "number" }, `${count(row.articles)}${change(row, compared)}`),
          row.sub && el("span", { class: "stories-sub" }, row.sub),
        );
      }),
    ),
  );
  if (focused !== undefined) [...place.querySelectorAll("button")].find((button) => button.dataset.value === focused)?.focus();
}

function change(row, compared) {
  if (!compared) return "";
  const more = row.articles - row.before;
  if (row.before === 0) return " new";
  return more === 0 ? " ＝" : more > 0 ? ` ▲${count(more)}` : ` ▼${count(-more)}`;
}

const LEVEL_WORDS = { good: "works", amber: "in doubt", red: "fails", off: "off" };

export function health(place, feedPlace, { queues, feeds, consumers }) {
  const failing = feeds.filter((feed) => feed.level === "red");
  const working = feeds.filter((feed) => feed.level === "good").length;
  const doubtful = feeds.filter((feed) => feed.level === "amber");
  const rows = [
    ["Service", serviceWords(queues.troubles)],
    ["Feeds", `${working} of ${feeds.length} work${failing.length ? `, ${failing.length} fail` : ""}${doubtful.length ? `, ${doubtful.length} in doubt` : ""}`],
    ["Waiting", queues.queues.map((queue) => `${queue.stage} ${count(queue.stage === "poll" ? queue.due : queue.waiting)}`).join(" · ")],
    ["Delay", delayWords(queues.lag_ms)],
    ["Given up", many(queues.dead_letters, "entry", "entries")],
    ["Readers", readersWords(consumers)],
  ];
  place.replaceChildren(
    el(
      "div",
      { class: "health" },
      el("dl", {}, rows.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
      feedTable([...failing, ...doubtful]),
    ),
  );
  feedPlace.replaceChildren(el("div", { class: "health" }, feedTable(feeds)));
}

function serviceWords(troubles) {
  const red = troubles.filter((trouble) => trouble.level === "red");
  if (red.length) return el("span", { class: "level red" }, red.map((trouble) => trouble.text).join("; "));
  return el("span", { class: "level good" }, "records come through");
}

function delayWords({ p50, p95, articles }) {
  if (!articles) return "no article in the last hour";
  return `half within ${span(p50)}, 95 % within ${span(p95)} of publication`;
}

function readersWords(consumers) {
  if (!consumers) return "not known while the store is away";
  return consumers.length ? consumers.map(readerWords).join("; ") : "no consumer groups";
}

function readerWords(reader) {
  const stream = reader.stream.replace(/^[^:]*:/, "");
  const behind = reader.behind === null ? "" : `, ${count(reader.behind)} behind`;
  return `${reader.group} (${stream})${behind}, ${count(reader.pending)} pending${reader.lost ? `, ${count(reader.lost)} lost` : ""}`;
}

function feedTable(feeds) {
  if (!feeds.length) return null;
  return el(
    "table",
    {},
    el("caption", { class: "unseen" }, "Feeds"),
    el("thead", {}, el("tr", {}, ["Feed", "State", "Last new"].map((name) => el("th", { scope: "col" }, name)))),
    el(
      "tbody",
      {},
      feeds.map((feed) =>
        el(
          "tr",
          {},
          el("th", { scope: "row" }, feed.title),
          el("td", {}, el("span", { class: `level ${feed.level}` }, LEVEL_WORDS[feed.level]), feed.level === "good" ? "" : `: ${feed.words}`),
          el("td", {}, feed.last_new ? timeElement(feed.last_new) : "never"),
        ),
      ),
    ),
  );
}
