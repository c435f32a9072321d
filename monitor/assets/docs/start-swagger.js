// Shows the description that the page names.
"use strict";

const target = document.getElementById("swagger-ui");
window.ui = SwaggerUIBundle({
  url: target.dataset.spec,
  domNode: target,
  deepLinking: true,
  // The validator of its makers would be asked on their site.
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
});
