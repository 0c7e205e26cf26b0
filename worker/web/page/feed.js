// The list of articles: newest first, copies folded into what they copy, new ones held back while somebody reads.

import { el, many, safeUrl, score, timeElement } from "./build.js";
import { explained } from "./why.js";

const MOST_SHOWN = 600; // rows in the document; older ones are reached by narrowing the filter
const MOST_WAITING = 500;
const FLUSH_MS = 80;
const BODY_WORDS = {
  partial: "part of the text", teaser: "teaser only", feed_only: "feed text only", consent_wall: "behind a consent wall",
  bot_wall: "behind a bot wall", live_blog: "live blog", video: "video", empty: "no text", omitted: "text left out",
};

export class Feed {
  #rows = new Map(); // id of the article that others copy → row
  #cards = new Map(); // article → its newest card
  #stories = new Map(); // story → publishers
  #waiting = [];
  #incoming = [];
  #flushDue = false;

  constructor(list, newButton, { paint, pick, onWhy, onCount }) {
    this.list = list;
    this.newButton = newButton;
    this.paint = paint;
    this.pick = pick;
    this.onWhy = onWhy;
    this.onCount = onCount;
    newButton.addEventListener("click", () => {
      this.showWaiting();
      this.list.querySelector(".article")?.focus();
    });
  }

  get size() {
    return this.#rows.size;
  }

  get full() {
    return this.#rows.size >= MOST_SHOWN;
  }

  get waiting() {
    return this.#waiting.length;
  }

  reset(cards) {
    for (const kept of [this.#rows, this.#cards, this.#stories]) kept.clear();
    this.#waiting = [];
    this.#incoming = [];
    this.list.replaceChildren();
    this.older(cards);
    this.#announce();
  }

  /** Further back in time: at the end of the list. */
  older(cards) {
    for (const card of cards) this.#take(card, (row) => this.list.append(row.item));
    this.onCount();
  }

  /** Just published. Shown at once where nobody is reading further down; many at a time in a flood. */
  arrived(card) {
    this.#incoming.push(card);
    if (this.#incoming.length > MOST_SHOWN) this.#incoming.shift();
    if (this.#flushDue) return;
    this.#flushDue = true;
    setTimeout(() => this.#flush(), FLUSH_MS);
  }

  #flush() {
    this.#flushDue = false;
    const cards = this.#incoming.splice(0);
    if (this.#mayInsert()) {
      cards.forEach((card) => this.#insert(card));
      this.#trim();
    } else {
      this.#waiting.push(...cards.filter((card) => !(this.#cards.get(card.id)?.version >= card.version)));
      this.#waiting.splice(0, this.#waiting.length - MOST_WAITING);
      this.#announce();
    }
    this.onCount();
  }

  showWaiting() {
    for (const card of this.#waiting.splice(0)) this.#insert(card);
    this.#trim();
    this.#announce();
    this.onCount();
    this.list.scrollIntoView({ block: "start" });
  }

  #mayInsert() {
    const nothingOpen = !this.list.querySelector(".why") && !this.list.contains(document.activeElement);
    return this.list.getBoundingClientRect().top > 0 && nothingOpen && this.#waiting.length === 0;
  }

  #announce() {
    const waiting = this.#waiting.length;
    this.newButton.hidden = waiting === 0;
    this.newButton.textContent = waiting === MOST_WAITING ? `More than ${waiting} new articles` : many(waiting, "new article", "new articles");
  }

  #insert(card) {
    this.#take(card, (row) => {
      row.item.firstChild.classList.add("fresh");
      this.list.prepend(row.item);
    });
  }

  /** A new row, or a change of the row that is there already. */
  #take(card, place) {
    const known = this.#cards.get(card.id);
    if (known && known.version >= card.version) return;
    this.#cards.set(card.id, card);
    this.#countStory(card);
    const original = card.duplicate_of ?? card.id;
    if (known && (known.duplicate_of ?? known.id) !== original) this.#leave(known);
    const row = this.#rows.get(original);
    if (!row) {
      const made = { item: el("li", { "data-original": original }), card, copies: new Map() };
      this.#rows.set(original, made);
      this.#draw(made);
      place(made);
    } else {
      this.#merge(row, card, original);
      this.#draw(row);
    }
  }

  /** A copy whose text became its own stands for itself from now on. */
  #leave(card) {
    const row = this.#rows.get(card.duplicate_of);
    if (!row) return;
    row.copies.delete(card.id);
    if (row.card.id === card.id) {
      // its original is not shown
      const [next] = row.copies.values();
      if (!next) {
        this.#rows.delete(card.duplicate_of);
        row.item.remove();
        return;
      }
      row.copies.delete(next.id);
      row.card = next;
    }
    this.#draw(row);
  }

  #merge(row, card, original) {
    if (card.id === row.card.id) row.card = card;
    else if (card.id === original) {
      // what was shown so far was the copy
      row.copies.set(row.card.id, row.card);
      row.card = card;
    } else row.copies.set(card.id, card);
  }

  #countStory(card) {
    if (!card.cluster) return;
    const publishers = this.#stories.get(card.cluster) ?? new Set();
    publishers.add(card.source.id);
    this.#stories.set(card.cluster, publishers);
  }

  #trim() {
    while (this.list.children.length > MOST_SHOWN) {
      const last = this.list.lastElementChild;
      const row = this.#rows.get(last.dataset.original);
      this.#rows.delete(last.dataset.original);
      for (const card of [row.card, ...row.copies.values()]) {
        this.#cards.delete(card.id);
        this.#stories.delete(card.cluster);
      }
      last.remove();
    }
  }

  #draw(row) {
    const open = row.item.querySelector(".why");
    const { card } = row;
    const title = el("h3", {}, headline(card));
    const article = el(
      "article",
      { class: "article", tabindex: "-1", "data-id": card.id, "data-entry": card.entry, "aria-label": card.title },
      metaLine(card),
      title,
      card.summary && el("p", { class: "summary" }, card.summary),
      this.#credit(card),
      el("div", { class: "foot" }, this.#topicChips(card), this.#whyButton(row), this.#copiesButton(row), this.#storyButton(card)),
    );
    if (open) article.append(open);
    row.item.replaceChildren(article);
  }

  #topicChips(card) {
    return card.topics.map((topic) =>
      el(
        "button",
        { type: "button", class: "chip", title: `Only ${topic.name}`, click: () => this.pick("topic", topic.id) },
        el("span", { class: `swatch ${this.paint(topic.id)}`, "aria-hidden": "true" }),
        topic.name,
        el("span", { class: "number" }, score(topic.score)),
      ),
    );
  }

  #credit(card) {
    if (!card.reported_by.length && !card.syndicated_from) return null;
    const named = card.reported_by.slice(0, 3).map((cited, place) => [
      place > 0 && ", ",
      el("button", { type: "button", class: "link", click: () => this.pick("reported_by", cited.name) }, cited.name),
      cited.underlying.length > 0 && el("span", { class: "muted" }, ` (${cited.underlying[0]})`),
    ]);
    return el(
      "p",
      { class: "credit" },
      named.length > 0 && [el("span", { class: "muted" }, "Reported by "), named],
      named.length > 0 && card.syndicated_from && " · ",
      card.syndicated_from && el("span", { class: "muted" }, `text of ${card.syndicated_from}`),
    );
  }

  #whyButton(row) {
    return el("button", { type: "button", class: "link why-button", "aria-expanded": "false", click: (event) => this.#toggleWhy(row, event.currentTarget) }, "why?");
  }

  async #toggleWhy(row, button) {
    const article = button.closest(".article");
    const open = article.querySelector(".why");
    if (open) {
      open.remove();
      button.setAttribute("aria-expanded", "false");
      this.onWhy("");
      return;
    }
    const panel = el("div", { class: "why", "aria-busy": "true" }, el("p", { class: "muted" }, "Looking…"));
    article.append(panel);
    button.setAttribute("aria-expanded", "true");
    this.onWhy(row.card.id);
    try {
      panel.replaceChildren(...(await explained(row.card, this)).childNodes);
    } catch (problem) {
      panel.replaceChildren(el("p", {}, `This cannot be shown: ${problem.message}`));
    }
    panel.removeAttribute("aria-busy");
  }

  openWhy(id) {
    const article = [...this.list.querySelectorAll(".article")].find((candidate) => candidate.dataset.id === id);
    if (article && !article.querySelector(".why")) article.querySelector(".why-button").click();
  }

  #copiesButton(row) {
    if (row.copies.size === 0) return null;
    const words = many(row.copies.size, "copy", "copies");
    return el("button", { type: "button", class: "link copies-button", "aria-expanded": "false", click: (event) => toggleCopies(row, event.currentTarget) }, words);
  }

  #storyButton(card) {
    const publishers = this.#stories.get(card.cluster)?.size ?? 0;
    if (publishers < 2) return null;
    return el("button", { type: "button", class: "link", click: () => this.pick("cluster", card.cluster) }, `${publishers} outlets in this story`);
  }
}

function toggleCopies(row, button) {
  const article = button.closest(".article");
  const open = article.querySelector(".copies");
  button.setAttribute("aria-expanded", String(!open));
  if (open) {
    open.remove();
    return;
  }
  const copies = [...row.copies.values()].map((card) => el("li", {}, metaLine(card), headline(card)));
  article.querySelector(".foot").after(el("ul", { class: "copies" }, copies));
}

function headline(card) {
  const address = safeUrl(card.url);
  return address ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, card.title) : el("span", {}, card.title);
}

function metaLine(card) {
  return el(
    "p",
    { class: "meta" },
    card.published_from === "fetch" ? [el("span", { title: "The source gave no time; this is when it was seen" }, "seen "), timeElement(card.published_at)] : timeElement(card.published_at),
    el("span", { class: "from" }, card.source.name),
    (card.source.labels ?? []).map((label) => el("span", { class: /state|government/.test(label) ? "label warn" : "label" }, label)),
    card.lang !== "en" && el("span", { class: "label" }, card.lang),
    card.op === "retracted" && el("span", { class: "label warn" }, "retracted"),
    card.op === "corrected" && el("span", { class: "label" }, "corrected"),
    card.version > 1 && el("span", {}, `version ${card.version}`),
    card.body_status !== "full" && el("span", { class: "label" }, BODY_WORDS[card.body_status] ?? card.body_status),
  );
}
