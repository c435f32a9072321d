// Shows the description that the page names.
"use strict";

const target = document.getElementById("redoc");
Redoc.init(target.dataset.spec, { hideDownloadButtons: false, disableSearch: false }, target);
