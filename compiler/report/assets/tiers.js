"use strict";
// The ladder of tiers: who is on each step, and what it gives.

const MOST_GROUPS = 12;

function ladder(tables) {
  const sizes = tables.tiers.map((tier) => sustained(tier.limits));
  const top = Math.max(...sizes.filter(Number.isFinite), 1);
  replace(byId("ladder"), tables.tiers.map((tier, index) => {
    const groups = tables.subjects[tier.subjects].groups.map((number) => tables.groups[number]).filter((name) => name !== tier.projected);
    const models = tables.models.filter((model) => tables.shapes[model.shape].tiers.includes(index)).length;
    const bar = make("div", {class: "bar", "aria-hidden": "true"});
    bar.style.inlineSize = `${width(sizes[index], top)}%`;
    return make(
      "li",
      {value: tier.level},
      make("h3", {}, make("bdi", {}, tier.title ?? tier.name), make("small", {}, make("bdi", {}, tier.name), `, level ${tier.level}`)),
      tier.about === null ? null : make("p", {}, tier.about),
      bar,
      make("ul", {class: "plain"}, budgetLines(tier.limits).map((words) => make("li", {}, words))),
      make("p", {}, groups.length ? "groups " : "no groups", named(groups)),
      make("p", {class: "quiet"}, `lets its callers into ${counted(models, "model")}; written at `, where(tables, tier.at)),
    );
  }));
  if (!tables.tiers.length) replace(byId("ladder"), make("li", {class: "quiet"}, "there are none"));
}

/** Give what a budget allows per second for ever: all windows hold at once, so the tightest one counts. */
function sustained(budget) {
  return Math.min(...budget.tokens.map(([limit, seconds]) => limit / seconds));
}

/** Give the width of a bar in percent: each factor of ten below the largest takes a sixth away. */
function width(size, top) {
  if (!Number.isFinite(size)) return 100;
  return size === 0 ? 0 : Math.max(4, 100 + (100 / 6) * Math.log10(size / top));
}

function named(names) {
  const shown = names.slice(0, MOST_GROUPS).flatMap((name, index) => [index ? ", " : "", make("bdi", {class: "name"}, name)]);
  return names.length > MOST_GROUPS ? [...shown, ` and ${count(names.length - MOST_GROUPS)} more`] : shown;
}
