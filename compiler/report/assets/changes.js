"use strict";
// What a change means: the rows of the comparison, each with a witness that the page can be asked about.

function changes(tables, found, ask) {
  if (found === null) return;
  byId("changes").hidden = false;
  byId("changes-link").hidden = false;
  byId("changes-title").textContent = visible(`What changes since ${found.base}`);
  replace(
    byId("changes-body"),
    make("p", {class: "verdict"}, found.verdict),
    found.rows.map((row) => change(tables, row, ask)),
    leftOut(found.rowsLeftOut, "more change"),
    folded("Steps of the roll-out that are not as safe as before and after", found.steps.map((one) => step(one)), found.stepsLeftOut),
    folded("Objects that differ", found.objects.map((one) => `${one.change} ${one.kind} ${one.name} (${one.file})`), found.objectsLeftOut),
    folded("Edited lines that change nothing above", found.inert.map((one) => cause(tables, one)), found.inertLeftOut),
  );
}

function change(tables, row, ask) {
  const titles = row.titles.map((title, index) => make("span", {class: `badge ${row.changes[index]}`}, title));
  const item = (name, ...words) => [make("dt", {}, name), make("dd", {}, ...words)];
  return make(
    "article",
    {class: "change"},
    make("h3", {}, titles, " ", make("bdi", {}, row.models.length ? row.models.join(", ") : "the whole platform"), leftOut(row.modelsLeftOut, "more model")),
    make(
      "dl",
      {},
      item("callers", spoken(row.callers)),
      item("before", spoken(row.before)),
      item("after", spoken(row.after)),
      row.because.length ? item("because", row.because.flatMap((one, index) => [index ? ", " : "", cause(tables, one)])) : [],
      row.witness === null ? [] : item("witness", spoken(row.witness.words), " ", again(tables, row.witness, ask)),
    ),
  );
}

/** Give a button that asks for the witness, if its model is still there. */
function again(tables, witness, ask) {
  const model = tables.byId.get(witness.model);
  if (model === undefined) return null;
  return make("button", {type: "button", click: () => ask(witness, model, witness.headers)}, "Ask this");
}

function cause(tables, found) {
  const words = ` (${found.what}${found.side === "base" ? ", as it was" : ""})`;
  const number = found.side === "head" ? tables.files.findIndex((file) => file.name === found.file) : -1;
  const place = number >= 0 && found.line !== null ? where(tables, [number, found.line]) : found.line === null ? found.file : `${found.file}:${found.line}`;
  return make("span", {}, place, words);
}

function step(found) {
  const models = found.models.length ? `${found.models.join(", ")}: ` : "";
  return `${found.safety}: ${models}${found.callers}: ${found.says} (applied: ${found.applied.join(", ") || "nothing"}; missing: ${found.missing.join(", ")})`;
}

function folded(title, lines, left) {
  if (!lines.length) return null;
  const list = lines.map((words) => make("li", {}, typeof words === "string" ? spoken(words) : words));
  return make("details", {}, make("summary", {}, `${title}: ${count(lines.length + left)}`), make("ul", {}, list), leftOut(left, "more"));
}

function leftOut(number, noun) {
  return number ? make("p", {class: "quiet"}, `and ${noun === "more" ? `${count(number)} more` : counted(number, noun)}, left out here`) : null;
}
