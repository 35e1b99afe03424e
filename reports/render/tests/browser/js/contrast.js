// Whether the ground is dark, and which words have less contrast than AA asks for: 4.5, or 3 for large ones.
const parse = (colour) => {
  const numbers = (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  // `color(srgb 0.5 0.5 0.5)`, which is what a mixed colour comes to, counts from 0 to 1.
  const scaled = colour.startsWith("color(") ? numbers.map((n, i) => (i < 3 ? n * 255 : n)) : numbers;
  return scaled.length < 4 ? [...scaled, 1] : scaled;
};
const light = ([r, g, b]) => {
  const part = (v) => ((v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
};
// What is behind an element: half transparent grounds are laid over the next one below.
const ground = (element) => {
  const layers = [];
  for (let e = element; e; e = e.parentElement) {
    const colour = parse(getComputedStyle(e).backgroundColor);
    if (colour[3] > 0) layers.push(colour);
    if (colour[3] === 1) break;
  }
  return layers.reduceRight(
    (below, [r, g, b, a]) => [r, g, b].map((v, i) => v * a + below[i] * (1 - a)),
    [255, 255, 255],
  );
};
const low = [];
for (const element of document.querySelectorAll("body *")) {
  const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
  if (!own || ["SCRIPT", "STYLE", "title", "desc"].includes(element.tagName)) continue;
  if (!element.checkVisibility({ visibilityProperty: true })) continue;
  const isChart = element.namespaceURI.endsWith("svg");
  const style = getComputedStyle(element);
  let behind = ground(element);
  // Words inside a bar stand on the bar's colour.
  const bar = isChart && (element.getAttribute("fill") ?? "").match(/--on-p(\d)/);
  if (bar) behind = parse(getComputedStyle(document.querySelector(".chip.p" + bar[1])).backgroundColor);
  const colour = parse(isChart ? style.fill : style.color);
  const seen = colour.slice(0, 3).map((v, i) => v * colour[3] + behind[i] * (1 - colour[3]));
  const [a, b] = [light(seen), light(behind)];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  if (ratio < (isLarge ? 3 : 4.5)) {
    low.push(`${element.tagName} ${ratio.toFixed(2)} ${element.textContent.trim().slice(0, 40)}`);
  }
}
const isDark = light(ground(document.body)) < 0.2;
return [isDark, [...new Set(low)].slice(0, 8)];
