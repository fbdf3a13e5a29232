"use strict";
// How much budgets let through as time goes on, drawn on logarithmic scales and told again as a table.

const WIDTH = 640;
const HEIGHT = 280;
const MARGIN = {left: 64, right: 16, top: 12, bottom: 34};
const HORIZONS = [60, 3600, 86400, 604800, 2592000];
const MOST_LINES = 6;

/** Give the most that all windows together let through in so many seconds, from unused counters on; null: no limit. */
function admitted(list, seconds) {
  if (!list.length) return null;
  const [[limit, window], ...shorter] = [...list].sort((one, other) => other[1] - one[1]);
  const within = (time) => Math.min(limit, admitted(shorter, time) ?? limit);
  const whole = Math.floor(seconds / window);
  const rest = seconds - whole * window;
  return (whole ? whole * within(window) : 0) + (rest > 0 ? within(rest) : 0);
}

/** Draw the budgets of some entries; `unit` is tokens or requests, and the first entry is the one that counts. */
function chart(entries, unit) {
  const lined = entries.filter((one) => one.limits[unit].length).slice(0, MOST_LINES);
  if (!lined.length) return null;
  const seconds = spread(Math.min(...lined.flatMap((one) => one.limits[unit].map(([, window]) => window)), 60), 2592000);
  const values = lined.flatMap((one) => [admitted(one.limits[unit], seconds[0]), admitted(one.limits[unit], seconds.at(-1))]);
  const top = Math.max(10, ...values);
  const bottom = Math.max(1, Math.min(...values.filter((value) => value > 0), top) / 2);
  const x = scale(seconds[0], seconds.at(-1), MARGIN.left, WIDTH - MARGIN.right);
  const y = scale(bottom, top * 1.5, HEIGHT - MARGIN.bottom, MARGIN.top);
  const marks = HORIZONS.filter((one) => one >= seconds[0]);
  const powers = [];
  for (let power = 10 ** Math.ceil(Math.log10(bottom)); power <= top * 1.5; power *= 10) powers.push(power);
  const picture = draw(
    "svg",
    {viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": `Most ${unit} over time; the table below has the numbers`},
    marks.map((one) => [
      draw("line", {class: "gridline", x1: x(one), x2: x(one), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom}),
      draw("text", {x: x(one), y: HEIGHT - 14, "text-anchor": one === seconds.at(-1) ? "end" : "middle"}, windowed(one)),
    ]).flat(),
    powers.map((one) => [
      draw("line", {class: "gridline", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(one), y2: y(one)}),
      draw("text", {x: MARGIN.left - 6, y: y(one) + 4, "text-anchor": "end"}, shortened(one)),
    ]).flat(),
    lined.map((one, index) => draw("path", {class: `curve c${index}`, d: stairs(one.limits[unit], seconds, x, y, bottom)})).reverse(),
  );
  return make("figure", {}, make("figcaption", {}, `At most so many ${unit} in a time, from unused counters on`), picture, numbers(entries, unit, lined));
}

function spread(from, to) {
  const steps = 160;
  return Array.from({length: steps + 1}, (_, step) => (step === steps ? to : from * (to / from) ** (step / steps)));
}

function scale(from, to, start, end) {
  return (value) => start + ((end - start) * Math.log(value / from)) / Math.log(to / from);
}

function shortened(value) {
  return value.toLocaleString("en-US", {notation: "compact"});
}

/** Trace a curve that rises in steps; nothing at all lies on the axis. */
function stairs(list, seconds, x, y, bottom) {
  let path = "";
  let last = null;
  for (const one of seconds) {
    const level = y(Math.max(bottom, admitted(list, one))).toFixed(1);
    path += path ? `H${x(one).toFixed(1)}` : `M${x(one).toFixed(1)},${level}`;
    if (level !== last) path += `V${level}`;
    last = level;
  }
  return path;
}

function numbers(entries, unit, lined) {
  const head = make("tr", {}, make("th", {scope: "col"}, "metered by"), HORIZONS.map((one) => make("th", {scope: "col"}, `in ${windowed(one)}`)));
  const body = entries.map((one) => {
    const index = lined.indexOf(one);
    const name = make("th", {scope: "row"}, index < 0 ? null : make("span", {class: `swatch c${index}`, "aria-hidden": "true"}), make("bdi", {}, one.key));
    return make("tr", {}, name, HORIZONS.map((seconds) => {
      const most = admitted(one.limits[unit], seconds);
      return make("td", {}, most === null ? "unlimited" : count(most));
    }));
  });
  return make("div", {class: "scroll"}, make("table", {}, make("caption", {class: "unseen"}, `Most ${unit} over time`), make("thead", {}, head), make("tbody", {}, body)));
}
