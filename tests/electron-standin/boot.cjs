'use strict';
// The main script of the stand-in. CommonJS, because Playwright asks the main module for `require('electron')`.
const { registerHooks } = require('node:module');
const { pathToFileURL } = require('node:url');
const { join } = require('node:path');

const electron = pathToFileURL(join(__dirname, 'electron.ts')).href;
registerHooks({
  resolve: (name, context, next) =>
    /^electron(\/main|\/common)?$/.test(name) ? { url: electron, shortCircuit: true } : next(name, context),
});
require('./boot.ts').boot(process.argv.slice(2));
