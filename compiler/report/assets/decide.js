"use strict";
// The meaning of one request by the tables of the page, step for step as the compiler's reference meaning has it.

const CALL = "/v1/chat/completions";

/** Make the tables quick to ask: names to numbers, and each model with its entries spelt out on demand. */
function prepared(data) {
  const groupNumber = new Map(data.groups.map((name, number) => [name, number]));
  const users = new Map();
  for (const user of data.users) {
    for (const name of [user.name, ...user.also]) users.set(name, user.name);
  }
  const sets = data.subjects.map((one) => ({groups: one.groups, users: new Set(one.users)}));
  const tiers = data.tiers.map((tier) => ({...tier, key: `tier:${tier.name}`, kind: "tier", limits: data.budgets[tier.budget]}));
  return {...data, groupNumber, userNamed: users, sets, tiers, byId: new Map(data.models.map((model) => [model.id, model]))};
}

/** Give the subscriptions and teams of a model, best first, each with its budget and where it is written. */
function entriesOf(tables, model) {
  const pairs = tables.shapes[model.shape].entries;
  return model.lines.map((line, index) => {
    const owner = tables.owners[pairs[2 * index]];
    return {...owner, limits: tables.budgets[pairs[2 * index + 1]], at: [owner.file, line]};
  });
}

/** Tell what of the tables concerns a caller: the sets of subjects that it is in, and its one tier. */
function standing(tables, caller) {
  const groups = new Set(caller.groups.map((name) => tables.groupNumber.get(name)));
  const covered = tables.sets.map((one) => one.users.has(caller.userid) || one.groups.some((group) => groups.has(group)));
  return {covered, tier: tables.tiers.findIndex((tier) => covered[tier.subjects])};
}

function decide(tables, caller, request) {
  return decided(tables, caller, request, caller.method === null ? null : standing(tables, caller));
}

/** Answer a request; `stands` is the caller's standing, which whoever asks often works out once. */
function decided(tables, caller, request, stands) {
  if (caller.method === null) return answered(401, "no-credential", {because: [tables.platform.at]});
  if (tables.headers.identity.some((name) => Object.hasOwn(request.headers, name))) return answered(403, "identity-header");
  const model = tables.byId.get(request.model);
  if (model === undefined) return answered(403, "unknown-model");
  const access = accessOf(tables, model, stands);
  if (access === null) return answered(403, "no-access", {because: [model.at]});
  if (caller.models !== null && !caller.models.some((name) => calledOf(tables, model).includes(name))) {
    return answered(403, "not-for-this-model", {because: [access]});
  }
  const named = nameOf(tables, caller, request);
  const selected = firstCandidate(tables, model, stands, named);
  if (selected === null) return answered(403, named === null ? "no-candidate" : "not-a-candidate", {because: [access]});
  const found = {selected: selected.key, per: selected.limits.per, because: [access, selected.at]};
  if (request.path.split("?")[0] === model.listing) return answered(200, "listing", found);
  found.limits = limitsOf(selected.limits);
  return found.limits.some((one) => one.limit === 0) ? answered(429, "zero-budget", found) : answered(200, "allowed", found);
}

function answered(status, reason, {selected = null, per = null, limits = [], because = []} = {}) {
  return {status, reason, selected, per, limits, because};
}

/** Give the words by which a credential that opens only some models can mean this one. */
function calledOf(tables, model) {
  const home = `${tables.platform.modelNamespace}/`;
  return ["*", model.id, ...(model.id.startsWith(home) ? [model.id.slice(home.length)] : [])];
}

function nameOf(tables, caller, request) {
  if (caller.bound !== null) return caller.bound;
  const header = tables.headers.subscription;
  return Object.hasOwn(request.headers, header) ? request.headers[header] : null;
}

/** Give where it is written that the caller may reach the model: a grant first, then its tier; null when nowhere. */
function accessOf(tables, model, stands) {
  const grant = model.grants.find((number) => stands.covered[tables.grants[number].subjects]);
  if (grant !== undefined) return tables.grants[grant].at;
  return tables.shapes[model.shape].tiers.includes(stands.tier) ? model.tiersAt : null;
}

/** Give what meters the caller on the model, without spelling out the entries that do not concern it. */
function firstCandidate(tables, model, stands, named) {
  const pairs = tables.shapes[model.shape].entries;
  for (let index = 0; index < model.lines.length; index += 1) {
    const owner = tables.owners[pairs[2 * index]];
    if (stands.covered[owner.subjects] && (named === null || owner.key === named)) {
      return {key: owner.key, limits: tables.budgets[pairs[2 * index + 1]], at: [owner.file, model.lines[index]]};
    }
  }
  const tier = tables.tiers[stands.tier];
  return tier !== undefined && (named === null || tier.key === named) ? tier : null;
}

/** Give everything that could meter the caller on the model, best first. */
function candidatesOf(tables, model, stands) {
  const found = entriesOf(tables, model).filter((entry) => stands.covered[entry.subjects]);
  return stands.tier < 0 ? found : [...found, tables.tiers[stands.tier]];
}

function limitsOf(budget) {
  return ["tokens", "requests"].flatMap((unit) =>
    budget[unit].map(([limit, seconds]) => ({unit, limit, seconds, per: [budget.per]})),
  );
}

function kindOf(tables, method) {
  return tables.platform.methods.find((one) => one.name === method)?.kind;
}

/** Tell whether credentials of a method are bound to one entry. */
function binds(tables, method) {
  return ["apiKey", "introspection"].includes(kindOf(tables, method));
}

/** Tell whether only the cluster could vouch for a name, and this method is somebody else's word. */
function reserved(tables, method, name) {
  return ["oidc", "introspection"].includes(kindOf(tables, method)) && name.startsWith("system:");
}

/** Give the groups that count with a method: a tier's token vouches for the groups of the tiers' ServiceAccounts alone. */
function vouched(tables, method, groups) {
  const projected = new Set(tables.tiers.map((tier) => tier.projected));
  if (kindOf(tables, method) === "tierToken") return groups.filter((group) => projected.has(group));
  return groups.filter((group) => !reserved(tables, method, group));
}
