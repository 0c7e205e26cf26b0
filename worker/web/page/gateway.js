// The gateway: one-off questions, and the stream of what comes.

const PATIENCE_MS = 40_000; // a ping comes every 15 s
const LONGEST_WAIT_MS = 15_000;

export class SignInNeeded extends Error {}

export async function ask(path, query = new URLSearchParams(), signal = undefined) {
  const response = await fetch(query.size ? `${path}?${query}` : path, { signal, headers: { Accept: "application/json" } });
  if (response.status === 401) throw new SignInNeeded();
  const answer = await response.json();
  if (!response.ok && response.status !== 503) throw new Error(answer.error ?? `the gateway answered ${response.status}`);
  if (answer.error) throw new Error(answer.error);
  return answer;
}

export async function signIn(token) {
  const response = await fetch("/v1/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  return response.ok;
}

/** Follows the stream through lost connections: each new connection begins after the last entry that came. */
export class Stream {
  #source = null;
  #timer = 0;
  #watchdog = 0;
  #waitMs = 500;

  constructor({ onArticle, onGap, onState }) {
    this.onArticle = onArticle;
    this.onGap = onGap;
    this.onState = onState;
    addEventListener("online", () => this.#reopen());
  }

  /** `after`: entry id; `query`: filters. */
  follow(query, after) {
    this.query = query;
    this.last = after;
    this.#open();
  }

  /** Goes on where it was stopped; does nothing where it was not. */
  resume() {
    if (!this.#source) this.#reopen();
  }

  stop() {
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#source?.close();
    this.#source = null;
  }

  #open() {
    this.stop();
    const asked = new URLSearchParams(this.query);
    asked.set("view", "card");
    asked.set("after", this.last);
    const source = new EventSource(`/v1/stream?${asked}`);
    this.#source = source;
    source.addEventListener("hello", () => this.#alive());
    source.addEventListener("ping", () => this.#alive());
    source.addEventListener("article", (event) => {
      this.#alive();
      this.last = event.lastEventId;
      this.onArticle(JSON.parse(event.data));
    });
    source.addEventListener("gap", () => this.onGap());
    source.addEventListener("error", () => {
      if (this.#source !== source) return;
      this.onState("lost");
      this.#later();
    });
    this.#watch();
  }

  #alive() {
    this.#waitMs = 500;
    this.onState("live");
    this.#watch();
  }

  #watch() {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.onState("lost");
      this.#reopen();
    }, PATIENCE_MS);
  }

  // browsers differ in when they give up by themselves; we always come back, and know from where
  #later() {
    this.stop();
    this.#timer = setTimeout(() => this.#open(), this.#waitMs * (0.75 + Math.random() / 2));
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }

  #reopen() {
    if (this.query) this.#open();
  }
}
