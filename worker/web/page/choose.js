// The bar of filters: what can be chosen, and what is.

import { clockTime, count, el } from "./build.js";

export function topicChips(place, { topics, none, all }, { chosen, paint, choose }) {
  const chip = (id, name, articles, colour) =>
    el(
      "button",
      { type: "button", class: "chip", "data-topic": id, "aria-pressed": String(chosen === id), click: () => choose(id) },
      colour && el("span", { class: `swatch ${colour}`, "aria-hidden": "true" }),
      name,
      el("span", { class: "number" }, count(articles)),
    );
  // drawn anew every few seconds: who stands on a chip goes on standing there
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.topic : undefined;
  place.replaceChildren(
    chip("", "All", all),
    ...topics.map((topic) => chip(topic.id, topic.name, topic.articles, paint(topic.id))),
    ...(none && topics.length ? [chip("none", "No topic", none)] : []),
  );
  if (focused !== undefined) [...place.children].find((button) => button.dataset.topic === focused)?.focus();
}

/** `pairs`: [value, name]; a chosen value that is not among them is kept. */
export function options(select, pairs, chosen = "") {
  const wanted = [["", "all"], ...pairs];
  if (chosen && !pairs.some(([value]) => value === chosen)) wanted.push([chosen, chosen]);
  const now = [...select.options].map((option) => option.value);
  if (now.join("\n") !== wanted.map(([value]) => value).join("\n")) select.replaceChildren(...wanted.map(([value, name]) => el("option", { value }, name)));
  select.value = chosen;
}

export function languageName(lang) {
  try {
    return new Intl.DisplayNames(undefined, { type: "language" }).of(lang);
  } catch {
    return lang;
  }
}

/** The filters that have no control of their own, each with a way out. */
export function activeChips(place, view, entityName) {
  const { filters } = view;
  const names = {
    entity: entityName(filters.entity) ?? filters.entity?.replace(/^\w+:/, ""),
    reported_by: `reported by ${filters.reported_by}`,
    cluster: "one story",
    q: `“${filters.q}”`,
  };
  const active = Object.keys(names).filter((name) => filters[name]).map((name) => [names[name], () => view.set(name, "")]);
  if (view.span) active.push([view.span.map((time) => clockTime(new Date(time))).join("–"), () => view.setSpan(null)]);
  place.replaceChildren(...active.map(([name, clear]) => el("button", { type: "button", class: "chip", "aria-label": `Remove filter: ${name}`, click: clear }, name, el("span", { "aria-hidden": "true" }, "×"))));
}
