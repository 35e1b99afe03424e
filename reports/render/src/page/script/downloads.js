// Files from what the page holds: what is packed is unpacked first, and charts become SVG files that
// look the same anywhere: colours for variables, fonts by name, and the page's ground behind them.
(() => {
  "use strict";
  const save = (name, blob) => {
    const address = URL.createObjectURL(blob);
    lab.el("a", { href: address, download: name }).click();
    // The browser has begun to read it by then.
    setTimeout(() => URL.revokeObjectURL(address), 60000);
  };

  const unpacked = (address) => {
    const bytes = Uint8Array.from(atob(address.split(",")[1]), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).blob();
  };
  for (const link of document.querySelectorAll('a[download$=".gz"]')) {
    if (typeof DecompressionStream === "undefined") break;
    const name = link.download.replace(/\.gz$/, "");
    const button = lab.el("button", {
      type: "button",
      class: "control",
      onclick: () => unpacked(link.getAttribute("href")).then((blob) => save(name, blob), () => lab.say("It could not be unpacked")),
    });
    button.textContent = "Save " + name.split(".").pop().toUpperCase();
    link.after(" ", button);
  }

  // What a file has to say for itself, since it has no style sheet.
  const inherited = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "letter-spacing", "visibility"];
  const own = ["opacity", "fill-opacity", "stroke-opacity", "display", "stop-color", "dominant-baseline"];
  const initial = { opacity: "1", "fill-opacity": "1", "stroke-opacity": "1", display: "inline", "stop-color": "rgb(0, 0, 0)", "dominant-baseline": "auto" };
  const fix = (original, copy, above) => {
    const style = getComputedStyle(original);
    const mine = {};
    for (const name of inherited) {
      mine[name] = style.getPropertyValue(name);
      if (mine[name] !== above[name]) copy.setAttribute(name, mine[name]);
      else copy.removeAttribute(name);
    }
    for (const name of own) {
      const value = style.getPropertyValue(name);
      if (value !== initial[name] && !(name === "display" && value === "block")) copy.setAttribute(name, value);
      else copy.removeAttribute(name);
    }
    copy.removeAttribute("class");
    copy.removeAttribute("style");
    copy.removeAttribute("tabindex");
    [...original.children].forEach((child, place) => {
      // Titles and descriptions are words, and have no style.
      if (!/^(title|desc)$/i.test(child.tagName)) fix(child, copy.children[place], mine);
    });
  };
  const svgFile = (chart, title) => {
    const copy = chart.cloneNode(true);
    fix(chart, copy, {});
    // On the page the title stands above the chart.
    if (!copy.querySelector(":scope > title")) {
      const own = document.createElementNS(chart.namespaceURI, "title");
      own.textContent = title;
      copy.prepend(own);
    }
    const size = chart.getBoundingClientRect();
    const box = chart.viewBox.baseVal;
    const [x, y, width, height] = box && box.width ? [box.x, box.y, box.width, box.height] : [0, 0, size.width, size.height];
    copy.setAttribute("viewBox", [x, y, width, height].join(" "));
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    const ground = document.createElementNS(chart.namespaceURI, "rect");
    const paint = { x, y, width, height, fill: getComputedStyle(document.body).backgroundColor, stroke: "none" };
    for (const [name, value] of Object.entries(paint)) ground.setAttribute(name, value);
    const first = [...copy.children].find((child) => !/^(title|desc)$/i.test(child.tagName));
    copy.insertBefore(ground, first || null);
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(copy);
  };

  const titleOf = (figure, chart) => {
    // The titles inside a chart are those of its marks.
    const title = chart.querySelector(":scope > title") || figure.querySelector("figcaption > *") || figure.querySelector("figcaption");
    return (title ? title.textContent : "chart").trim();
  };
  for (const figure of document.querySelectorAll("figure")) {
    if (!figure.querySelector("svg")) continue;
    // A chart can be drawn anew: it is looked for when it is saved.
    const saveAll = () => {
      // What lies over a chart to be pointed at is none.
      for (const chart of figure.querySelectorAll("svg:not(.over)")) {
        const title = titleOf(figure, chart);
        const name = title.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 80);
        save(name.replace(/^-+|-+$/g, "") + ".svg", new Blob([svgFile(chart, title)], { type: "image/svg+xml" }));
      }
    };
    const title = titleOf(figure, figure.querySelector("svg"));
    figure.append(lab.el("button", { type: "button", class: "control save", onclick: saveAll, "aria-label": "Save as SVG: " + title }, "Save as SVG"));
  }
})();
