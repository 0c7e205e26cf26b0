// Elements from values. Text goes in as text nodes only, so that nothing a feed says can become markup.

const SVG = "http://www.w3.org/2000/svg";

export function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Only addresses that a browser opens as a page; anything else (javascript:, data:) gives null. */
export function safeUrl(text) {
  try {
    const url = new URL(text);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const clockTime = (moment) => clock.format(moment);
export const dayName = (moment) => day.format(moment);

export function timeElement(text) {
  const moment = new Date(text);
  const today = moment.toDateString() === new Date().toDateString();
  const words = today ? clockTime(moment) : `${dayName(moment)}, ${clockTime(moment)}`;
  return el("time", { datetime: text, title: full.format(moment) }, words);
}

/** 4 s, 12 min, 3 h, 2 d */
export function span(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

export const count = (number) => number.toLocaleString();
export const many = (number, one, more) => `${count(number)} ${number === 1 ? one : more}`;
export const score = (value) => value.toFixed(2).replace(/^0(?=\.)/, "");
