// The matrix against a reference that the reader chooses.
(() => {
  "use strict";
})();
