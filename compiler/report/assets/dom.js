"use strict";
// Elements and words. Whatever somebody wrote becomes a text node here and nothing else.

/** Spell what has no glyph of its own, so that no name can hide, or turn around what stands beside it. */
function visible(text) {
  return String(text).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (sign) => `\\u{${sign.codePointAt(0).toString(16)}}`);
}

function byId(id) {
  return document.getElementById(id);
}

/** Make an element; attributes that are null are left away, functions are listeners, children are elements or texts. */
function make(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function draw(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((one) => one !== null).map((one) => (one instanceof Node ? one : visible(one))));
  return element;
}

function replace(element, ...children) {
  element.replaceChildren();
  filled(element, {}, children);
}

function count(number) {
  return number.toLocaleString("en-US");
}

function counted(number, noun) {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** Spell a window as the configuration would: 1d, 1h30m, 45s. */
function windowed(seconds) {
  let words = "";
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "m"], [1, "s"]]) {
    if (seconds >= size) words += `${Math.floor(seconds / size)}${unit}`;
    seconds %= size;
  }
  return words;
}

function rates(list, unit) {
  return list.map(([limit, seconds]) => `${count(limit)} ${noun(limit, unit)} per ${windowed(seconds)}`);
}

/** Say of one what is called so of several: one of "tokens" is a token. */
function noun(number, several) {
  return number === 1 ? several.replace(/s$/, "") : several;
}

/** Say a whole budget as lines. */
function budgetLines(budget) {
  const tokens = budget.tokens.length ? rates(budget.tokens, "tokens") : ["unlimited tokens"];
  return [...tokens, ...rates(budget.requests, "requests")];
}

/** Set what stands between backticks apart as names. */
function spoken(words) {
  return words.split("`").map((part, index) => (index % 2 ? make("bdi", {class: "name"}, part) : part));
}

const REASONS = {
  allowed: "allowed",
  listing: "allowed: the listing costs no budget",
  "no-credential": "no method accepts the credential",
  "unknown-model": "there is no such model",
  "identity-header": "the request brings a header that only the gateway may set",
  "no-access": "no access entry, team or tier lets the caller in",
  "not-for-this-model": "the credential does not open the model",
  "not-a-candidate": "the header or the credential names an entry that does not meter this caller here",
  "no-candidate": "no subscription, team or tier meters the caller",
  "zero-budget": "the budget is 0",
};

/** Make a link to where something is written: file and line, shown on this page where the text is at hand. */
function where(tables, at) {
  const [number, line] = at;
  const file = tables.files[number];
  const words = `${file.name}:${line}`;
  return file.text === null
    ? make("span", {class: "where"}, words)
    : make("a", {class: "where", href: `#${encodeURIComponent(file.name)}:${line}`}, words);
}

function places(tables, list) {
  return list.flatMap((at, index) => (index ? [", ", where(tables, at)] : [where(tables, at)]));
}

/** Make a pager over `total` things; `go` is told the new first one. */
function pager(element, noun, first, size, total, go) {
  const last = Math.min(first + size, total);
  const says = total === 0 ? `no ${noun}` : `${noun} ${count(first + 1)}–${count(last)} of ${count(total)}`;
  const step = (words, to, off) => make("button", {type: "button", "aria-label": `${words} ${noun}`, disabled: off, click: () => go(to)}, words);
  replace(
    element,
    make("span", {}, says),
    total > size ? step("Previous", Math.max(0, first - size), first === 0) : null,
    total > size ? step("Next", first + size, last >= total) : null,
  );
}

function matches(text, query) {
  return text.toLowerCase().includes(query.trim().toLowerCase());
}
