// What every part of the page's script stands on: the board, numbers as the page writes them, the
// address that holds the reader's settings, and elements made from text alone.
const lab = (() => {
  "use strict";
  const board = JSON.parse(document.getElementById("board").textContent);
  const places = new Map(board.cells.map((cell) => [[cell.run, cell.column, cell.line].join(), cell]));

  // The measured cell of a run, a column and a line; undefined where there is none.
  const cell = (run, column, line) => places.get([run, column, line].join());

  // Three significant digits, as units::ratio writes them.
  const digits = (value) => {
    if (value === 0) return "0.00";
    if (Math.abs(value) >= 1e9) return value.toExponential(2).replace("+", "");
    const power = Math.floor(Math.log10(Math.abs(value)));
    const rounded = Math.abs(value) / 10 ** (power - 2) >= 999.5 ? power + 1 : power;
    return value.toFixed(Math.min(12, Math.max(0, 2 - rounded)));
  };

  const units = {
    ns: [["ns", "\u00b5s", "ms", "s"], 1e3],
    bytes: [["B", "KiB", "MiB", "GiB"], 1024],
    per_second: [["/s", "k/s", "M/s", "G/s"], 1e3],
    bytes_per_second: [["B/s", "KiB/s", "MiB/s", "GiB/s"], 1024],
  };

  // A value of a metric's unit, as the page writes it.
  const format = (value, unit) => {
    if (!units[unit]) return digits(value);
    const [names, step] = units[unit];
    let power = 0;
    while (power < 3 && Math.abs(value) >= step ** (power + 1) * 0.9995) power += 1;
    const scaled = value / step ** power;
    return (names[power] === "B" ? scaled.toFixed(0) : digits(scaled)) + " " + names[power];
  };

  // What a reader types ("10ms", "5 MiB", "2k/s") in the unit of a metric; NaN where it is none.
  const parse = (text, unit) => {
    const found = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*(.*?)\s*$/i.exec(text);
    if (!found) return NaN;
    const value = Number(found[1]);
    if (found[2] === "" || !units[unit]) return value;
    const [names, step] = units[unit];
    const plain = (name) => name.toLowerCase().replace("\u00b5", "u").replace("ib", "b");
    const power = names.findIndex((name) => plain(name) === plain(found[2]));
    return power < 0 ? NaN : value * step ** power;
  };

  // Settings in the fragment: `#decide?start=10ms&tier=namespaces`.
  const read = () => {
    const [anchor, settings] = decodeURI(location.hash.slice(1)).split("?");
    return [anchor || "", new URLSearchParams(settings || "")];
  };
  const listeners = [];
  const address = {
    get: (key) => read()[1].get(key),
    all: (key) => read()[1].getAll(key),
    set: (key, value) => {
      const [anchor, settings] = read();
      settings.delete(key);
      for (const one of [value].flat()) {
        if (one !== null && one !== undefined && one !== "") settings.append(key, one);
      }
      const text = settings.toString();
      history.replaceState(null, "", "#" + anchor + (text ? "?" + text : ""));
      listeners.forEach((listen) => listen());
    },
    // Calls `listen` now, and whenever a setting has changed.
    on: (listen) => {
      listeners.push(listen);
      listen();
    },
  };
  window.addEventListener("hashchange", () => {
    const [anchor, settings] = read();
    // A link inside the page has no settings of its own, and keeps the reader's.
    if (anchor && settings.size === 0 && kept) history.replaceState(null, "", "#" + anchor + "?" + kept);
    kept = read()[1].toString();
    if (location.hash.includes("?")) document.getElementById(anchor)?.scrollIntoView();
    listeners.forEach((listen) => listen());
  });
  let kept = read()[1].toString();
  listeners.push(() => {
    kept = read()[1].toString();
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
  const [anchor] = read();
  if (location.hash.includes("?")) document.getElementById(anchor)?.scrollIntoView();
  return { board, cell, format, parse, ratio: digits, digits, address, el, say };
})();
