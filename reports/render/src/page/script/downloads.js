// Files from what the page holds.
(() => {
  "use strict";
})();
