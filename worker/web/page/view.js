// What is being looked at. The address bar holds all of it, so that a view can be shared and the back button works.

export const WINDOWS = ["1h", "6h", "24h", "7d"];
const FILTERS = ["topic", "source", "lang", "entity", "reported_by", "cluster", "q"];

export class View {
  #listeners = [];

  constructor() {
    this.#read();
    addEventListener("popstate", () => {
      this.#read();
      this.#tell();
    });
  }

  #read() {
    const given = new URLSearchParams(location.search);
    this.filters = Object.fromEntries(FILTERS.filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
    this.window = WINDOWS.includes(given.get("window")) ? given.get("window") : "";
    const [from, to] = (given.get("span") ?? "").split("-").map(Number);
    this.span = from > 0 && to > from ? [from, to] : null;
    this.share = given.get("share") === "1";
    this.why = given.get("why") ?? "";
  }

  onChange(listener) {
    this.#listeners.push(listener);
  }

  #tell() {
    for (const listener of this.#listeners) listener(this);
  }

  /** `quietly`: what is listed stays as it is. `replace`: no step for the back button, as while typing. */
  #write({ quietly = false, replace = false } = {}) {
    const given = new URLSearchParams(this.filters);
    if (this.window) given.set("window", this.window);
    if (this.span) given.set("span", this.span.join("-"));
    if (this.share) given.set("share", "1");
    if (this.why) given.set("why", this.why);
    const address = given.size ? `?${given}` : location.pathname;
    history[replace || quietly ? "replaceState" : "pushState"](null, "", address);
    if (!quietly) this.#tell();
  }

  set(name, value, options) {
    if (value) this.filters[name] = value;
    else delete this.filters[name];
    this.why = "";
    this.#write(options);
  }

  toggle(name, value) {
    this.set(name, this.filters[name] === value ? "" : value);
  }

  setWindow(value) {
    this.window = value;
    this.span = null;
    this.#write();
  }

  setSpan(span) {
    this.span = span;
    this.#write();
  }

  setShare(on) {
    this.share = on;
    this.#write({ quietly: true });
  }

  setWhy(id) {
    this.why = id;
    this.#write({ quietly: true });
  }

  clear() {
    this.filters = {};
    this.window = "";
    this.span = null;
    this.why = "";
    this.#write();
  }

  get isFiltered() {
    return Object.keys(this.filters).length > 0 || this.window !== "" || this.span !== null;
  }

  /** As the gateway takes it. */
  query(more = {}) {
    const asked = new URLSearchParams(this.filters);
    if (this.span) {
      asked.set("published_since", this.span[0]);
      asked.set("published_until", this.span[1]);
    } else if (this.window) asked.set("published_since", this.window);
    for (const [name, value] of Object.entries(more)) asked.set(name, value);
    return asked;
  }
}
