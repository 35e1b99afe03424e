// What a reader has set, and what the page shows for it.
const controls = [...document.querySelectorAll("main input, main select")].map((one) => [
  one.id || one.name || one.getAttribute("aria-label"),
  one.type === "checkbox" || one.type === "radio" ? one.checked : one.value,
]);
const lines = [...document.querySelectorAll("#decide tbody tr, #matrix tbody tr, #rows tbody tr")];
return {
  controls,
  lines: lines.map((one) => [one.closest("section[id]").id, one.hidden, one.className, one.textContent.replace(/\s+/g, " ")]),
};
