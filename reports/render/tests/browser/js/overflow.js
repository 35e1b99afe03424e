// By how many pixels the page is wider than its window, and what sticks out of it; with everything
// that is folded unfolded where the first argument says so.
for (const one of document.querySelectorAll("details")) one.open = arguments[0];
const root = document.documentElement;
const name = (element) => {
  const words = element.textContent.trim().slice(0, 40);
  return `${element.tagName}.${element.getAttribute("class") ?? ""} ${Math.round(element.getBoundingClientRect().right)}: ${words}`;
};
// What scrolls inside something of its own does not widen the page.
const isInside = (element) => {
  for (let e = element.parentElement; e; e = e.parentElement) {
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(e).overflowX)) return true;
  }
  return false;
};
const out = [...document.body.querySelectorAll("*")].filter(
  (element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !isInside(element),
);
return [root.scrollWidth - root.clientWidth, out.slice(0, 6).map(name)];
