// What every part of the page's script stands on: the board, numbers as the page writes them, the
// reader's settings in the address, and elements made from text alone.
const lab = (() => {
  "use strict";
  const board = JSON.parse(document.getElementById("board").textContent);
  // How a number reads stands in its line of the table of all rows, behind its isolation and its run.
  const behind = board.runs.length > 1 ? 2 : 1;
  const read = (run, row) => {
    const cells = [...document.getElementById("row-" + run + "-" + row).cells].slice(behind);
    const [text, interval, n, , against] = cells.map((one) => one.textContent.trim());
    // The last word is the verdict, which there is none without an interval.
    const end = against.startsWith("no interval") ? against.length : Math.max(0, against.lastIndexOf(" "));
    return { text, interval, n, ratioInterval: against.slice(0, end) };
  };
  const named = (values) => {
    const cell = Object.fromEntries(board.cellKeys.map((key, i) => [key, values[i]]));
    return { ...cell, verdict: board.verdicts[cell.verdict], ...read(cell.run, cell.row) };
  };
  board.cells = board.cells.map(named);
  board.lines = board.lines.map((line) => ({
    name: line.key, technology: line.key.split("/")[0], control: false, tier: board.tiers[line.tierRank], ...line,
  }));
  const places = new Map(board.cells.map((cell) => [[cell.run, cell.column, cell.line].join(), cell]));

  // The measured cell of a run, a column and a line; undefined where there is none.
  const cell = (run, column, line) => places.get([run, column, line].join());

  // What became of a cell that has no number, or none that may be compared.
  const outcomes = new Map();
  board.runs.forEach((run, i) => {
    for (const [outcome, pairs] of Object.entries(run.missing)) {
      for (const [column, line] of pairs) outcomes.set([i, column, line].join(), outcome);
    }
  });
  const outcome = (run, column, line) => outcomes.get([run, column, line].join()) || "not asked";

  // The address of a cell's line in the table of all rows, and its mark.
  const row = (of) => of.run + "-" + of.row;

  // Rust rounds a value that lies right between two to the even one, and toFixed away from zero.
  const fixed = (value, decimals) => {
    const exact = value.toFixed(100);
    const end = exact.indexOf(".") + 1 + decimals;
    const text = value.toFixed(decimals);
    if (!/^50*$/.test(exact.slice(end)) || Number(text.slice(-1)) % 2 === 0) return text;
    return exact.slice(0, decimals ? end : end - 1);
  };

  // Three significant digits, as units::ratio writes them, or so many.
  const digits = (value, decimals, significant = 3) => {
    if (Math.abs(value) >= 1e9) return value.toExponential(2).replace("+", "");
    if (value === 0) return fixed(0, decimals ?? 2);
    const power = Math.floor(Math.log10(Math.abs(value)));
    const rounded = Math.abs(value) / 10 ** (power - 2) >= 999.5 ? power + 1 : power;
    return fixed(value, decimals ?? Math.min(12, Math.max(0, significant - 1 - rounded)));
  };

  const units = {
    ns: [["ns", "\u00b5s", "ms", "s"], 1e3],
    bytes: [["B", "KiB", "MiB", "GiB"], 1024],
    per_second: [["/s", "k/s", "M/s", "G/s"], 1e3],
    bytes_per_second: [["B/s", "KiB/s", "MiB/s", "GiB/s"], 1024],
    count: [["", "k", "M", "G"], 1e3],
  };

  // A value of a metric's unit, as units::value writes it.
  const format = (value, unit) => {
    if (!units[unit]) return digits(value, 0);
    const [names, step] = units[unit];
    let power = 0;
    while (power < 3 && Math.abs(value) >= step ** (power + 1) * 0.9995) power += 1;
    const name = names[power];
    const whole = name === "B" || name === "" ? 0 : undefined;
    return (digits(value / step ** power, whole, unit === "count" ? 5 : 3) + " " + name).trimEnd();
  };

  const bytes = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 };
  for (const [power, prefix] of ["k", "m", "g", "t"].entries()) {
    bytes[prefix] = bytes[prefix + "ib"] = 1024 ** (power + 1);
  }
  // What a reader may write behind a number, without spaces, capitals and the `/s` of a rate.
  const written = {
    ns: { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 6e10 },
    bytes,
    per_second: { "": 1, k: 1e3, m: 1e6, g: 1e9 },
    bytes_per_second: bytes,
    count: { "": 1, k: 1e3, m: 1e6, g: 1e9 },
  };

  // What a reader types ("10ms", "5 MiB", "2k/s") in the unit of a metric; NaN where it is none of
  // these. A time and a size need their unit: nobody means 10 ns by "10".
  const parse = (text, unit) => {
    const plain = text.toLowerCase().replace(/[\u00b5\u03bc]/g, "u").replace(/\s/g, "");
    const found = /^(\d+\.?\d*|\.\d+)(.*)$/.exec(plain);
    if (!found) return NaN;
    const ending = unit.endsWith("per_second") ? found[2].replace(/\/s(ec)?$/, "") : found[2];
    const factor = Object.hasOwnProperty.call(written[unit], ending) ? written[unit][ending] : NaN;
    return Number(found[1]) * factor;
  };

  // The settings stand in the fragment, behind the part that is shown: `#decide?tier=namespaces`.
  const asked = () => {
    const text = location.hash.slice(1);
    const mark = text.indexOf("?");
    const anchor = mark < 0 ? text : text.slice(0, mark);
    return { anchor, settings: mark < 0 ? null : new URLSearchParams(text.slice(mark + 1)) };
  };
  let { anchor, settings } = asked();
  settings = settings || new URLSearchParams();

  const fragment = (part) => {
    const text = settings.toString();
    return "#" + part + (text ? "?" + text : "");
  };
  const write = () => {
    try {
      history.replaceState(history.state, "", fragment(anchor));
    } catch (refused) {
      // A browser takes only so many in a while, and none in some frames. The settings hold anyway.
    }
  };

  const listeners = [];
  const tell = (listen) => {
    try {
      listen();
    } catch (fault) {
      console.error(fault); // and the other parts go on
    }
  };

  const address = {
    get: (key) => settings.get(key),
    all: (key) => settings.getAll(key),
    // Sets a key to a value, to several, or to none (null); `part` is then what the address shows.
    set: (key, value, part = anchor) => {
      settings.delete(key);
      for (const one of [value].flat()) {
        if (one !== null && one !== undefined && one !== "") settings.append(key, one);
      }
      anchor = part;
      write();
      listeners.forEach(tell);
    },
    // Calls `listen` now, and whenever a setting has changed.
    on: (listen) => {
      listeners.push(listen);
      tell(listen);
    },
    // The whole address of a part of the page with the settings as they are.
    link: (part) => location.href.split("#")[0] + fragment(part),
  };

  // Shows what the address names, though it is folded or filtered out.
  const reveal = () => {
    const target = anchor && document.getElementById(anchor);
    if (!target) return;
    target.hidden = false;
    for (let e = target; e; e = e.parentElement) if (e.tagName === "DETAILS") e.open = true;
    target.scrollIntoView();
  };

  window.addEventListener("hashchange", () => {
    const now = asked();
    anchor = now.anchor;
    // A link inside the page has no settings of its own, and keeps the reader's.
    if (now.settings) settings = now.settings;
    else write();
    listeners.forEach(tell);
    reveal();
  });

  // An element with attributes and children; text stays text.
  const el = (tag, attributes = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.flat());
    return made;
  };

  // Says something to those who hear the page.
  const live = el("p", { class: "heard", "aria-live": "polite" });
  document.body.append(live);
  const say = (text) => {
    live.textContent = text;
  };

  for (const one of document.querySelectorAll(".needs-script[hidden]")) one.hidden = false;
  // After the other parts have drawn what they have to.
  if (location.hash.includes("?")) window.addEventListener("DOMContentLoaded", reveal);
  return { board, cell, outcome, row, units, format, parse, ratio: (x) => digits(x), address, el, say };
})();
