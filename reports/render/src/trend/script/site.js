// The series as small charts: drawn when they come into view, filtered, and gone through by key.
(() => {
  "use strict";
  const { el, address } = lab;
  const SETTINGS = ["words", "metric", "workload", "isolation", "history", "nights", "changed"];
  const section = document.getElementById("series");
  const form = section.querySelector("form.filter");
  const files = section.dataset.nights.split(" ");
  const shown = document.getElementById("shown");

  // The nights that are drawn: of how many, from which on.
  const from = (count) => {
    const wanted = address.get("nights");
    if (wanted === "all") return 0;
    return Math.max(0, count - (Number(wanted) || 60));
  };

  // A card takes the place of a line of the table, and its address.
  const card = (row, group) => {
    const cells = [...row.cells].map((cell) => cell.textContent.trim());
    const name = row.cells[0].textContent.trim();
    const plot = el("div", { class: "plot" });
    const ends = el("p", { class: "ends" });
    const readout = el("p", { class: "readout" });
    const last = row.cells[1].firstChild ? row.cells[1].firstChild.textContent : "";
    const behind = row.cells[1].querySelector("small");
    const isUsual = cells[3] !== "" && cells[3] !== "no nights before";
    const now = el("p", { class: "now" }, el("b", {}, last), " ");
    if (isUsual) now.append(el("span", {}, `${cells[3]} against the nights before`));
    if (behind) now.append(el("small", {}, behind.textContent));
    const made = el("li", { class: `card ${row.dataset.open}`, id: row.id }, el("h4", {}, name), now, plot, ends, readout);
    row.removeAttribute("id");
    return {
      made, row, plot, ends, readout, name,
      words: `${name} ${group.title} ${group.node.dataset.metric} ${group.note}`.toLowerCase(),
      changes: row.dataset.changes.split(" ").filter(Boolean).map(Number),
      isolation: row.dataset.isolation,
    };
  };

  const groups = [...section.querySelectorAll("section.group")].map((node) => {
    const list = node.querySelector("ol.charts");
    const group = { node, list, title: node.querySelector("h3").textContent, note: node.querySelector(".note").textContent };
    group.count = Number(node.dataset.count);
    group.cards = [...node.querySelectorAll("tbody tr")].map((row) => card(row, group));
    list.append(...group.cards.map((one) => one.made));
    list.hidden = false;
    node.querySelector("details").open = false;
    return group;
  });

  // What the night under the cursor says, below the chart and to those who hear it.
  const tell = (one, series, history, night, unit) => {
    const told = trend.chart.said(series, history, night, unit);
    one.night = night;
    one.page = told.page;
    one.readout.replaceChildren(
      ...told.notes.map(([kind, text]) => el("span", { class: `mark ${kind}` }, text)),
      told.page ? el("a", { href: told.page }, told.when) : told.when, " ",
      el("b", {}, told.number), ` ${told.commit}, ${told.rest}`,
    );
    const notes = told.notes.map(([, text]) => text);
    one.plot.setAttribute("aria-valuenow", night);
    one.plot.setAttribute("aria-valuetext", [told.when, told.number, told.commit, ...notes, told.rest].join(", "));
  };

  const KEYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

  const draw = (one, series, history, group) => {
    const [first, end] = [from(group.count), group.count];
    const { unit } = group.node.dataset;
    const chart = trend.chart.draw(series, history, first, end, unit);
    const go = (night) => {
      tell(one, series, history, Math.min(end - 1, Math.max(first, night)), unit);
      chart.show(one.night);
    };
    const fresh = el("div", {
      class: "plot", role: "slider", tabindex: "0", "aria-label": `${one.name}, night`,
      "aria-valuemin": first, "aria-valuemax": end - 1,
      onpointermove: (event) => go(chart.nearest(event)),
      onpointerdown: (event) => go(chart.nearest(event)),
      onfocus: () => go(one.night),
      onkeydown: (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey) return;
        if (event.key === "Enter" && one.page) location.href = one.page;
        else if (event.key === "Home") go(first);
        else if (event.key === "End") go(end - 1);
        else if (KEYS[event.key]) go(one.night + KEYS[event.key]);
        else return;
        event.preventDefault();
      },
    }, chart.made);
    one.plot.replaceWith(fresh);
    one.plot = fresh;
    tell(one, series, history, end - 1, unit);
    one.ends.replaceChildren(...[first, end - 1].map((night) => el("span", {}, (history.started[night] || "").slice(0, 10))));
  };

  // Loads what a group draws, and draws it for the nights that are asked for.
  const show = async (group) => {
    group.isSeen = true;
    const { history, place, file } = group.node.dataset;
    try {
      // Of another number of nights it is another file.
      await trend.load(`${files[history]}?${file.split("?")[1]}`);
      await trend.load(file);
      const { texts, series } = trend.taken.series.get(Number(place));
      group.series = group.series || series.map((one) => trend.read(one, texts));
      group.series.forEach((one, i) => draw(group.cards[i], one, trend.taken.nights.get(Number(history)), group));
      group.node.dataset.drawn = from(group.count);
    } catch (fault) {
      const missing = `The numbers of these series cannot be read: ${fault.message}.`;
      for (const one of group.cards) one.readout.textContent = missing;
    }
  };

  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const group = groups.find((one) => one.list === entry.target);
        if (entry.isIntersecting && !group.isSeen) show(group);
      }
    },
    { rootMargin: "300px" },
  );
  for (const group of groups) seen.observe(group.list);

  const is = (key, own) => !address.get(key) || address.get(key) === own;

  const apply = () => {
    const words = (address.get("words") || "").toLowerCase().split(/\s+/).filter(Boolean);
    let [count, all] = [0, 0];
    for (const group of groups) {
      const { metric, workload, history } = group.node.dataset;
      const isAsked = is("metric", metric) && is("workload", workload) && is("history", history);
      const first = from(group.count);
      let own = 0;
      for (const one of group.cards) {
        const isOne = isAsked && is("isolation", one.isolation) && words.every((word) => one.words.includes(word))
          && (!address.get("changed") || one.changes.some((night) => night >= first));
        one.made.hidden = !isOne;
        one.row.hidden = !isOne;
        if (isOne) own += 1;
      }
      group.node.hidden = own === 0;
      count += own;
      all += group.cards.length;
      if (group.isSeen && group.series && Number(group.node.dataset.drawn) !== first) show(group);
    }
    shown.textContent = count === all ? `${all} series` : `${count} of ${all} series`;
    for (const name of SETTINGS) {
      const field = form.elements[name];
      const value = address.get(name) || "";
      if (field.type === "checkbox") field.checked = value !== "";
      else if (field !== document.activeElement || field.tagName === "SELECT") field.value = value;
    }
  };

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    const value = target.type === "checkbox" ? (target.checked ? "1" : null) : target.value;
    address.set(target.name, value, "series");
  });
  form.addEventListener("reset", () => SETTINGS.forEach((name) => address.set(name, null, "series")));

  // A link to a series that is filtered out shows it all the same.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1).split("?")[0]);
    if (!target || !section.contains(target)) return;
    if (target.hidden || target.closest("[hidden]")) {
      SETTINGS.filter((name) => name !== "nights").forEach((name) => address.set(name, null, target.id));
    }
    target.scrollIntoView();
  };
  address.on(apply);
  window.addEventListener("hashchange", reveal);
  reveal();
})();
