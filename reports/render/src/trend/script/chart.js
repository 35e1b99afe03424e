// A small chart: the nights of a series, what changed in them, and what one of them says.
trend.chart = (() => {
  "use strict";
  const [LEFT, RIGHT, TOP, BOTTOM] = [4, 316, 14, 90];
  const STRIPS = [[97, 102], [105, 110]];
  // Changes of less than this share of the value are drawn flat.
  const FLAT = 0.04;

  const svg = (tag, attributes, ...children) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  };

  const round = (number) => Math.round(number * 10) / 10;

  // Where nights and values are.
  const scales = (series, from, to) => {
    let [least, most] = [Infinity, -Infinity];
    for (let night = from; night < to; night += 1) {
      const value = series.values[night];
      if (value === null) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    if (least > most) [least, most] = [0, 1];
    const room = Math.max(most - least, FLAT * Math.max(Math.abs(least), Math.abs(most)), Number.MIN_VALUE) * 1.3;
    const middle = least + (most - least) / 2;
    const nights = Math.max(1, to - from - 1);
    const x = (night) => (to - from === 1 ? (LEFT + RIGHT) / 2 : LEFT + ((RIGHT - LEFT) * (night - from)) / nights);
    const y = (value) => BOTTOM - (BOTTOM - TOP) * (0.5 + (value - middle) / room);
    return { x: (night) => round(x(night)), y: (value) => round(Math.min(BOTTOM, Math.max(TOP, y(value)))), least, most };
  };

  // The median, and its interval behind it; both have gaps where there is none.
  const lines = (series, from, to, { x, y }) => {
    let [line, area, lower, pen] = ["", "", [], "M"];
    const close = () => {
      if (lower.length) area += lower.reverse().join("") + "Z";
      lower = [];
    };
    for (let night = from; night < to; night += 1) {
      const [value, low, high] = [series.values[night], series.low[night], series.high[night]];
      if (value === null) {
        pen = "M";
        close();
        continue;
      }
      // A night alone is a dot: a line of no length with a round end.
      line += `${pen}${x(night)} ${y(value)}${pen === "M" ? "h.01" : ""}`;
      pen = "L";
      if (low === null || high === null) close();
      else {
        area += `${lower.length ? "L" : "M"}${x(night)} ${y(high)}`;
        lower.push(`L${x(night)} ${y(low)}`);
      }
    }
    close();
    return [svg("path", { class: "around", d: area || "M0 0" }), svg("path", { class: "line", d: line || "M0 0" })];
  };

  // Stretches of nights in which something was the same, in two shades, and where one ends.
  const strip = (changes, from, to, { x }, [top, bottom]) => {
    const inside = changes.map(([night]) => night).filter((night) => night < to);
    const shades = { a: "", b: "" };
    let borders = "";
    inside.forEach((night, i) => {
      const end = inside[i + 1] ?? to - 1;
      if (end < from) return;
      const [start, last] = [x(Math.max(night, from)), x(end)];
      shades[i % 2 ? "b" : "a"] += `M${start} ${top}H${last}V${bottom}H${start}Z`;
      if (night > from) borders += `M${start} ${TOP}V${bottom}`;
    });
    return [
      svg("path", { class: "strip a", d: shades.a || "M0 0" }),
      svg("path", { class: "strip b", d: shades.b || "M0 0" }),
      svg("path", { class: "border", d: borders || "M0 0" }),
    ];
  };

  // The nights at which anything around the series changed.
  const around = (history) => {
    const nights = Object.values(history.around).flat().map(([night]) => night);
    return [...new Set(nights)].sort((a, b) => a - b).map((night) => [night]);
  };

  const marks = (series, from, to, { x, y }) => {
    const isIn = (night) => night >= from && night < to;
    const made = [];
    for (const [night] of series.points) {
      if (isIn(night)) made.push(svg("path", { class: "point", d: `M${x(night)} ${TOP}V${BOTTOM}` }));
    }
    for (const { night } of series.epochs) {
      if (isIn(night)) made.push(svg("path", { class: "epoch", d: `M${x(night)} ${BOTTOM}V4h7l-2 3 2 3h-7` }));
    }
    for (const night of series.suspected) {
      if (isIn(night) && series.values[night] !== null) {
        made.push(svg("circle", { class: "suspect", cx: x(night), cy: y(series.values[night]), r: 4 }));
      }
    }
    for (const { since, isWorse } of series.found) {
      if (!isIn(since)) continue;
      const d = isWorse ? `M${x(since) - 5} 3h10l-5 8Z` : `M${x(since) - 5} 11h10l-5-8Z`;
      made.push(svg("path", { class: isWorse ? "worse" : "better", d }));
    }
    return made;
  };

  // Draws nights `from` to `to` of a series; `show` moves the cursor to one of them.
  const draw = (series, history, from, to, unit) => {
    const scale = scales(series, from, to);
    const label = (value, y) => svg("text", { x: LEFT, y }, lab.format(value, unit));
    const cursor = svg("path", { class: "cursor", d: "M0 0", visibility: "hidden" });
    const here = svg("circle", { class: "here", r: 2.6, visibility: "hidden" });
    const made = svg(
      "svg",
      { class: "trend", viewBox: "0 0 320 112", "aria-hidden": "true", focusable: "false" },
      svg("path", { class: "rule", d: `M${LEFT} ${BOTTOM + 2}H${RIGHT}` }),
      ...strip(history.versions[series.isolation] || [], from, to, scale, STRIPS[0]),
      ...strip(around(history), from, to, scale, STRIPS[1]),
      ...lines(series, from, to, scale),
      ...marks(series, from, to, scale),
      ...(series.values.slice(from, to).some((value) => value !== null)
        ? [label(scale.most, 10), label(scale.least, BOTTOM)]
        : []),
      cursor,
      here,
    );
    const show = (night) => {
      const value = series.values[night];
      cursor.setAttribute("d", `M${scale.x(night)} ${TOP}V${BOTTOM}`);
      cursor.setAttribute("visibility", "visible");
      here.setAttribute("visibility", value === null ? "hidden" : "visible");
      if (value === null) return;
      here.setAttribute("cx", scale.x(night));
      here.setAttribute("cy", scale.y(value));
    };
    const nearest = (event) => {
      const box = made.getBoundingClientRect();
      const at = ((event.clientX - box.left) / box.width) * 320;
      const share = (at - LEFT) / (RIGHT - LEFT);
      return Math.min(to - 1, Math.max(from, from + Math.round(share * (to - from - 1))));
    };
    return { made, show, nearest };
  };

  // What a night says of a series, in parts: words, and what is marked.
  const said = (series, history, night, unit) => {
    const value = series.values[night];
    const commit = history.commits[history.commit[night]];
    const number =
      value === null
        ? series.gone.get(night) || "not in this night"
        : trend.told(value, series.low[night], series.high[night], unit);
    const version = trend.at(history.versions[series.isolation], night);
    const others = Object.entries(history.around)
      .map(([what, changes]) => [what, trend.at(changes, night)])
      .filter(([, text]) => text !== null)
      .map(([what, text]) => (what === "system" ? text : `${what} ${text}`));
    const changed = Object.entries(history.around)
      .filter(([, changes]) => changes.some(([since]) => since === night && since > 0))
      .map(([what]) => what);
    const versions = history.versions[series.isolation] || [];
    if (versions.some(([since]) => since === night && since > 0)) changed.unshift("version");
    if (series.artifacts.has(night)) changed.push("artifact");
    const notes = [];
    for (const one of series.found) {
      if (one.since === night) notes.push([one.isWorse ? "v-worse" : "v-better", `Confirmed, since this night: ${one.said}`]);
      else if (one.night === night) notes.push([one.isWorse ? "v-worse" : "v-better", `Confirmed this night: ${one.said}`]);
    }
    for (const [at, ratio] of series.points) {
      if (at !== night) continue;
      const by = ratio === null ? "" : ` by ${ratio < 1 ? "\u2212" : "+"}${Math.abs((ratio - 1) * 100).toFixed(1)} %`;
      notes.push(["mark", `Change point${by}`]);
    }
    for (const one of series.epochs) if (one.night === night) notes.push(["mark", `Another normal from here on: ${one.reason}`]);
    if (series.suspected.has(night)) notes.push(["mark", "Suspected, not confirmed"]);
    if (history.shifted.includes(night)) notes.push(["mark", "Environment shift: the machine was another"]);
    if (changed.length) notes.push(["mark", `Changed: ${changed.join(", ")}`]);
    return {
      when: history.started[night], number, notes, page: history.pages[night] || null,
      commit: commit === undefined ? "commit not known" : `commit ${commit}`,
      rest: [version && `version ${version}`, ...others, history.class].filter(Boolean).join(", "),
    };
  };

  return { draw, said };
})();
