"use strict";
// Search over everything that has a name.

const MOST_FOUND = 20;

function searching(tables, redraw) {
  const seen = new Set();
  const once = (kind, name) => !seen.has(`${kind} ${name}`) && Boolean(seen.add(`${kind} ${name}`));
  const things = [
    ...tables.models.map((one) => ({kind: "model", name: one.id, about: one.about, at: one.at, filter: "model-filter"})),
    ...tables.callers.map((one) => ({kind: one.kind, name: one.name, about: one.about, at: one.at, filter: "caller-filter"})),
    ...tables.tiers.map((one) => ({kind: "tier", name: one.name, about: one.title, at: one.at})),
    ...owned(tables).filter((one) => once(one.kind, one.name)),
    ...tables.grants.map((one) => ({kind: one.kind, name: one.name, about: null, at: one.at})).filter((one) => once(one.kind, one.name)),
  ];

  function filter(thing) {
    byId("caller-filter").value = "";
    byId("model-filter").value = "";
    byId("reached").checked = false;
    byId(thing.filter).value = thing.name;
    redraw();
    byId("matrix").focus();
    byId("matrix").scrollIntoView();
  }

  function found() {
    const query = byId("search").value.trim();
    if (query === "") return replace(byId("found"));
    const hits = things.filter((one) => matches(`${one.name} ${one.about ?? ""}`, query));
    const list = hits.slice(0, MOST_FOUND).map((one) =>
      make(
        "li",
        {},
        make("span", {class: "kind"}, one.kind),
        make("bdi", {class: "name"}, one.name),
        one.about === null ? null : make("span", {class: "quiet"}, one.about),
        where(tables, one.at),
        one.filter === undefined ? null : make("button", {type: "button", click: () => filter(one)}, "In the matrix"),
      ),
    );
    const rest = hits.length - list.length;
    const says = rest > 0 ? `${count(hits.length)} found, the first ${list.length} are shown` : `${count(hits.length)} found`;
    return replace(byId("found"), make("p", {class: "quiet"}, says), make("ul", {class: "results"}, list));
  }

  byId("search").addEventListener("input", found);
  byId("search-form").addEventListener("submit", (event) => event.preventDefault());
}

/** Give subscriptions and teams, each where it first meters something. */
function owned(tables) {
  const lines = new Map();
  for (const model of tables.models) {
    const pairs = tables.shapes[model.shape].entries;
    model.lines.forEach((line, index) => {
      if (!lines.has(pairs[2 * index])) lines.set(pairs[2 * index], line);
    });
  }
  return tables.owners.map((owner, number) => ({
    kind: owner.kind,
    name: owner.name,
    about: Object.values(owner.about).join(", ") || null,
    at: [owner.file, lines.get(number)],
  }));
}
