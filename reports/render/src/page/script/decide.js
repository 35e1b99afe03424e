// Limits strike out what does not keep to them, and sort the rest.
(() => {
  "use strict";
})();
