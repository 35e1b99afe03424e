// Pieces of text inside the elements of a selector that lie over each other.
const pieces = [];
const seen = new Set();
for (const top of document.querySelectorAll(arguments[0])) {
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const owner = node.parentElement;
    if (seen.has(node) || !node.textContent.trim() || owner.closest("title, desc, script, style")) continue;
    seen.add(node);
    if (!owner.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    // What is there only for those who hear the page is a pixel large, or outside of it.
    const box = owner.getBoundingClientRect();
    if (box.width <= 1 || box.height <= 1 || box.right <= 0 || box.bottom + scrollY <= 0) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const { left, right, top, bottom } of range.getClientRects()) {
      // A line's box is higher than its letters: what is compared is the middle of it.
      const spare = (bottom - top) * 0.2;
      if (right - left > 1) pieces.push({ node, left: left + 1, right: right - 1, top: top + spare, bottom: bottom - spare });
    }
  }
}
const over = [];
pieces.sort((a, b) => a.top - b.top);
pieces.forEach((one, place) => {
  for (const other of pieces.slice(place + 1)) {
    if (other.top >= one.bottom) break;
    if (other.node === one.node || other.left >= one.right || other.right <= one.left) continue;
    over.push(`${one.node.textContent.trim().slice(0, 40)} | ${other.node.textContent.trim().slice(0, 40)}`);
  }
});
return [...new Set(over)].slice(0, 8);
