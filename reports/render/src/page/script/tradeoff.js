// The reader's choice of the two questions of the first picture, which the address keeps
// (`trade.x`, `trade.y`). What the page came with is put back when it is chosen again.
(() => {
  "use strict";
  const columns = new Map(lab.board.columns.map((column, place) => [column.key, { ...column, place }]));

  const chooser = (block) => {
    const run = Number(block.dataset.run);
    const figure = block.querySelector("figure");
    const [x, y] = ["x", "y"].map((name) => block.querySelector(`select[data-axis=${name}]`));
    const [title, words] = figure.querySelectorAll("figcaption > *");
    const parts = [title, words, figure.querySelector(".marks"), figure.querySelector("table")];
    const own = parts.map((part) => [...part.childNodes]);
    const letters = new Map();
    for (const { dataset } of block.querySelectorAll("[data-letter]")) letters.set(dataset.technology, dataset.letter);
    const unasked = [x.value, y.value];
    let shown = unasked.join();

    // What the address wants of an axis, where it can be had.
    const wanted = (select, name, otherwise) => {
      const key = lab.address.get(name);
      return [...select.options].some((option) => option.value === key) ? key : otherwise;
    };
    const show = () => {
      [x.value, y.value] = [wanted(x, "trade.x", unasked[0]), wanted(y, "trade.y", unasked[1])];
      if ([x.value, y.value].join() === shown) return;
      shown = [x.value, y.value].join();
      let nodes = own;
      if (shown !== unasked.join()) {
        const made = lab.scatter(run, columns.get(x.value), columns.get(y.value) ?? null, letters);
        nodes = [[made.title], [made.said], made.drawn, made.numbers];
      }
      parts.forEach((part, place) => part.replaceChildren(...nodes[place]));
      lab.say(`${title.textContent}. ${words.textContent}`);
    };
    for (const [select, name, place] of [[x, "trade.x", 0], [y, "trade.y", 1]]) {
      select.addEventListener("change", () => {
        lab.address.set(name, select.value === unasked[place] ? null : select.value);
      });
    }
    lab.address.on(show);
  };

  for (const block of document.querySelectorAll("#trade-off .trade")) chooser(block);
})();
