// Stands in resources/app of the carried Electron, which has no start page of its own: runs the app in the folder
// (or the file) that is the first argument, as `electron PATH` does.
const { app } = require('electron');
const { existsSync, readFileSync } = require('node:fs');
const { join, resolve } = require('node:path');

const target = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!target) {
  console.error('electron: give the folder of an app');
  process.exit(2);
}
const path = resolve(target);
const description = join(path, 'package.json');
if (existsSync(description)) {
  const { name, version } = JSON.parse(readFileSync(description, 'utf8'));
  if (name) {
    app.setName(name);
    if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', join(app.getPath('appData'), name));
  }
  if (version && typeof app.setVersion === 'function') app.setVersion(version);
  app.setAppPath(path);
}
require(path);
