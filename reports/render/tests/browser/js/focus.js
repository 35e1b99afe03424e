// Watches where the keyboard goes, and returns how many places it has to reach; with everything
// that is folded unfolded where the first argument says so.
for (const one of document.querySelectorAll("details")) one.open = arguments[0];
const places = "a[href], button, input, select, textarea, summary, [tabindex]";
const isPlace = (one) =>
  one.checkVisibility({ visibilityProperty: true }) &&
  !one.disabled &&
  one.tabIndex >= 0 &&
  !one.closest("[inert]") &&
  // Of a group of radio buttons the keyboard reaches one, and arrows the others.
  !(one.type === "radio" && !one.checked);
const wanted = new Set([...document.querySelectorAll(places)].filter(isPlace));
const name = (one) => `${one.tagName} ${(one.getAttribute("aria-label") ?? one.textContent).trim().slice(0, 40)} ${one.id}`;
const reached = new Set();
const unseen = new Set();
document.addEventListener("focusin", ({ target }) => {
  reached.add(target);
  const style = getComputedStyle(target);
  const hasOutline = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  if (!hasOutline && style.boxShadow === "none") unseen.add(target);
});
window.labrunFocus = {
  missed: () => [...wanted].filter((one) => !reached.has(one)).slice(0, 8).map(name),
  unseen: () => [...unseen].slice(0, 8).map(name),
};
document.activeElement?.blur();
return wanted.size;
