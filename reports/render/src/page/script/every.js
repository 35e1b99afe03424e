// One table of all rows: sorted by its heads, searched for words, narrowed by choices. The settings
// live in the address. Words are matched against every cell of a line, all of them, in any order.
(() => {
  "use strict";
  const table = document.getElementById("every");
  const form = document.getElementById("every-filter");
  if (!table || !form) return;
  const counted = document.getElementById("every-count");
  const body = table.tBodies[0];

  // Each row gets what stands above it, and what is its own of the question: so it can stand anywhere.
  const asked = ["workload", "question"];
  const before = table.querySelector('th[data-key="run"]') || table.querySelector('th[data-key="isolation"]');
  const place = before.cellIndex;
  before.after(...asked.map((key) => lab.el("th", { scope: "col", "data-key": key }, key)));
  table.querySelectorAll("col")[place].after(...asked.map((key) => lab.el("col", { class: "c-" + key })));
  const machines = table.querySelector(".machines");
  if (machines) machines.colSpan += asked.length;
  for (const group of [...table.tBodies]) {
    const [head, ...rows] = group.rows;
    const [workload, question] = [...head.cells].map((cell) => cell.textContent.trim());
    for (const row of rows) {
      const rest = row.cells[0].querySelector("p + p");
      const whole = rest ? question + ", " + rest.textContent.trim() : question;
      rest?.remove();
      row.cells[place].after(lab.el("td", {}, workload), lab.el("td", {}, whole));
    }
    head.remove();
    body.append(...rows);
    if (group !== body) group.remove();
  }
  const total = counted.textContent;

  // The heads, and at which cell of a line each begins.
  const heads = [...table.querySelectorAll("th[data-key]")];
  const at = {};
  const width = heads.reduce((place, head) => {
    at[head.dataset.key] = place;
    return place + head.colSpan;
  }, 0);

  const lines = [...body.rows].map((row, place) => ({ row, place }));
  const cellText = (line, key) => line.row.cells[at[key]].textContent.trim();

  // What a line is found by, read when it is first needed.
  const known = (line) => {
    if (line.text !== undefined) return line;
    const texts = [...line.row.cells].slice(0, width).map((cell) => cell.textContent);
    line.text = texts.join(" ").toLowerCase();
    line.metric = cellText(line, "question");
    line.workload = cellText(line, "workload");
    line.technology = cellText(line, "isolation").split("/")[0];
    line.tier = line.row.cells[0].querySelector("p").textContent.split(" ")[0];
    line.run = "run" in at ? cellText(line, "run") : "";
    return line;
  };
  const fits = {
    find: (line, words) => words.toLowerCase().split(/\s+/).every((word) => line.text.includes(word)),
    // A question begins with its metric.
    metric: (line, metric) => line.metric === metric || line.metric.startsWith(metric + ", "),
    workload: (line, workload) => line.workload === workload,
    technology: (line, technology) => line.technology === technology,
    tier: (line, tier) => line.tier === tier,
    run: (line, run) => line.run === run,
  };
  const controls = [...form.elements].filter((control) => control.name in fits);

  // Amounts as the page writes them: the kind of the unit first, so that like stands by like.
  const units = new Map();
  [
    [["ns", "\u00b5s", "ms", "s"], 1e3],
    [["B", "KiB", "MiB", "GiB"], 1024],
    [["/s", "k/s", "M/s", "G/s"], 1e3],
    [["B/s", "KiB/s", "MiB/s", "GiB/s"], 1024],
  ].forEach(([names, step], kind) => {
    names.forEach((name, power) => units.set(name, [kind, step ** power]));
  });
  const amount = (text) => {
    const found = /^(-?[\d.]+(?:e[+-]?\d+)?)(?: (\S+))?/.exec(text);
    if (!found) return null;
    const [kind, factor] = units.get(found[2]) || [units.size, 1];
    return [kind, Number(found[1]) * factor];
  };
  const order = {
    median: (line, text) => {
      const shown = amount(text);
      return shown && [shown[0], Number(line.row.dataset.value)];
    },
    n: (line, text) => amount(text),
    ratio: (line, text) => amount(text),
    p90: (line, text) => amount(text),
  };
  const words = new Intl.Collator("en", { numeric: true });
  const compare = (a, b) => {
    if (typeof a === "string") return words.compare(a, b);
    return a[0] - b[0] || a[1] - b[1];
  };

  // Sorts by a head, `-` before it for the other way; by nothing as the page was written. What has
  // nothing in that column comes last either way.
  const sort = (by) => {
    const key = by.replace("-", "");
    const turn = by.startsWith("-") ? -1 : 1;
    let sorted = lines;
    if (key in at) {
      const keyed = lines.map((line) => {
        const text = cellText(line, key);
        return { line, value: text === "" ? null : order[key] ? order[key](line, text) : text };
      });
      keyed.sort((a, b) => {
        if (a.value === null || b.value === null) return (a.value === null) - (b.value === null);
        return turn * compare(a.value, b.value) || a.line.place - b.line.place;
      });
      sorted = keyed.map((one) => one.line);
    }
    body.append(...sorted.map((line) => line.row));
    for (const head of heads) {
      const own = head.dataset.key === key;
      head.setAttribute("aria-sort", !own ? "none" : turn > 0 ? "ascending" : "descending");
    }
  };

  const filter = (wanted) => {
    let shown = 0;
    for (const line of lines) {
      known(line);
      const hidden = !wanted.every(([name, value]) => fits[name](line, value));
      if (line.row.hidden !== hidden) line.row.hidden = hidden;
      if (!hidden) shown += 1;
    }
    counted.textContent = wanted.length ? `${shown} of ${total}` : total;
    return shown;
  };

  // What was asked for last, so that nothing is done twice.
  let sortedBy = "";
  let filteredBy = "[]";
  const show = (by) => {
    if (by !== sortedBy) sort(by);
    sortedBy = by;
    const set = controls.map((control) => [control.name, control.value.trim()]);
    const wanted = set.filter(([, value]) => value !== "");
    const now = JSON.stringify(wanted);
    if (now !== filteredBy) lab.say(`${filter(wanted)} rows`);
    filteredBy = now;
  };

  // The address: `#rows?rows.find=json&rows.sort=-median`.
  const write = (settings) => {
    const wanted = Object.entries(settings).filter(([key, value]) => (lab.address.get(key) || "") !== value);
    if (wanted.length === 0) return;
    const rest = location.hash.split("?").slice(1);
    history.replaceState(null, "", "#" + ["rows", ...rest].join("?"));
    for (const [key, value] of wanted) lab.address.set(key, value || null);
  };
  const settings = () => Object.fromEntries(controls.map((control) => ["rows." + control.name, control.value.trim()]));

  let typing = 0;
  form.addEventListener("input", () => {
    // The lines follow at once; the address, and all that reads it, when the hand rests.
    clearTimeout(typing);
    typing = setTimeout(() => {
      typing = 0;
      write(settings());
    }, 300);
    requestAnimationFrame(() => show(sortedBy));
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  const clear = () => {
    clearTimeout(typing);
    typing = 0;
    for (const control of controls) control.value = "";
  };
  form.addEventListener("reset", () => {
    clear();
    write({ ...settings(), "rows.sort": "" });
  });

  for (const head of heads) {
    const key = head.dataset.key;
    const turned = () => (sortedBy === key ? "-" + key : sortedBy === "-" + key ? "" : key);
    const button = lab.el("button", { type: "button", onclick: () => write({ "rows.sort": turned() }) });
    button.append(...head.childNodes);
    head.append(button);
    head.setAttribute("aria-sort", "none");
  }

  // A link to a row that is filtered out shows all rows.
  let marked = null;
  const mark = () => {
    const anchor = location.hash.slice(1).split("?")[0];
    const row = anchor.startsWith("row-") ? document.getElementById(anchor) : null;
    if (row === marked) return;
    marked?.classList.remove("here");
    marked = row;
    if (!row) return;
    if (row.hidden) {
      clear();
      for (const key of Object.keys(settings())) lab.address.set(key, null);
    }
    row.classList.add("here");
    row.scrollIntoView({ block: "center" });
  };

  lab.address.on(() => {
    if (typing === 0) {
      for (const control of controls) {
        const wanted = lab.address.get("rows." + control.name) || "";
        // Whoever types a space means to go on.
        if (control.value.trim() !== wanted) control.value = wanted;
      }
    }
    show(lab.address.get("rows.sort") || "");
    mark();
  });
})();
