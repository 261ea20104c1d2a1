#!/usr/bin/env node
/**
 * The door: `node src/io/main.js` on whatever Node there is, and the `reprise` command.
 *
 * Every Node can parse this file, as a module from 12.17 on and as a script before. So it holds no
 * `import`, neither the statement nor the expression, and only the JavaScript of 2009. All it does
 * is hand over to `launch.js`, or say in one line why it cannot.
 */
"use strict";

(function () {
  var importModule;
  try {
    // oxlint-disable-next-line no-new-func, no-implied-eval -- an old Node must be able to parse it
    importModule = new Function("specifier", "return import(specifier)");
  } catch (error) {
    console.error(
      "reprise: Node " +
        process.versions.node +
        " is too old even to start a newer one. Install Node 24.7 or later, see https://nodejs.org",
    );
    process.exit(1);
  }
  importModule("./launch.js").then(function (launcher) {
    return launcher.launch();
  });
})();
