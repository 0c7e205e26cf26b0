// Articles over time: bars for all of them, a line for each topic; or topics as a share of all. Plain SVG.

import { clockTime, count, dayName, el, svg } from "./build.js";

const WIDTH = 1000;
const HEIGHT = 160;
const MOST_LINES = 6;
const DASHES = ["", "7 3", "2 3", "10 3 2 3", "4 2", "1 2"];
const DAY = 86_400_000;
const SHARE_OF = 6; // a share of fewer articles jumps from none to all and says nothing

/** `series` is /v1/stats/volume; `chosen`: a topic to stand out; `onSpan([from, to])` is told what a click or drag picked. */
export function draw(place, all, { share, chosen, paint, onSpan }) {
  const series = share ? merged(all) : all;
  const columns = series.times.length;
  const step = WIDTH / columns;
  const lines = Object.entries(series.topics).slice(0, MOST_LINES);
  if (series.topics[chosen] && !lines.some(([topic]) => topic === chosen)) lines.splice(-1, 1, [chosen, series.topics[chosen]]);
  const top = share ? 1 : Math.max(1, ...series.all);
  const y = (value) => HEIGHT - (value / top) * HEIGHT;
  const valueOf = (counts, column) => (share ? (series.all[column] ? counts[column] / series.all[column] : 0) : counts[column]);

  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": summary(series, share) });
  picture.append(hatch(), ...gaps(series));
  if (!share) {
    series.all.forEach((articles, column) => {
      if (articles) picture.append(svg("rect", { class: series.unfinished && column === columns - 1 ? "all unfinished" : "all", x: column * step + step * 0.08, width: step * 0.84, y: y(articles), height: HEIGHT - y(articles) }));
    });
  }
  picture.append(svg("line", { class: "axis", x1: 0, x2: WIDTH, y1: HEIGHT, y2: HEIGHT }));
  lines.forEach(([topic, counts], place) => {
    const strength = chosen === topic ? " chosen" : series.topics[chosen] ? " faint" : "";
    // where nothing was published there is no share of it: the line breaks off
    const last = series.unfinished && !share && columns > 2 ? columns - 1 : columns; // a bar half full is no fall
    const known = (column) => column >= 0 && column < last && (!share || series.all[column] > 0);
    const shape = counts.map((_, column) => known(column) && stroke(column * step, step, y(valueOf(counts, column)), known(column - 1), known(column + 1)));
    picture.append(svg("path", { class: `line ${paint(topic)}${strength}`, d: shape.filter(Boolean).join(""), "stroke-dasharray": DASHES[place] || null }));
  });
  const picked = svg("rect", { class: "hover", y: 0, height: HEIGHT, width: 0 });
  picture.append(picked);
  const tip = el("div", { class: "tip", hidden: true });
  watch(picture, { picked, tip, series, lines, step, share, valueOf, onSpan });
  place.replaceChildren(scale(top, share), picture, tip, axis(series), legend(series, lines, paint, top, share), el("div", { class: "unseen" }, table(series, lines)));
}

/** Neighbouring columns put together until one holds some articles, on the average. */
function merged(series) {
  const articles = series.all.reduce((sum, count) => sum + count, 0);
  const several = Math.min(Math.ceil((SHARE_OF * series.times.length) / Math.max(1, articles)), Math.ceil(series.times.length / 3));
  if (several < 2) return series;
  const spare = series.times.length % several; // so that the last column is a whole one
  const joined = (counts) => {
    const sums = [];
    counts.forEach((count, place) => {
      const column = Math.max(0, Math.floor((place - spare) / several) + (spare ? 1 : 0));
      sums[place < spare ? 0 : column] = (sums[place < spare ? 0 : column] ?? 0) + count;
    });
    return sums;
  };
  const times = series.times.filter((_, place) => (place < spare ? place === 0 : (place - spare) % several === 0));
  const topics = Object.fromEntries(Object.entries(series.topics).map(([topic, counts]) => [topic, joined(counts)]));
  return { ...series, times, all: joined(series.all), topics, bucket_ms: series.bucket_ms * several };
}

const end = (series) => series.times.at(-1) + series.bucket_ms;

/** When the service was down: what was published then may be missing. */
function gaps(series) {
  const scale = WIDTH / (end(series) - series.times[0]);
  return series.gaps.map(([from, to]) => svg("rect", { class: "gap", x: (from - series.times[0]) * scale, width: Math.max(3, (to - from) * scale), y: 0, height: HEIGHT }));
}

function hatch() {
  const stripe = svg("path", { class: "hatch", d: "M-2 2l4 -4M0 8l8 -8M6 10l4 -4" });
  return svg("defs", {}, svg("pattern", { id: "hatch", width: 8, height: 8, patternUnits: "userSpaceOnUse" }, stripe));
}

const gapWords = ([from, to], series) => `${when(from, series, true)} to ${when(to, series, true)}`;

function scale(top, share) {
  const name = (value) => (share ? `${Math.round(value * 100)} %` : count(value));
  const half = share || top % 2 === 0 ? name(top / 2) : "";
  return el("div", { class: "scale", "aria-hidden": "true" }, el("span", {}, name(top)), el("span", {}, half), el("i"));
}

/** One column's part of a line; a column alone becomes a short level piece. */
function stroke(left, step, height, joined, goesOn) {
  const middle = (left + step / 2).toFixed(1);
  const at = height.toFixed(1);
  if (joined) return `L${middle} ${at}`;
  return goesOn ? `M${middle} ${at}` : `M${left.toFixed(1)} ${at}h${step.toFixed(1)}`;
}

function summary(series, share) {
  const all = series.all.reduce((sum, articles) => sum + articles, 0);
  const topics = Object.entries(series.topics).map(([topic, counts]) => `${series.names[topic]} ${count(counts.reduce((sum, articles) => sum + articles, 0))}`);
  return `${count(all)} articles from ${when(series.times[0], series)} to ${when(series.times.at(-1), series)}${topics.length ? `; ${topics.join(", ")}` : ""}${share ? "; drawn as share of all" : ""}${series.gaps.length ? `; not running ${series.gaps.map((gap) => gapWords(gap, series)).join(", ")}` : ""}. The table below holds the numbers.`;
}

function when(time, series, exactly = false) {
  const moment = new Date(time);
  const several = series.times.at(-1) - series.times[0] > DAY * 0.9;
  if (series.bucket_ms >= DAY && !exactly) return dayName(moment);
  return several ? `${dayName(moment)} ${clockTime(moment)}` : clockTime(moment);
}

function axis(series) {
  const ends = [series.times[0], series.times[Math.floor(series.times.length / 2)], series.times.at(-1)];
  const row = el("div", { class: "muted", "aria-hidden": "true" }, [...new Set(ends)].map((time) => el("span", {}, when(time, series))));
  Object.assign(row.style, { display: "flex", justifyContent: "space-between", fontSize: "11px" });
  return row;
}

function legend(series, lines, paint, top, share) {
  return el(
    "ul",
    { class: "legend" },
    !share && el("li", {}, `all articles, at most ${count(top)} in ${width(series.bucket_ms)}`),
    lines.map(([topic], place) =>
      el("li", {}, svg("svg", { width: 26, height: 8, class: paint(topic), "aria-hidden": "true" }, svg("line", { x1: 0, x2: 26, y1: 4, y2: 4, stroke: "currentColor", "stroke-width": 2.5, "stroke-dasharray": DASHES[place] || null })), series.names[topic]),
    ),
    series.gaps.length > 0 && el("li", {}, svg("svg", { width: 16, height: 10, "aria-hidden": "true" }, svg("rect", { class: "gap", width: 16, height: 10 })), `not running ${gapWords(series.gaps.at(-1), series)}${series.gaps.length > 1 ? ` and ${series.gaps.length - 1} times before` : ""}`),
    series.before_start > 0 && el("li", {}, `${count(series.before_start)} older not drawn`),
  );
}

function width(milliseconds) {
  const minutes = milliseconds / 60_000;
  if (minutes < 60) return `${minutes} min`;
  return minutes < 1440 ? `${minutes / 60} h` : `${minutes / 1440} d`;
}

/** The same for those who cannot see the picture. */
function table(series, lines) {
  return el(
    "table",
    {},
    el("caption", {}, "Articles over time"),
    el("thead", {}, el("tr", {}, ["From", "All", ...lines.map(([topic]) => series.names[topic])].map((name) => el("th", { scope: "col" }, name)))),
    el(
      "tbody",
      {},
      series.times.map((time, column) => el("tr", {}, el("th", { scope: "row" }, when(time, series)), el("td", {}, series.all[column]), lines.map(([, counts]) => el("td", {}, counts[column])))),
    ),
  );
}

function watch(picture, { picked, tip, series, lines, step, share, valueOf, onSpan }) {
  let from = null;
  const columnAt = (event) => {
    const box = picture.getBoundingClientRect();
    return Math.min(series.times.length - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * series.times.length)));
  };
  const select = (first, last) => {
    picked.setAttribute("x", Math.min(first, last) * step);
    picked.setAttribute("width", (Math.abs(last - first) + 1) * step);
  };
  picture.addEventListener("pointerdown", (event) => {
    from = columnAt(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => {
    const column = columnAt(event);
    select(from ?? column, column);
    tip.replaceChildren(
      el("strong", {}, when(series.times[column], series)),
      el("div", {}, `${count(series.all[column])} articles`),
      lines.map(([topic, counts]) => counts[column] > 0 && el("div", {}, `${series.names[topic]} ${share ? `${Math.round(valueOf(counts, column) * 100)} %` : count(counts[column])}`)).filter(Boolean),
    );
    tip.hidden = false;
    tip.style.left = `${Math.min(80, (column / series.times.length) * 100)}%`;
  });
  picture.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const [first, last] = [from, columnAt(event)].sort((a, b) => a - b);
    from = null;
    onSpan([series.times[first], series.times[last] + series.bucket_ms]);
  });
  picture.addEventListener("pointerleave", () => {
    if (from !== null) return;
    tip.hidden = true;
    picked.setAttribute("width", 0);
  });
  picture.addEventListener("pointercancel", () => (from = null));
}
