// Limits strike out what does not keep to them, and sort the rest. What is set stands in the address,
// word for word as it was typed.
(() => {
  "use strict";
  const section = document.getElementById("decide");
  const form = section && section.querySelector("form.limits");
  if (!form) return;
  const { board, el, address } = lab;
  const fields = [...form.querySelectorAll("input[data-limit]")];
  const selects = [...form.querySelectorAll("select[data-key]")];
  const blocks = [...section.querySelectorAll("[data-run]")];
  const left = form.querySelector(".left");
  const columnAt = new Map(board.columns.map((column, i) => [column.key, i]));
  const lineAt = new Map(board.lines.map((line, i) => [line.key, i]));
  const keyOf = (field) => "limit." + field.dataset.limit;
  // The lines of each run's table, as the page has them to begin with.
  const rowsOf = new Map(blocks.map((block) => [block, [...block.querySelectorAll("tr[data-line]")]]));

  const examples = {
    ns: "a time with its unit, such as 10ms, 200us or 1.5s",
    bytes: "a size with its unit, such as 5MiB, 300KiB or 2MB",
    per_second: "a rate, such as 2000, 2k/s or 1.5M/s",
    bytes_per_second: "a rate with its unit, such as 5MiB/s or 2GB/s",
    count: "a number",
  };

  // The limits that are set and understood, and how many are not, which is said beside their fields.
  const limits = () => {
    const set = [];
    let refused = 0;
    for (const field of fields) {
      const text = (address.get(keyOf(field)) || "").trim();
      const column = columnAt.get(field.dataset.limit);
      const { unit } = board.columns[column];
      const value = text ? lab.parse(text, unit) : NaN;
      const wrong = text !== "" && Number.isNaN(value);
      field.setAttribute("aria-invalid", wrong);
      document.getElementById(field.getAttribute("aria-describedby")).textContent =
        wrong ? "Not understood: write " + examples[unit] + "." : "";
      refused += Number(wrong);
      if (text && !wrong) set.push({ column, value, text });
    }
    return { set, refused };
  };

  // What a limit says of a measured cell: that it breaks it, or that its interval reaches across.
  const judge = (cell, { column, value, text }) => {
    const asked = board.columns[column];
    const lower = asked.better === "lower";
    const words = asked.short + " " + cell.text + " " + cell.interval;
    const limit = (lower ? "at most " : "at least ") + text;
    if (lower ? cell.value > value : cell.value < value) return { breaks: words + ", not " + limit };
    const far = lower ? cell.high : cell.low;
    const across = far !== null && (lower ? far > value : far < value);
    return across ? { close: words + " reaches across " + limit } : {};
  };

  // What the limits say of an isolation: why it is out, what is not known of it, and what is close.
  const verdict = (run, line, set, tier) => {
    const said = { out: [], unknown: [], close: [], broken: new Set() };
    const own = board.lines[line];
    if (tier >= 0 && own.tierRank < tier) said.out.push("tier " + own.tier + ", not at least " + board.tiers[tier]);
    for (const limit of set) {
      const cell = lab.cell(run, limit.column, line);
      if (!cell) {
        said.unknown.push(board.columns[limit.column].short + " " + lab.outcome(run, limit.column, line));
        continue;
      }
      const { breaks, close } = judge(cell, limit);
      if (breaks) {
        said.out.push(breaks);
        said.broken.add(board.columns[limit.column].key);
      }
      if (close) said.close.push(close);
    }
    return said;
  };

  // 0 keeps to every limit, 1 is not known to, 2 does not.
  const rank = (said) => (said.out.length ? 2 : said.unknown.length ? 1 : 0);
  const classes = ["", "unknown", "out"];

  const explain = (tr, said) => {
    const place = rank(said);
    tr.className = classes[place];
    const heads = [...tr.closest("table").tHead.rows[0].cells];
    [...tr.cells].forEach((cell, i) => cell.classList.toggle("breaks", said.broken.has(heads[i].dataset.column)));
    const words = [
      ...(said.out.length ? ["Out: " + said.out.join("; ")] : []),
      ...(said.unknown.length ? ["Not known: " + said.unknown.join("; ")] : []),
      ...(said.close.length && place < 2 ? ["Close: " + said.close.join("; ")] : []),
    ];
    const old = tr.cells[0].querySelector(".why");
    if (old) old.remove();
    if (words.length) tr.cells[0].append(el("small", { class: "why" }, words.join(". ")));
  };

  // Best first by a column; what has no number there last, and ties as the page has them.
  const order = (run, sort) => (a, b) => {
    if (a.place !== b.place) return a.place - b.place;
    if (sort === undefined) return 0;
    const [one, other] = [a, b].map(({ line }) => lab.cell(run, sort, line));
    if (!one || !other) return Number(!one) - Number(!other);
    const difference = one.value - other.value;
    return board.columns[sort].better === "lower" ? difference : -difference;
  };

  const heads = (block, sort) => {
    for (const head of block.querySelectorAll("th[data-column]")) {
      const on = sort !== undefined && head.dataset.column === board.columns[sort].key;
      const way = on && (board.columns[sort].better === "lower" ? "ascending" : "descending");
      if (on) head.setAttribute("aria-sort", way);
      else head.removeAttribute("aria-sort");
    }
  };

  const decide = (block, set, tier, sort) => {
    const run = Number(block.dataset.run);
    const judged = rowsOf.get(block).map((tr) => {
      const line = lineAt.get(tr.dataset.line);
      const said = verdict(run, line, set, tier);
      explain(tr, said);
      return { tr, line, place: rank(said) };
    });
    heads(block, sort);
    const body = block.querySelector("table.decide tbody");
    if (body) body.append(...judged.sort(order(run, sort)).map(({ tr }) => tr));
    return [0, 1, 2].map((place) => judged.filter((one) => one.place === place).length);
  };

  const counted = ([keep, unknown, out], some, refused) => {
    const sum = keep + unknown + out;
    const all = sum + " isolation" + (sum === 1 ? "" : "s");
    const wrong = refused === 1 ? "1 limit is not understood and does not count." : refused + " limits are not understood and do not count.";
    const besides = refused ? " " + wrong : "";
    if (!some) return refused ? all + "." + besides : all + "; no limit is set.";
    return "Left: " + keep + " of " + all + ". Struck out: " + out + ". Without a number to judge by: " + unknown + "." + besides;
  };

  const show = () => {
    for (const field of fields) {
      const text = address.get(keyOf(field)) || "";
      if (field.value !== text) field.value = text;
    }
    for (const select of selects) {
      select.value = address.get(select.dataset.key) || "";
      if (select.selectedIndex < 0) select.value = ""; // of another page: not known here
    }
    form.querySelector(".link").hidden = true;
    const { set, refused } = limits();
    const tier = board.tiers.indexOf(address.get("tier"));
    const sort = columnAt.get(address.get("sort"));
    const wanted = board.runs.findIndex((run) => run.id === address.get("decide.run"));
    const run = Math.max(0, wanted);
    for (const block of blocks) {
      const own = Number(block.dataset.run) === run;
      block.hidden = !own;
      const counts = decide(block, set, tier, sort);
      const text = counted(counts, set.length > 0 || tier >= 0, refused);
      if (own && left.textContent !== text) left.textContent = text;
    }
  };

  const set = (key, value) => address.set(key, value, "decide");

  const copy = async () => {
    const link = form.querySelector(".link");
    link.value = address.link("decide");
    try {
      await navigator.clipboard.writeText(link.value);
      lab.say("The link is copied.");
    } catch (refused) {
      lab.say("Copy the link from the field.");
    }
    // Shown in any case: it says what was copied.
    link.hidden = false;
    link.select();
  };

  const clear = () => {
    for (const field of fields) set(keyOf(field), null);
    for (const key of ["tier", "sort"]) set(key, null);
  };

  for (const field of fields) field.addEventListener("input", () => set(keyOf(field), field.value));
  for (const select of selects) {
    select.addEventListener("change", () => set(select.dataset.key, select.value));
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[data-do=copy]").addEventListener("click", copy);
  form.querySelector("[data-do=clear]").addEventListener("click", clear);
  // A head sorts by its column, and once more takes that back.
  for (const head of section.querySelectorAll("th[data-column]")) {
    const key = head.dataset.column;
    const onclick = () => set("sort", address.get("sort") === key ? null : key);
    head.append(el("button", { type: "button", onclick }, ...head.childNodes));
  }
  address.on(show);
})();
