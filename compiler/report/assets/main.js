"use strict";
// Puts the page together.

const PAGE = JSON.parse(byId("data").textContent);
const TABLES = prepared({...PAGE.tables, files: PAGE.files});
TABLES.groupNames = TABLES.callers.filter((one) => one.kind === "group" || one.kind === "tier").map((one) => one.name);

const platform = TABLES.platform;
const textless = TABLES.files.filter((file) => file.text === null).length;
replace(
  byId("facts"),
  `${platform.hostname}, gateway ${platform.gateway}, Kuadrant ${platform.kuadrant}, policies on the ${platform.attach}: `,
  `${counted(TABLES.models.length, "model")}, ${counted(TABLES.callers.length, "caller")}, ${counted(TABLES.tiers.length, "tier")}. `,
  make("span", {class: "quiet"}, `Configuration sha256 ${PAGE.digest}.`),
  textless ? make("span", {class: "quiet"}, ` Too long for this page is the text of ${counted(textless, "file")}, so places there are no links.`) : null,
);

const ask = asking(TABLES);
const redraw = matrix(TABLES, ask);
ladder(TABLES);
changes(TABLES, PAGE.changes, ask);
searching(TABLES, redraw);
sources(TABLES);
