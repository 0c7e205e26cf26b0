// The page without a mouse.

const $ = (id) => document.getElementById(id);

const KEYS = {
  "/": () => $("search").focus(),
  j: () => step(1),
  k: () => step(-1),
  w: () => current()?.querySelector(".why-button").click(),
  o: () => current()?.querySelector("h3 a")?.click(),
  n: () => !$("new-articles").hidden && $("new-articles").click(),
  "?": () => $("keys").showModal(),
};

const current = () => document.activeElement?.closest(".article");

function step(by) {
  const articles = [...document.querySelectorAll("#articles > li > .article")];
  const place = articles.indexOf(current());
  const next = articles[place < 0 ? 0 : Math.min(articles.length - 1, Math.max(0, place + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

export function listenToKeys(view) {
  addEventListener("keydown", (event) => pressed(event, view));
}

function pressed(event, view) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input, select, textarea")) {
    if (event.key !== "Escape" || event.target.id !== "search") return;
    event.preventDefault();
    $("search").value = "";
    if (view.filters.q) view.set("q", "");
    $("search").blur();
    return;
  }
  if (event.key === "Escape") current()?.querySelector('.why-button[aria-expanded="true"]')?.click();
  else if (Object.hasOwn(KEYS, event.key)) {
    event.preventDefault();
    KEYS[event.key]();
  }
}
