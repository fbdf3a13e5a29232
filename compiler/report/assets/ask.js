"use strict";
// The question of what would happen if: a caller and a request are chosen, and answered by the tables as they change.

const MOST_CHOICES = 60;
const MOST_ANSWERS = 50;
const NO_METHOD = "";

function asking(tables) {
  const chosen = new Set();
  const state = {first: 0};

  function caller() {
    const method = byId("method").value;
    if (method === NO_METHOD) return {method: null, userid: "", groups: [], bound: null, models: null};
    const written = byId("user").value.trim();
    const userid = tables.userNamed.get(written) ?? written;
    const carried = binds(tables, method) ? {bound: byId("header").value.trim(), models: ["*"]} : {bound: null, models: null};
    return {method, userid: reserved(tables, method, userid) ? "" : userid, groups: vouched(tables, method, [...chosen]), ...carried};
  }

  function request(model) {
    const headers = {};
    const header = byId("header").value.trim();
    if (header && !binds(tables, byId("method").value)) headers[tables.headers.subscription] = header;
    if (byId("forged").checked) headers[tables.headers.identity[0]] = "somebody";
    const path = byId("path").value === "listing" ? model.listing : model.prefix + CALL;
    return {model: model.id, path, headers};
  }

  function answer() {
    const written = byId("model").value.trim();
    const one = tables.byId.get(written) ?? tables.models.find((model) => model.id.endsWith(`/${written}`));
    offerHeaders(one);
    byId("header-name").textContent = binds(tables, byId("method").value) ? "the credential is bound to" : tables.headers.subscription;
    const asks = caller();
    const lost = chosen.size - asks.groups.length;
    const note = asks.method !== null && lost ? make("p", {class: "quiet"}, `${counted(lost, "group")} left out: this kind of credential does not vouch for ${lost === 1 ? "it" : "them"}`) : null;
    if (written === "") overview(asks, note);
    else if (one === undefined) replaceAnswer(`there is no model ${written}`, []);
    else single(asks, one, note);
  }

  function single(asks, model, note) {
    const found = decide(tables, asks, request(model));
    const by = found.selected === null ? "" : `, metered by ${found.selected}`;
    const stands = asks.method === null ? null : standing(tables, asks);
    const open = stands !== null && accessOf(tables, model, stands) !== null;
    const candidates = open ? candidatesOf(tables, model, stands) : [];
    // The entry that counts goes first, so that it is drawn and listed first.
    const ordered = [...candidates.filter((one) => one.key === found.selected), ...candidates.filter((one) => one.key !== found.selected)];
    replaceAnswer(`${found.status} on ${model.id}: ${REASONS[found.reason]}${by}`, [
      note,
      found.because.length ? make("p", {}, "because of ", places(tables, found.because)) : null,
      ordered.length ? candidateTable(candidates, found.selected) : null,
      ...(found.selected === null ? [] : ["tokens", "requests"].map((unit) => chart(ordered, unit))),
    ]);
  }

  function candidateTable(candidates, selected) {
    const head = ["what could meter it, best first", "budget", "shared by", "about", "written"].map((words) => make("th", {scope: "col"}, words));
    const body = candidates.map((one) =>
      make(
        "tr",
        one.key === selected ? {class: "selected"} : {},
        make("th", {scope: "row"}, make("bdi", {}, one.key), one.key === selected ? make("small", {}, "meters it") : null),
        make("td", {}, budgetLines(one.limits).map((words) => make("span", {class: "line"}, words))),
        make("td", {}, one.limits.per),
        make("td", {}, about(one)),
        make("td", {}, where(tables, one.at)),
      ),
    );
    return make("div", {class: "scroll"}, make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, body)));
  }

  function about(entry) {
    if (entry.kind === "tier") return `level ${entry.level}`;
    const told = Object.entries(entry.about).map(([name, value]) => `${name} ${value}`);
    return [entry.kind === "team" ? "a team" : `priority ${entry.priority}`, ...told].join(", ");
  }

  function overview(asks, note) {
    const stands = asks.method === null ? null : standing(tables, asks);
    const answers = tables.models.map((model) => [model, decided(tables, asks, request(model), stands)]);
    const passed = answers.filter(([, found]) => found.status === 200).length;
    const ordered = [...answers.filter(([, found]) => found.status === 200), ...answers.filter(([, found]) => found.status !== 200)];
    const bar = make("div", {class: "pager"});
    pager(bar, "models", state.first, MOST_ANSWERS, ordered.length, (first) => {
      state.first = first;
      overview(asks, note);
    });
    const head = ["model", "status", "metered by", "budget", "because"].map((words) => make("th", {scope: "col"}, words));
    const body = ordered.slice(state.first, state.first + MOST_ANSWERS).map(([model, found]) =>
      make(
        "tr",
        {},
        make("th", {scope: "row"}, make("button", {type: "button", class: "link", click: () => show(model)}, make("bdi", {}, model.id))),
        make("td", {class: `s${found.status}`}, `${found.status} `, make("small", {}, REASONS[found.reason])),
        make("td", {}, make("bdi", {}, found.selected ?? "")),
        make("td", {}, limitWords(found).map((words) => make("span", {class: "line"}, words))),
        make("td", {}, places(tables, found.because)),
      ),
    );
    const table = make("div", {class: "scroll"}, make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, body)));
    replaceAnswer(`200 on ${passed} of ${counted(tables.models.length, "model")}`, [note, bar, table]);
  }

  function limitWords(found) {
    if (found.selected === null || found.reason === "listing") return [];
    const lines = found.limits.map((one) => `${count(one.limit)} ${noun(one.limit, one.unit)} per ${windowed(one.seconds)}`);
    return found.limits.some((one) => one.unit === "tokens") ? lines : ["unlimited tokens", ...lines];
  }

  function show(model) {
    byId("model").value = model.id;
    answer();
    byId("answer-title").focus();
  }

  function replaceAnswer(verdict, parts) {
    byId("verdict").textContent = visible(verdict);
    replace(byId("answer"), parts);
  }

  function offerHeaders(model) {
    const keys = model === undefined ? [] : [...entriesOf(tables, model), ...tables.tiers].map((one) => one.key);
    replace(byId("headers"), [...new Set(keys)].slice(0, MOST_CHOICES * 4).map((key) => make("option", {value: key})));
  }

  function offerGroups() {
    const query = byId("group-filter").value;
    const known = tables.groupNames.filter((name) => matches(name, query) && !chosen.has(name));
    replace(byId("groups"), known.slice(0, MOST_CHOICES).map((name) =>
      make("li", {}, make("label", {class: "inline"}, make("input", {type: "checkbox", change: () => toggle(name, true)}), make("bdi", {}, name))),
    ));
    const left = known.length - MOST_CHOICES;
    byId("groups-count").textContent = left > 0 ? `${counted(left, "more group")}: type to find them` : counted(known.length, "group");
    replace(byId("chosen"), [...chosen].sort().map((name) =>
      make("li", {}, make("button", {type: "button", "aria-label": `Leave ${visible(name)}`, click: () => toggle(name, false)}, make("bdi", {}, name), " ×")),
    ));
  }

  function toggle(name, into) {
    if (into) chosen.add(name);
    else chosen.delete(name);
    changed();
    byId("group-filter").focus();
  }

  function changed() {
    state.first = 0;
    offerGroups();
    answer();
  }

  /** Ask as somebody: `who` has method, userid and groups, `headers` are those of the request. */
  function ask(who, model, headers = {}) {
    byId("method").value = who.method ?? NO_METHOD;
    byId("user").value = who.userid;
    chosen.clear();
    for (const name of who.groups) chosen.add(name);
    byId("model").value = model.id;
    byId("header").value = who.bound ?? headers[tables.headers.subscription] ?? "";
    byId("forged").checked = tables.headers.identity.some((name) => Object.hasOwn(headers, name));
    byId("path").value = "call";
    changed();
    byId("answer-title").focus();
  }

  replace(byId("method"), tables.platform.methods.map((one) => make("option", {value: one.name}, one.name)), make("option", {value: NO_METHOD}, "no method (no credential)"));
  replace(byId("users"), tables.users.map((one) => make("option", {value: one.name})));
  replace(byId("models"), tables.models.map((one) => make("option", {value: one.id})));
  byId("forged-name").textContent = tables.headers.identity[0];
  byId("question").addEventListener("submit", (event) => event.preventDefault());
  byId("group-filter").addEventListener("input", offerGroups);
  for (const id of ["method", "user", "model", "header", "path", "forged"]) byId(id).addEventListener("input", changed);
  changed();
  return ask;
}
