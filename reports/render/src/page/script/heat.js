// The matrix against a reference that the reader chooses, of the questions that the reader chooses, and
// the arrow keys in it. A table is drawn just as the page has it to begin with.
(() => {
  "use strict";
  const section = document.getElementById("matrix");
  const blocks = section ? [...section.querySelectorAll("[data-run]")] : [];
  if (!blocks.length) return;
  const { board, el } = lab;
  const edges = section.dataset.edges.split(" ").map(Number);
  const selects = [...section.querySelectorAll("select[data-key]")];
  const note = section.querySelector(".heat-note");

  // The class of a ratio; null where it is none of two amounts.
  const step = (ratio, better) => {
    if (!Number.isFinite(ratio) || ratio <= 0) return null;
    const times = ratio >= 1 ? ratio : 1 / ratio;
    const place = edges.filter((edge) => times >= edge).length;
    if (place === 0) return "h0";
    return (ratio >= 1 === (better === "lower") ? "hw" : "hb") + place;
  };

  const degrees = (unit) => (unit === "bytes" ? ["smaller", "larger"] : ["faster", "slower"]);
  const word = (verdict, unit) => {
    const place = ["better", "worse"].indexOf(verdict);
    return place < 0 ? verdict : degrees(unit)[place];
  };

  // Whether two intervals have a value in common. What has none is told apart from nothing.
  const overlap = (a, b) =>
    [a.low, a.high, b.low, b.high].includes(null) || (a.low <= b.high && b.low <= a.high);

  // A cell against its own reference: what the summary says.
  const own = (cell, column) => {
    const colour = cell.ratio === null ? null : step(cell.ratio, column.better);
    if (colour === null && cell.verdict === "reference") return ["reference", "1", "; the reference"];
    if (colour === null) return ["bare", cell.text, "; no ratio"];
    const told = ["better", "worse"].includes(cell.verdict);
    const ratio = lab.ratio(cell.ratio);
    return [
      told ? colour : cell.verdict === "equivalent" ? "h0" : "h0 un",
      ratio,
      "; ratio " + ratio + " " + cell.ratioInterval + ", " + word(cell.verdict, column.unit),
    ];
  };

  // A cell against another of its question: a ratio of medians, which has no interval.
  const chosen = (cell, column, other) => {
    if (cell === other) return ["reference", "1", "; the reference"];
    const comparable = other && other.value > 0 && cell.value > 0;
    const colour = comparable ? step(cell.value / other.value, column.better) : null;
    if (colour === null) return ["bare", cell.text, "; no ratio"];
    const ratio = lab.ratio(cell.value / other.value);
    const exact = cell.interval === "exact" && other.interval === "exact";
    const apart = exact || !overlap(cell, other);
    const told = "; ratio of medians " + ratio + (apart ? "" : ", not told apart");
    return [apart ? colour : "h0 un", ratio, told];
  };

  // What a question is compared with: the chosen isolation's own cell, or that of its fresh process
  // where it has no other start; null where it has neither.
  const against = (run, column, line) => {
    const { name } = board.lines[line];
    const same = lab.cell(run, column, line);
    if (same) return { cell: same, name };
    const fresh = board.columns[column].key.replace(/\/(resident|loaded)$/, "/process");
    const cell = lab.cell(run, board.columns.findIndex((one) => one.key === fresh), line);
    return cell ? { cell, name: name + " (process)" } : null;
  };

  // Whether that is what the run itself compares with: then its ratios are those of the summary.
  const isOwn = (run, column, other) =>
    [other.name, other.name + " (process)"].includes(board.runs[run].references[column]);

  const whole = (cell, told) => cell.text + " " + cell.interval + ", n " + cell.n + told;

  const drawCell = (run, column, line, reference) => {
    const cell = lab.cell(run, column, line);
    if (!cell) return el("td", { class: "none" }, lab.outcome(run, column, line));
    const asked = board.columns[column];
    const other = reference < 0 ? null : against(run, column, reference);
    const [look, text, told] =
      reference < 0 || (other && isOwn(run, column, other)) ? own(cell, asked) : chosen(cell, asked, other && other.cell);
    const mark = lab.row(cell);
    const link = { href: "#row-" + mark, "data-row": mark, "data-value": cell.value };
    const tip = el("span", { class: "tip" }, whole(cell, told));
    return el("td", { class: look }, el("a", link, text + " ", tip));
  };

  const drawHead = (run, column, reference) => {
    const asked = board.columns[column];
    const direction = asked.better === "lower" ? "less is better" : "more is better";
    const other = reference < 0 ? null : against(run, column, reference);
    const known = reference < 0 ? board.runs[run].references[column] : other && other.name;
    return el("th", { scope: "col" }, asked.short + " ",
      el("small", {}, asked.workload + ", " + direction), " ",
      el("small", {}, known ? "against " + known : "no reference"));
  };

  // The questions of a run that are shown: the key ones, those of a measure, or all that have a number.
  const columnsOf = (run, show) => {
    if (!show) return board.runs[run].keys;
    const measured = new Set(board.cells.filter((cell) => cell.run === run).map((cell) => cell.column));
    return [...measured].sort((a, b) => a - b)
      .filter((column) => show === "all" || board.columns[column].measure === show);
  };

  const draw = (block, show, reference) => {
    const run = Number(block.dataset.run);
    const columns = columnsOf(run, show);
    const has = (line) => columns.some((column) => lab.cell(run, column, line));
    const places = board.lines.map((_, line) => line);
    const lines = places.filter(has);
    const tiers = board.tiers.filter((tier) => lines.some((line) => board.lines[line].tier === tier));
    const drawLine = (line) => el("tr", {},
      el("th", { scope: "row" }, el("span", { class: "chip t" + board.lines[line].ink }), board.lines[line].name),
      ...columns.map((column) => drawCell(run, column, line, reference)));
    const drawTier = (tier) => el("tbody", {},
      el("tr", { class: "group" }, el("th", { scope: "rowgroup", colspan: columns.length + 1 }, tier)),
      ...lines.filter((line) => board.lines[line].tier === tier).map(drawLine));
    const head = el("tr", {}, el("th", { scope: "col" }, "isolation"),
      ...columns.map((column) => drawHead(run, column, reference)));
    block.querySelector("table.heat").replaceChildren(el("thead", {}, head), ...tiers.map(drawTier));
    drawSilent(block, run, places.filter((line) => !has(line)));
  };

  // The isolations of a run that have no number in what is shown.
  const drawSilent = (block, run, lines) => {
    const details = block.querySelector("details.silent");
    const names = lines.map((line) => board.lines[line].name);
    details.hidden = names.length === 0;
    details.querySelector("summary").textContent =
      names.length + " isolation" + (names.length === 1 ? "" : "s") + " without a number here";
    details.querySelector("span").textContent = names.join(", ");
  };

  // One cell can be reached by Tab, the others from it by the arrow keys.
  const links = (table) => [...table.querySelectorAll("tbody a")];
  const reach = (table, link) => {
    for (const other of links(table)) other.tabIndex = other === link ? 0 : -1;
  };
  const moves = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
  const next = (table, link, key, all) => {
    const row = link.closest("tr");
    const own = [...row.querySelectorAll("a")];
    const every = links(table);
    if (key === "Home") return all ? every[0] : own[0];
    if (key === "End") return (all ? every : own).pop();
    const [across, down] = moves[key];
    if (across) return own[own.indexOf(link) + across];
    // The nearest line that has a number in this column.
    const place = link.closest("td").cellIndex;
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
    for (let i = rows.indexOf(row) + down; rows[i]; i += down) {
      const found = rows[i].cells[place] && rows[i].cells[place].querySelector("a");
      if (found) return found;
    }
    return undefined;
  };
  const pressed = (event) => {
    const link = event.target.closest("tbody a");
    if (!link || event.altKey || !(event.key in moves || event.key === "Home" || event.key === "End")) return;
    event.preventDefault();
    const found = next(event.currentTarget, link, event.key, event.ctrlKey);
    if (found) found.focus();
  };

  for (const block of blocks) {
    const table = block.querySelector("table.heat");
    table.setAttribute("role", "grid");
    table.addEventListener("keydown", pressed);
    table.addEventListener("focusin", (event) => {
      if (event.target.closest("tbody a")) reach(table, event.target);
    });
    reach(table, links(table)[0]);
  }
  for (const select of selects) {
    select.addEventListener("change", () => lab.address.set(select.dataset.key, select.value, "matrix"));
  }

  const told = (reference) => {
    if (reference < 0) return "";
    return "Ratios of medians to " + board.lines[reference].name + ". They have no interval: where the intervals " +
      "of the two medians overlap, the cell is marked as not told apart. Where it is what the run itself compares with, " +
      "they are those of the run. Where it has no number, the medians stand bare.";
  };

  let drawn = new Map(blocks.map((block) => [block, ",-1"]));
  lab.address.on(() => {
    const [wanted, show, run] = ["reference", "show", "run"].map((key) => lab.address.get("matrix." + key) || "");
    for (const select of selects) {
      select.value = lab.address.get(select.dataset.key) || "";
      if (select.selectedIndex < 0) select.value = ""; // of another page: not known here
    }
    const reference = board.lines.findIndex((line) => line.key === wanted);
    const known = ["all", ...board.columns.map((column) => column.measure)].includes(show) ? show : "";
    const one = board.runs.findIndex((other) => other.id === run);
    for (const block of blocks) {
      block.hidden = one >= 0 && Number(block.dataset.run) !== one;
      const state = known + "," + reference;
      if (drawn.get(block) === state) continue;
      drawn.set(block, state);
      draw(block, known, reference);
      reach(block.querySelector("table.heat"), links(block)[0]);
    }
    note.textContent = told(reference);
  });
})();
