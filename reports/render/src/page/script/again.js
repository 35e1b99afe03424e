// How a row was measured, and the command that measures it again: a button on each line of the table
// of all rows opens it. The arrow keys go from button to button.
(() => {
  "use strict";
  const table = document.getElementById("every");
  if (!table) return;
  const heads = [...table.querySelectorAll("th[data-key]")];

  // The command of each row, by the list that is there without scripts too.
  const commands = new Map();
  for (const list of document.querySelectorAll("pre.again")) {
    for (const code of list.querySelectorAll("code")) {
      for (const range of code.dataset.rows.split(" ")) {
        const [first, last] = range.split("-").map(Number);
        for (let row = first; row <= (last ?? first); row += 1) commands.set(list.dataset.run + "-" + row, code);
      }
    }
  }
  // Where the settings of each isolation stand.
  const settings = (run, name) => {
    // What is the same in the first run is in its table alone.
    for (const of of [run, 0]) {
      const lines = [...document.querySelectorAll(`[id^="r${of}-isolation-"]`)];
      const line = lines.find((line) => line.cells[0].textContent === name);
      if (line) return line;
    }
    return undefined;
  };

  const copy = (code, button) => {
    const done = () => {
      button.textContent = "Copied";
      lab.say("Copied");
    };
    const byHand = () => {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected: copy it";
    };
    if (navigator.clipboard) navigator.clipboard.writeText(code.textContent).then(done, byHand);
    else byHand();
  };

  const dialog = lab.el("dialog", { "aria-labelledby": "how-title" });
  document.body.append(dialog);
  const open = (row) => {
    const facts = [];
    let place = 0;
    for (const head of heads) {
      const cells = [...row.cells].slice(place, place + head.colSpan);
      place += head.colSpan;
      const text = cells.map((cell) => cell.innerText.trim().replace(/\n+/g, " \u00b7 ")).join(" ");
      facts.push(lab.el("div", {}, lab.el("dt", {}, head.textContent), lab.el("dd", {}, text || "\u2013")));
    }
    const mark = row.id.replace("row-", "");
    const [run] = mark.split("-");
    const name = row.cells[0].firstChild.textContent;
    const line = settings(run, name.split(" \u00b7 ")[0]);
    const own = commands.get(mark);
    const code = lab.el("code", {}, own ? own.textContent : "");
    const button = lab.el("button", { type: "button", onclick: () => copy(code, button) }, "Copy");
    const close = () => dialog.close();
    const link = (id, text) => lab.el("a", { href: "#" + id, onclick: close }, text);
    const links = [link(`r${run}-machine`, "The machine")];
    if (line) links.unshift(link(line.id, "Settings of " + name), " \u00b7 ");
    dialog.replaceChildren(
      lab.el("h2", { id: "how-title" }, "How this row was measured"),
      lab.el("dl", {}, ...facts),
      lab.el("p", {}, "Measures it again, with the other rows of its workload and isolation:"),
      lab.el("pre", { tabindex: "0" }, code),
      lab.el("p", {}, button),
      lab.el("p", {}, ...links),
      lab.el("p", {}, lab.el("button", { type: "button", onclick: close }, "Close")),
    );
    dialog.showModal();
  };

  table.querySelector("colgroup").append(lab.el("col", { class: "c-how" }));
  table.querySelector(".heads").append(lab.el("th", { scope: "col" }, "how"));
  const wide = table.querySelector(".machines");
  if (wide) wide.colSpan += 1;
  const body = table.tBodies[0];
  for (const row of body.rows) {
    const name = row.cells[0].firstChild.textContent;
    const button = lab.el("button", { type: "button", tabindex: "-1", "aria-label": "How was it measured: " + name }, "how?");
    row.append(lab.el("td", {}, button));
  }

  // One of the buttons is in the order of the tabulator: the one that was used last, or the first.
  const buttons = () => [...body.querySelectorAll("tr:not([hidden]) > td:last-child > button")];
  let current = null;
  const move = (button) => {
    if (current) current.tabIndex = -1;
    current = button || null;
    if (current) current.tabIndex = 0;
  };
  move(body.querySelector("button"));
  body.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    move(button);
    open(button.closest("tr"));
  });
  body.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const step = steps[event.key];
    if (step === undefined || !event.target.closest("button")) return;
    event.preventDefault();
    const all = buttons();
    const place = Math.min(all.length - 1, Math.max(0, all.indexOf(event.target) + step));
    move(all[place]);
    all[place]?.focus();
  });
  // A button that is filtered away hands its place to the first that is there.
  lab.address.on(() => {
    if (!current || current.closest("tr").hidden) move(buttons()[0]);
  });
})();
