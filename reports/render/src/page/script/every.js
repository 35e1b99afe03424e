// One table that is sorted, filtered and searched.
(() => {
  "use strict";
})();
