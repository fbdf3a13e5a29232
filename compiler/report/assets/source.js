"use strict";
// The configuration itself: a link to a file and line opens the text there.

const AROUND = 200;

function sources(tables) {
  const dialog = byId("source");

  function opened() {
    const hit = /^#(.+):(\d+)$/.exec(location.hash);
    if (hit === null) return;
    const file = tables.files.find((one) => one.name === decodeURIComponent(hit[1]));
    if (file === undefined || file.text === null) return;
    const number = Number(hit[2]);
    byId("source-title").textContent = visible(`${file.name}:${number}`);
    const lines = file.text.split("\n");
    const from = Math.max(0, number - AROUND);
    replace(byId("source-text"), lines.slice(from, number + AROUND).map((text, index) => {
      const here = from + index + 1;
      const mark = here === number ? {class: "line here", "aria-current": "true"} : {class: "line"};
      return make("span", mark, make("span", {class: "number"}, String(here)), text.replace(/\t/g, "    ").replace(/\r$/, ""));
    }));
    if (!dialog.open) dialog.showModal();
    dialog.querySelector(".here")?.scrollIntoView({block: "center"});
  }

  dialog.addEventListener("close", () => history.replaceState(null, "", " "));
  window.addEventListener("hashchange", opened);
  opened();
}
