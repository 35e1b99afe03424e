// The trade-off of any two questions, drawn as the page's own pictures are: `lab.scatter` gives what
// stands in a figure's caption, its drawing and its table.
(() => {
  "use strict";
  const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, FOOT, RADIUS, MOST] = [1080, 500, 104, 34, 34, 48, 9, 40];
  const [RIGHT_END, BOTTOM] = [WIDTH - RIGHT, HEIGHT - FOOT];
  const space = document.querySelector("svg")?.namespaceURI;

  const make = (tag, attributes, ...children) => {
    const made = document.createElementNS(space, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };
  const text = (x, y, anchor, words, more = {}) =>
    make("text", { x, y, dy: "0.5ex", "text-anchor": anchor, "font-size": 12, fill: "var(--text)", ...more }, words);
  const line = (points, stroke, width) =>
    make("polyline", { points: points.map((point) => point.join()).join(" "), fill: "none", stroke, "stroke-width": width });
  const cut = (name, most = 34) => ([...name].length > most ? [...name].slice(0, most - 1).join("") + "\u2026" : name);

  // Values with a line each, and whether there is room for their names.
  const decimal = (low, high) => {
    const decades = Math.log10(high / low);
    const every = Math.max(1, Math.ceil(decades / 12));
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
      if (power % every !== 0) continue;
      for (const step of decades > 12 ? [1] : [1, 2, 5]) ticks.push([step * 10 ** power, step === 1 || decades < 2.2]);
    }
    return ticks;
  };
  const binary = (low, high) => {
    const [first, last] = [Math.floor(Math.log2(low)), Math.ceil(Math.log2(high))];
    const nines = Math.floor((last - first) / 9);
    const every = nines === 0 ? 1 : nines === 1 ? 2 : nines < 5 ? 5 : 10 * Math.max(1, Math.floor(nines / 10));
    const ticks = [];
    for (let power = first; power <= last; power += 1) ticks.push([2 ** power, power % every === 0]);
    return ticks;
  };

  // A logarithmic axis that holds all values; what it cannot show (0, less) is at its low end.
  const axis = (values, unit, start, end) => {
    const positive = values.filter((value) => value > 0).map((value) => Math.min(1e300, Math.max(1e-300, value)));
    const [least, most] = positive.length ? [Math.min(...positive), Math.max(...positive)] : [1e3, 1e6];
    const low = 10 ** (Math.floor(Math.log10(least * 0.97) * 3) / 3);
    const high = 10 ** (Math.ceil(Math.log10(most * 1.03) * 3) / 3);
    const at = (value) =>
      value <= low ? start : start + Math.min(1, Math.log(value / low) / Math.log(high / low)) * (end - start);
    const all = unit.startsWith("bytes") ? binary(low, high) : decimal(low, high);
    const name = (value) => lab.format(value, unit).replace(/\.0+(?= |$)/, "");
    const ticks = all
      .filter(([value]) => value >= low * 0.999 && value <= high * 1.001)
      .map(([value, named]) => [at(value), named ? name(value) : ""]);
    return { at, ticks };
  };

  const cost = (value, better) => (better === "lower" ? value : -value);

  // The measured isolations of two questions; those that no other beats in both are the first.
  const points = (run, x, y) => {
    const all = lab.board.lines.flatMap((line, place) => {
      const [across, up] = [lab.cell(run, x.place, place), y && lab.cell(run, y.place, place)];
      if (line.control || !across || (y && !up)) return [];
      return [{ line, across, up, at: [across.value, y ? up.value : line.tierRank] }];
    });
    const ways = [x.better, y ? y.better : "higher"];
    for (const point of all) point.costs = point.at.map((value, way) => cost(value, ways[way]));
    const beats = ({ costs: a }, { costs: b }) => a[0] <= b[0] && a[1] <= b[1] && (a[0] < b[0] || a[1] < b[1]);
    for (const point of all) point.first = !all.some((other) => beats(other, point));
    const kept = [...all].sort((a, b) => b.first - a.first || a.costs[0] - b.costs[0]).slice(0, MOST);
    return { points: kept, more: all.length - kept.length };
  };

  // The corners of the line between what the first ones beat and what they do not.
  const corners = (all) => {
    const first = all.filter((point) => point.first).sort((a, b) => a.costs[0] - b.costs[0] || a.costs[1] - b.costs[1]);
    return first.flatMap((point, place) =>
      place ? [[point.at[0], first[place - 1].at[1]], point.at] : [point.at]);
  };

  // Moves marks of one lane apart, the first ones least.
  const apart = (all, most) => {
    const step = 2 * RADIUS + 1;
    const asides = [0];
    for (let lane = 1; lane * step <= most; lane += 1) asides.push(lane * step, -lane * step);
    const done = [];
    for (const point of all) {
      const free = (aside) => done.every((other) => Math.hypot(other.x - point.x, other.y - point.y - aside) >= step - 0.5);
      point.y += asides.find(free) ?? 0;
      done.push(point);
    }
  };

  // Each name beside its mark, where it covers the least.
  const names = (all) => {
    const touch = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
    const marks = all.map(({ x, y }) => [x - RADIUS, y - RADIUS, x + RADIUS, y + RADIUS]);
    const taken = [];
    return all.filter((point) => point.first).flatMap((point) => {
      const width = [...cut(point.line.name)].length * 6.7;
      const places = [0, -16, 16, -32, 32, -48, 48].flatMap((aside) => [1, -1].map((side) => {
        const [at, y] = [point.x + side * (RADIUS + 4), point.y + aside];
        const left = side > 0 ? at : at - width;
        const area = [left, y - 7.5, left + width, y + 7.5];
        const outside = area[0] < LEFT || area[1] < TOP || area[2] > RIGHT_END || area[3] > BOTTOM;
        const over = (others) => others.filter((other) => touch(other, area)).length;
        return { at, y, side, area, aside, cost: 40 * outside + over(marks) + 4 * over(taken) + Math.abs(aside) / 100 };
      }));
      const best = places.reduce((a, b) => (b.cost < a.cost ? b : a));
      taken.push(best.area);
      const name = text(best.at, best.y, best.side > 0 ? "start" : "end", cut(point.line.name));
      return best.aside ? [line([[point.x, point.y], [best.at, best.y]], "var(--muted)", 0.5), name] : [name];
    });
  };

  const faster = (unit) => ({ bytes: "smaller", count: "better" })[unit] ?? "faster";

  const draw = (all, x, y, title, letters) => {
    const ends = ({ low, high, value }) => [low ?? value, high ?? value, value];
    const across = axis(all.flatMap((point) => ends(point.across)), x.unit, LEFT, RIGHT_END);
    const tiers = lab.board.tiers.map((_, rank) => rank).filter((rank) => all.some((point) => point.line.tierRank === rank));
    const each = (BOTTOM - TOP) / tiers.length;
    const lane = (rank) => BOTTOM - each * (tiers.indexOf(rank) + 0.5);
    const upward = y ? axis(all.flatMap((point) => ends(point.up)), y.unit, BOTTOM, TOP) : { at: lane };
    for (const point of all) [point.x, point.y] = [across.at(point.at[0]), upward.at(point.at[1])];
    const front = corners(all).map(([a, b]) => [across.at(a), upward.at(b)]);
    if (!y) apart(all, each / 2 - RADIUS);
    const drawn = [];
    for (const [at, name] of across.ticks) {
      drawn.push(line([[at, TOP], [at, BOTTOM]], "var(--grid)", name ? 1 : 0.5));
      if (name) drawn.push(text(at, BOTTOM + 12, "middle", name, { fill: "var(--muted)" }));
    }
    for (const [at, name] of upward.ticks ?? tiers.map((rank) => [lane(rank) + each / 2, ""])) {
      drawn.push(line([[LEFT, at], [RIGHT_END, at]], "var(--grid)", name ? 1 : 0.5));
      if (name) drawn.push(text(LEFT - 7, at, "end", name, { fill: "var(--muted)" }));
    }
    if (!y) drawn.push(...tiers.map((rank) => text(LEFT - 7, lane(rank), "end", lab.board.tiers[rank], { fill: "var(--muted)" })));
    const bold = { "font-weight": "bold", "font-size": 13 };
    const [below, beside] = axes(x, y).map((label) => cut(label, 142));
    drawn.push(text(RIGHT_END, BOTTOM + 33, "end", below, bold), text(0, 12, "start", beside, bold));
    drawn.push(line(front, "var(--reference)", 1.5));
    for (const point of [...all].sort((a, b) => a.first - b.first)) {
      const ring = { cx: point.x, cy: point.y, r: RADIUS - 1, stroke: `var(--tier-${point.line.tierRank})` };
      drawn.push(make("circle", { ...ring, fill: "var(--panel)", "stroke-width": point.first ? 3 : 1.5 }));
      const ink = { fill: point.first ? "var(--text)" : "var(--muted)", "font-weight": "bold" };
      drawn.push(text(point.x, point.y, "middle", letters.get(point.line.technology) ?? "\u00b7", ink));
    }
    drawn.push(...names(all));
    return make("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title }, ...drawn);
  };

  // What the axes are, and which way is better.
  const axes = (x, y) => {
    const said = (column, [lower, higher]) =>
      `${column.better === "lower" ? lower : higher} ${faster(column.unit)}: ${column.label}`;
    return [said(x, ["\u2190", "\u2192"]), y ? said(y, ["\u2193", "\u2191"]) : "\u2191 further from the host\u2019s system calls: tier"];
  };

  const said = (column, cell) => `${column.short}: ${cell.text} ${cell.interval}`;
  const row = (cell) => `${cell.run}-${cell.row}`;

  // The marks as links, each with what it says when it is pointed at.
  const over = (all, x, y) => {
    const links = all.flatMap((point) => {
      const lines = [point.line.name, said(x, point.across), y ? said(y, point.up) : `tier: ${point.line.tier}`];
      const anchor = point.x < WIDTH / 3 ? "start" : point.x > (WIDTH * 2) / 3 ? "end" : "middle";
      const top = point.y < 90 ? point.y + 26 : point.y - 48;
      const spans = lines.map((words, place) => make("tspan", { x: point.x, dy: place ? 17 : 0 }, words));
      return [
        make("a", { href: "#row-" + row(point.across), "aria-label": lines.join("; ") },
          make("circle", { cx: point.x, cy: point.y, r: RADIUS + 2 })),
        make("text", { x: point.x, y: top, "text-anchor": anchor, "aria-hidden": "true" }, ...spans),
      ];
    });
    const attributes = { class: "over", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group" };
    return make("svg", { ...attributes, "aria-label": "The marks, as links to their rows" }, ...links);
  };

  const table = (all, x, y) => {
    const head = (words, kind = {}) => lab.el("th", { scope: "col", ...kind }, words);
    const number = (cell) => lab.el("td", { "data-row": row(cell), "data-value": JSON.stringify(cell.value) },
      cell.text + " ", lab.el("small", {}, `${cell.interval} n\u00a0${cell.n}`));
    const heads = [head("isolation"), head("tier"), head(x.short, { class: "number" })];
    if (y) heads.push(head(y.short, { class: "number" }));
    const line = (point) => lab.el("tr", {},
      lab.el("th", { scope: "row" }, lab.el("a", { href: "#row-" + row(point.across) }, point.line.name)),
      lab.el("td", {}, point.line.tier), number(point.across), ...(y ? [number(point.up)] : []),
      lab.el("td", {}, point.first ? "by nothing" : "yes"));
    return [
      lab.el("thead", {}, lab.el("tr", {}, ...heads, head("beaten in both"))),
      lab.el("tbody", {}, ...all.map(line)),
    ];
  };

  // What a figure of two columns (of which the second may be null: the tier) has, of a run: title,
  // description, drawing and table.
  lab.scatter = (run, x, y, letters) => {
    const { points: all, more } = points(run, x, y);
    const title = `${x.label} against ${y ? y.label : "tier"}`;
    if (!all.length) return { title, said: "No isolation has a number for both.", drawn: [], numbers: [] };
    const firsts = all.filter((point) => point.first).map((point) => point.line.name).join(", ");
    const left = more ? ` ${more} more are in the table of every row alone.` : "";
    const drawn = [draw(all, x, y, title, letters), over(all, x, y)];
    const count = `${all.length} isolation${all.length === 1 ? "" : "s"}`;
    const words = `${count}: ${axes(x, y).join("; ")}. Nothing beats in both: ${firsts}.${left}`;
    return { title, said: words, drawn, numbers: table(all, x, y) };
  };
})();
