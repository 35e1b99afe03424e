// Points that name themselves.
(() => {
  "use strict";
})();
