// Why an article has its topics, who reported it, and how the record came to be: from the full record.

import { ask } from "./gateway.js";
import { el, safeUrl, score, timeElement } from "./build.js";

const CONTEXT = 90; // characters on either side of what is marked
const MOST_SNIPPETS = 6;
const MOST_NAMES = 12;

const ROLES = { "reported-by": "its reporting is passed on", said: "spoke", cited: "is named", data: "gave figures" };
const KINDS = { person: "People", place: "Places", org: "Organisations", event: "Events", other: "Other" };

/** `paint(topic id)`: the class that colours it; `pick(name, value)`: sets a filter. */
export async function explained(card, { paint, pick }) {
  const record = await ask(`/v1/articles/${encodeURIComponent(card.id)}`, new URLSearchParams({ version: card.version }));
  return el(
    "div",
    {},
    record.topics.map((topic) => topicPart(topic, record, paint)),
    record.topics.length === 0 && el("p", { class: "muted" }, untaggedWords(record)),
    sourcesPart(record),
    quotesPart(record),
    namesPart(record, pick),
    makingPart(record),
  );
}

function untaggedWords(record) {
  if (record.untagged === "language") return `No topic: there are no topic rules for the language ${record.lang}.`;
  const near = Object.entries(record.topic_scores ?? {}).sort((a, b) => b[1] - a[1])[0];
  return near && near[1] >= 0.01
    ? `No topic reached its threshold; the nearest was ${near[0]} with ${score(near[1])}.`
    : "No topic: no rule found anything.";
}

function topicPart(topic, record, paint) {
  const bar = el("span", {});
  bar.style.width = `${topic.score * 100}%`;
  const found = snippets(topic.evidence ?? [], record);
  return el(
    "section",
    { class: paint(topic.id) },
    el("h4", {}, el("span", { class: "swatch", "aria-hidden": "true" }), inked(`${topic.name} ${score(topic.score)}`), el("span", { class: "meter", "aria-hidden": "true" }, bar)),
    el("ul", {}, found.slice(0, MOST_SNIPPETS).map(snippetItem)),
    found.length > MOST_SNIPPETS && inked(`and ${found.length - MOST_SNIPPETS} more in the record`, "muted"),
    found.length === 0 && inked("The record names no words for it.", "muted"),
  );
}

// the section's colour is for swatch and bar, not for text
function inked(text, kind = "ink") {
  const span = el("span", { class: kind }, text);
  span.style.color = kind === "muted" ? "var(--muted)" : "var(--ink)";
  return span;
}

/** Evidence → pieces of text with what to mark in them; neighbours share a piece. Offsets count code points. */
function snippets(evidence, record) {
  const texts = { title: Array.from(record.title), body: Array.from(record.body ?? "") };
  const found = [];
  const ordered = evidence.map((item) => ({ ...item, where: item.zone === "title" ? "title" : "body" }));
  ordered.sort((a, b) => (a.where === b.where ? a.start - b.start : a.where === "title" ? -1 : 1));
  for (const item of ordered) {
    const text = texts[item.where];
    if (text.slice(item.start, item.end).join("") !== item.text) {
      found.push({ where: "", from: 0, to: 0, text: null, marks: [item] });
      continue;
    }
    const [from, to] = surroundings(text, item.start, item.end);
    const before = found.at(-1);
    if (before && before.where === item.where && from <= before.to) {
      before.to = Math.max(before.to, to);
      before.marks.push(item);
    } else found.push({ where: item.where, from, to, text, marks: [item] });
  }
  const weight = (snippet) => Math.max(...snippet.marks.map((mark) => mark.weight));
  return found.sort((a, b) => weight(b) - weight(a));
}

/** Up to CONTEXT characters more on both sides, within the paragraph, from word to word. */
function surroundings(text, start, end) {
  let from = start;
  while (from > 0 && start - from < CONTEXT && text[from - 1] !== "\n") from -= 1;
  if (start - from === CONTEXT) while (from < start && text[from] !== " ") from += 1;
  let to = end;
  while (to < text.length && to - end < CONTEXT && text[to] !== "\n") to += 1;
  if (to - end === CONTEXT) while (to > end && text[to - 1] !== " ") to -= 1;
  return [from, to];
}

function snippetItem({ where, from, to, text, marks }) {
  const rules = [...new Set(marks.map((mark) => `${mark.rule} ${mark.weight >= 0 ? "+" : "−"}${Math.abs(mark.weight).toFixed(2)}`))];
  const rule = el("span", { class: "rule" }, where === "title" ? "title · " : "", rules.join(" · "));
  if (text === null) return el("li", {}, inked(marks[0].text), rule);
  const parts = [];
  let place = from;
  for (const mark of marks) {
    if (mark.end <= place) continue;
    const begin = Math.max(mark.start, place);
    parts.push(text.slice(place, begin).join(""), el("mark", {}, text.slice(begin, mark.end).join("")));
    place = mark.end;
  }
  parts.push(text.slice(place, to).join(""));
  const cutBefore = from > 0 && text[from - 1] !== "\n";
  const cutAfter = to < text.length && text[to] !== "\n";
  const context = el("span", { class: "context" }, cutBefore ? "… " : "", parts, cutAfter ? " …" : "");
  context.style.color = "var(--ink)";
  return el("li", {}, context, rule);
}

function sourcesPart(record) {
  if (!record.cited_sources.length && !record.syndicated_from) return null;
  const copied = record.syndicated_from;
  return el(
    "section",
    {},
    el("h4", {}, "Who says so"),
    el(
      "ul",
      {},
      copied && el("li", {}, `The text is that of ${copied.name}`, el("span", { class: "rule" }, copied.evidence.replace(/_/g, " "))),
      record.cited_sources.map((cited) =>
        el(
          "li",
          {},
          el("strong", {}, cited.name),
          ` – ${ROLES[cited.role] ?? cited.role}${cited.primary ? ", and the main claim rests on it" : ""}`,
          cited.underlying?.length > 0 && el("span", { class: "rule" }, `which cites ${cited.underlying.map((source) => source.label).join("; ")}`),
        ),
      ),
    ),
  );
}

function quotesPart(record) {
  const quotes = (record.quotes ?? []).filter((quote) => quote.text.length > 3).slice(0, 4);
  if (!quotes.length) return null;
  return el(
    "section",
    {},
    el("h4", {}, "Quoted"),
    el(
      "ul",
      {},
      quotes.map((quote) => el("li", {}, el("q", {}, `“${quote.text}”`), ` – ${quote.speaker ?? "nobody named"}${quote.via ? `, via ${quote.via}` : ""}`)),
    ),
  );
}

function namesPart(record, pick) {
  const kinds = Object.keys(KINDS).filter((kind) => record.entities.some((entity) => entity.type === kind));
  const groups = kinds.map((kind) =>
    el(
      "section",
      {},
      el("h4", {}, KINDS[kind]),
      el(
        "div",
        { class: "names" },
        record.entities
          .filter((entity) => entity.type === kind)
          .slice(0, MOST_NAMES)
          .map((entity) => el("button", { type: "button", class: "chip", click: () => pick("entity", entity.key) }, entity.name, el("span", { class: "number" }, `×${entity.count}`))),
      ),
    ),
  );
  return el("div", { class: "groups" }, groups);
}

function makingPart(record) {
  const { provenance } = record;
  const json = `/v1/articles/${encodeURIComponent(record.id)}`;
  const page = provenance.http && safeUrl(provenance.http.final_url);
  return el(
    "section",
    {},
    el("h4", {}, "How it came here"),
    el(
      "p",
      { class: "muted" },
      `Feed ${provenance.feed.title ?? provenance.feed.id}, version ${record.version}, read `,
      timeElement(provenance.processed_at),
      ` by ${provenance.extractor.name} ${provenance.extractor.version}; body: ${record.body_status.replace(/_/g, " ")}, ${record.words} words. `,
      provenance.warnings?.map((warning) => `${warning.detail}. `),
      page && page !== record.url && ["Fetched from ", el("a", { href: page, rel: "noopener noreferrer", target: "_blank" }, new URL(page).host), ". "],
      el("a", { href: json }, "Record as JSON"),
      " · ",
      el("a", { href: `${json}?format=ninjs` }, "ninjs"),
      " · ",
      el("a", { href: `${json}?format=jsonld` }, "schema.org"),
    ),
  );
}
