"use strict";
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname } = require("node:path");
const vm = require("node:vm");

/**
 * Runs a bundled CommonJS program with V8's compiled code kept beside it, which halves its start. The bundle lies in a
 * folder named by its content, so the code kept with it always belongs to it; V8 refuses what another version of it wrote.
 *
 * @param {string} file path of the bundle
 * @param {NodeJS.Require} require what the program loads others with
 * @returns {unknown} what it exports
 */
exports.runCached = (file, require) => {
  const codeFile = `${file}.${process.version}-${process.arch}.code`;
  const script = new vm.Script(Module.wrap(readFileSync(file, "utf8")), {
    filename: file,
    cachedData: read(codeFile),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const program = { exports: {} };
  script.runInThisContext()(program.exports, require, program, file, dirname(file));
  // Kept at the end, when the functions that were used are compiled too.
  if (script.cachedDataRejected !== false) process.once("exit", () => keep(codeFile, script));
  return program.exports;
};

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

function keep(file, script) {
  try {
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, script.createCachedData());
    renameSync(fresh, file);
  } catch {
    // A full or read-only disk: the next run compiles again.
  }
}
