/** What is in the package, and what is not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { expect, test } from 'vitest';
import { fuseTable, inspectFuse, readFuses } from '../../tools/dist/fuses.mjs';
import { carriedResources, packageFiles, plainNodePrograms } from '../../tools/dist/package-files.mjs';
import { root } from '../../tools/lib/targets.mjs';
import { filesBelow, madePackage, programOf, resourcesOf } from './made-package';

const made = madePackage();
const resources = resourcesOf(made.folder);
const archive = join(resources, 'app.asar');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
const { modules } = packageFiles(root, lock, process);
/** Without the folders: what has no dot after the last slash and is a prefix of another is one. */
const listed = listPackage(archive, { isPack: false }).map((file) => file.replaceAll('\\', '/').replace(/^\//, ''));
const files = listed.filter((file) => !listed.some((other) => other.startsWith(`${file}/`)));
const moduleOf = (file: string): string | undefined => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
const isNative = (file: string): boolean => /\.(node|dll|dylib)$|\.so(\.\d+)*$/.test(file);

test('exactly the bundles that the window’s program reaches, and the packages they load', () => {
  const top = new Set(files.map((file) => file.split('/')[0]));
  expect([...top].sort()).toEqual(['node_modules', 'out', 'package.json']);
  expect([...new Set(files.map(moduleOf).filter((name) => name !== undefined))].sort()).toEqual([...modules].sort());
  const entries = files.filter((file) => /^out\/main\/[^/]+$/.test(file)).map((file) => file.slice('out/main/'.length));
  expect(entries).toEqual(expect.arrayContaining(['engine-process.js', 'index.js', 'worker.js']));
  // The command line and the benches, with what only they load, stay outside.
  const built = filesBelow(join(root, 'out', 'main')).filter((file) => /^[^/]+\.js$/.test(file));
  expect([...entries].sort()).toEqual(built.filter((file) => !plainNodePrograms.includes(file)));
  expect(files.map(moduleOf)).not.toContain('commander');
  expect(files).toContain('out/preload/index.js');
  expect(files).toContain('out/renderer/index.html');
});

test('no maps, sources, tests, examples, or tools', () => {
  expect(files.filter((file) => /\.(map|ts|mts|cts|vue|md|tsbuildinfo)$|(^|\/)(tests?|__tests__|examples?|docs)\/|\.(test|spec)\.\w+$|\.built-from$/.test(file))).toEqual([]);
  const development = Object.keys(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).devDependencies);
  expect(files.map(moduleOf).filter((name) => name !== undefined && development.includes(name))).toEqual([]);
  const manifest = JSON.parse(extractFile(archive, 'package.json').toString());
  expect(manifest).not.toHaveProperty('devDependencies');
  expect(manifest).not.toHaveProperty('scripts');
  expect(manifest.main).toBe('out/main/index.js');
});

test('natives: those of this system and processor alone, and beside the archive', () => {
  const unpacked = filesBelow(`${archive}.unpacked`).filter(isNative);
  expect(files.filter(isNative).sort()).toEqual(unpacked);
  const owners = new Set(unpacked.map(moduleOf));
  expect(owners).toEqual(new Set(['onnxruntime-node', `@duckdb/node-bindings-${process.platform}-${process.arch}`]));
  const systems = unpacked.map((file) => /^node_modules\/onnxruntime-node\/bin\/napi-v\d+\/(\w+\/\w+)\//.exec(file)?.[1]).filter((system) => system !== undefined);
  expect(new Set(systems)).toEqual(new Set([`${process.platform}/${process.arch}`]));
  expect(unpacked.some((file) => file.endsWith('onnxruntime_binding.node'))).toBe(true);
  expect(unpacked.some((file) => file.endsWith('duckdb.node'))).toBe(true);
});

test.runIf(process.platform === 'linux')('every program in it is one of this processor', () => {
  const machines: Record<string, number> = { x64: 0x3e, arm64: 0xb7 };
  const programs = filesBelow(made.folder).map((file) => ({ file, head: readFileSync(join(made.folder, file)).subarray(0, 20) })).filter(({ head }) => head.toString('latin1', 0, 4) === '\x7fELF');
  expect(programs.length).toBeGreaterThan(8);
  expect(programs.filter(({ head }) => head.readUInt16LE(18) !== machines[process.arch]).map(({ file }) => file)).toEqual([]);
});

test('the project’s resources, byte for byte', () => {
  for (const name of carriedResources) {
    const [own, carried] = [join(root, 'resources', name), join(resources, 'resources', name)];
    expect(filesBelow(carried), name).toEqual(filesBelow(own));
    for (const file of filesBelow(own)) expect(readFileSync(join(carried, file)).equals(readFileSync(join(own, file))), file).toBe(true);
  }
  expect(filesBelow(join(root, 'resources')).map((file) => file.split('/')[0]).filter((name, at, all) => all.indexOf(name) === at)).toEqual(carriedResources);
});

test('licences of everything in it, and a bill of materials that names it', () => {
  const beside = join(resources, 'notices');
  const licences = readFileSync(join(beside, 'THIRD-PARTY-LICENSES.txt'), 'utf8');
  const bill = JSON.parse(readFileSync(join(beside, 'sbom.cdx.json'), 'utf8'));
  const required = new Map<string, string>(bill.components.filter(({ scope }: { scope: string }) => scope === 'required').map(({ name, version }: { name: string; version: string }) => [name, version]));
  for (const name of [...modules, 'vue', 'echarts', 'reka-ui', 'valibot']) {
    const { version } = lock.packages[`node_modules/${name}`];
    expect(licences, name).toContain(`\n${name} ${version}\nLicence: `);
    expect(required.get(name), name).toBe(version);
  }
  expect(required.has('electron')).toBe(true);
  expect(required.has('vitest')).toBe(false);
});

test('nothing in the bundles tells of the machine that built them', () => {
  const texts = files.filter((file) => file.startsWith('out/') || file === 'package.json').map((file) => [file, extractFile(archive, file).toString()] as const);
  expect(texts.filter(([, text]) => text.includes(root)).map(([file]) => file)).toEqual([]);
});

test('fuses as the table has them; the second build differs in the one that lets a debugger in', async () => {
  const wanted = Object.fromEntries(Object.entries(fuseTable).map(([name, on]) => [name, made.lackingFuses.includes(name) ? 'lacking' : on ? 'on' : 'off']));
  expect(await readFuses(programOf(made.folder))).toEqual(wanted);
  // Of the Electron that tests may run on; a release lacks none.
  expect(['GrantFileProtocolExtraPrivileges', 'WasmTrapHandlers']).toEqual(expect.arrayContaining(made.lackingFuses));
  if (made.release) expect(made.lackingFuses).toEqual([]);
  if (made.inspectFolder !== undefined) expect(await readFuses(programOf(made.inspectFolder))).toEqual({ ...wanted, [inspectFuse]: 'on' });
});

test('a package that is no release says so in its name', () => {
  for (const { file } of made.files) expect(/-test-electron[\d.]+\.\w+$/.test(file)).toBe(!made.release);
});

test('it is no larger than it has to be', () => {
  // Electron takes 230 to 290 MB of it, ONNX Runtime and DuckDB 117 MB; a foreign platform's natives or the tools would show here.
  expect(made.bytes).toBeLessThan(450e6);
});
