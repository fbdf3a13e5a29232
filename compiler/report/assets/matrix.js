"use strict";
// The access matrix: a window of callers by models, answered when it is drawn, so that its size does not matter.

const ROWS = 40;
const COLUMNS = 15;

/** Join what is alike: each of the result stands for all `members`, and is called by the first of them. */
function joined(list, kind, collapse) {
  if (!collapse) return list.map((one) => ({one, members: 1}));
  const found = new Map();
  for (const one of list) {
    const known = found.get(one[kind]);
    if (known) known.members += 1;
    else found.set(one[kind], {one, members: 1});
  }
  return [...found.values()];
}

function matrix(tables, ask) {
  const state = {row: 0, column: 0, at: [0, 0], focus: false};

  function filtered() {
    const collapse = byId("collapse").checked;
    const callers = tables.callers.filter((one) => matches(one.name, byId("caller-filter").value));
    const models = tables.models.filter((one) => matches(one.id, byId("model-filter").value));
    return {callers, models, rows: joined(callers, "alike", collapse), columns: joined(models, "shape", collapse)};
  }

  function drawn() {
    const {callers, models, rows, columns: all} = filtered();
    const shownRows = rows.slice(state.row, state.row + ROWS).map((row) => standingOf(row));
    const columns = byId("reached").checked ? all.filter(({one}) => shownRows.some((row) => answerOf(row, one).status === 200)) : all;
    const shownColumns = columns.slice(state.column, state.column + COLUMNS);
    const go = (key) => (first) => {
      if (key === "row") state.column = 0;
      state[key] = first;
      state.at = [0, 0];
      drawn();
    };
    pager(byId("caller-pager"), "callers", state.row, ROWS, rows.length, go("row"));
    pager(byId("model-pager"), "models", state.column, COLUMNS, columns.length, go("column"));
    byId("matrix-count").textContent = `${told(callers.length, rows.length, "caller")}; ${told(models.length, all.length, "model")}`;
    const table = byId("grid");
    table.setAttribute("aria-rowcount", rows.length + 1);
    table.setAttribute("aria-colcount", columns.length + 1);
    const head = make("tr", {}, make("th", {scope: "col", role: "columnheader"}, "caller"), shownColumns.map((column) => heading(tables, column)));
    replace(table, make("thead", {}, head), make("tbody", {}, shownRows.map((row) => line(row, shownColumns))));
    roving();
  }

  function standingOf(row) {
    return {...row, caller: row.one, stands: standing(tables, row.one)};
  }

  function answerOf(row, model) {
    return decided(tables, row.caller, {model: model.id, path: model.prefix + CALL, headers: {}}, row.stands);
  }

  function line(row, columns) {
    const cells = columns.map(({one: model}) => {
      const found = answerOf(row, model);
      return make("td", {role: "gridcell", tabindex: "-1", class: `s${found.status}`, click: () => ask(row.one, model)}, cellWords(found));
    });
    const name = make("th", {scope: "row", role: "rowheader"}, make("bdi", {}, row.one.name), more(row), make("small", {}, row.one.kind));
    return make("tr", {}, name, cells);
  }

  /** Keep one cell in the order of tabs: the others are reached by arrows. */
  function roving() {
    const cells = grid();
    if (!cells.length || !cells[0].length) return;
    const row = Math.min(state.at[0], cells.length - 1);
    const column = Math.min(state.at[1], cells[0].length - 1);
    state.at = [row, column];
    for (const cell of cells.flat()) cell.tabIndex = -1;
    cells[row][column].tabIndex = 0;
    if (state.focus) cells[row][column].focus();
  }

  function grid() {
    return [...byId("grid").querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("td")]);
  }

  byId("grid").addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    if (cell === null) return;
    const [row, column] = state.at;
    const moves = {
      ArrowUp: [row - 1, column], ArrowDown: [row + 1, column], ArrowLeft: [row, column - 1], ArrowRight: [row, column + 1],
      Home: [row, 0], End: [row, Infinity],
    };
    if (event.key === "Enter" || event.key === " ") cell.click();
    else if (event.key in moves) state.at = moves[event.key].map((one) => Math.max(0, one));
    else return;
    event.preventDefault();
    state.focus = event.key in moves;
    if (state.focus) roving();
    state.focus = false;
  });
  byId("grid").addEventListener("focusin", (event) => {
    const cell = event.target.closest("td");
    if (cell === null) return;
    state.at = [cell.parentElement.sectionRowIndex, cell.cellIndex - 1];
    roving();
  });
  for (const id of ["caller-filter", "model-filter", "collapse", "reached"]) {
    byId(id).addEventListener("input", () => {
      Object.assign(state, {row: 0, column: 0, at: [0, 0]});
      drawn();
    });
  }
  drawn();
  return drawn;
}

function told(all, shown, noun) {
  return all === shown ? counted(all, noun) : `${counted(all, noun)} of ${counted(shown, "kind")}`;
}

function more(found) {
  return found.members > 1 ? make("small", {}, `and ${count(found.members - 1)} alike`) : null;
}

function heading(tables, column) {
  return make("th", {scope: "col", role: "columnheader"}, make("bdi", {}, column.one.id), more(column));
}

/** Say an answer in a cell: the budget, or a dash that a screen reader reads as the reason. */
function cellWords(found) {
  const silent = (sign, words) => [make("span", {"aria-hidden": "true"}, sign), make("span", {class: "unseen"}, words)];
  if (found.status === 403) return found.reason === "no-access" ? silent("–", "no access") : ["no budget: refused"];
  const tokens = found.limits.filter((one) => one.unit === "tokens");
  const lines = (tokens.length ? found.limits : [null, ...found.limits]).map((one) =>
    one === null ? "unlimited" : `${count(one.limit)}${one.unit === "requests" ? " req" : ""} / ${windowed(one.seconds)}`,
  );
  return [...lines.map((words) => make("span", {class: "line"}, words)), make("small", {}, make("bdi", {}, found.selected))];
}
