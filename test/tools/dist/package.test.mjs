import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { debianDepends } from '../../../tools/dist/debian-depends.mjs';
import { controlFile } from '../../../tools/dist/deb.mjs';
import { desktopEntry, mimePackage } from '../../../tools/dist/desktop-entry.mjs';
import { fuseTable, readFuses, setFuses } from '../../../tools/dist/fuses.mjs';

import { iconPixels, iconSvg } from '../../../tools/dist/icon-shapes.mjs';
import { billOfMaterials, thirdPartyLicences } from '../../../tools/dist/notices.mjs';
import { carriedResources, packageFiles, reachable } from '../../../tools/dist/package-files.mjs';
import { root } from '../../../tools/lib/targets.mjs';

const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
let folder;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bitlog2-dist-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A file with a fuse wire as Electron's binary has it: sentinel, version, length, one character per fuse. */
function binaryWith(wire) {
  const file = join(folder, 'program');
  writeFileSync(file, Buffer.concat([Buffer.alloc(100, 7), Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX', 'latin1'), Buffer.from([1, wire.length]), Buffer.from(wire, 'latin1'), Buffer.alloc(50, 9)]));
  return file;
}

describe('fuses', () => {
  test('are all set where the binary has them all', async () => {
    const file = binaryWith('111110011');
    expect(await setFuses(file)).toEqual([]);
    expect(await readFuses(file)).toEqual(Object.fromEntries(Object.entries(fuseTable).map(([name, on]) => [name, on ? 'on' : 'off'])));
  });

  test('the inspect build differs in one byte', async () => {
    const file = binaryWith('111110011');
    await setFuses(file);
    const other = join(folder, 'inspect');
    copyFileSync(file, other);
    await setFuses(other, { inspect: true });
    const [a, b] = [readFileSync(file), readFileSync(other)];
    expect([...a].filter((byte, at) => byte !== b[at])).toHaveLength(1);
    expect((await readFuses(other)).EnableNodeCliInspectArguments).toBe('on');
  });

  test('a release is not made of a binary that lacks one; a test package is, and says which', async () => {
    const file = binaryWith('1011000');
    await expect(setFuses(file)).rejects.toThrow('GrantFileProtocolExtraPrivileges');
    expect((await readFuses(file)).RunAsNode).toBe('on');
    expect(await setFuses(file, { mayLack: true })).toEqual(['GrantFileProtocolExtraPrivileges', 'WasmTrapHandlers']);
    expect((await readFuses(file)).RunAsNode).toBe('off');
  });

  test('one that the binary has had once and has no more counts as lacking', async () => {
    expect((await readFuses(binaryWith('111110r11'))).LoadBrowserProcessSpecificV8Snapshot).toBe('lacking');
  });
});

describe('files of the package', () => {
  test('bundles are followed from every entry but the programs of plain Node', () => {
    mkdirSync(join(folder, 'chunks'));
    const write = (name, text) => writeFileSync(join(folder, name), text);
    write('index.js', 'const a=require("./chunks/a.js");const e=require("electron")');
    write('worker.js', 'require("node:fs");x.resolve("@cwasm/jpeg-turbo/jpeg-turbo.wasm")');
    write('thread.js', '');
    write('cli.js', 'require("commander");require("./chunks/cli-only.js")');
    write('bench.js', 'require("./chunks/a.js")');
    write('chunks/a.js', 'require("./b.js");require("protobufjs/minimal.js")');
    write('chunks/b.js', 'require("./a.js")');
    write('chunks/cli-only.js', '');
    expect(reachable(folder)).toEqual({ bundles: ['chunks/a.js', 'chunks/b.js', 'index.js', 'thread.js', 'worker.js'], packages: ['@cwasm/jpeg-turbo', 'electron', 'protobufjs'] });
  });

  test.each([['linux', 'x64'], ['win32', 'x64'], ['darwin', 'arm64']])('on %s %s no other system’s natives', (platform, arch) => {
    // Made of this project's own build, which the unit tests have.
    const { files, modules } = packageFiles(root, lock, { platform, arch });
    expect(modules.filter((name) => name.startsWith('@duckdb/node-bindings-'))).toEqual([`@duckdb/node-bindings-${platform}-${arch}`]);
    const kept = readdirSync(join(root, 'node_modules/onnxruntime-node/bin/napi-v6')).flatMap((system) => readdirSync(join(root, 'node_modules/onnxruntime-node/bin/napi-v6', system)).map((processor) => `node_modules/onnxruntime-node/bin/napi-v6/${system}/${processor}`)).filter((path) => !files.includes(`!${path}`));
    expect(kept).toEqual([`node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}`]);
    for (const tool of ['vitest', 'electron', 'typescript', 'commander', 'echarts', 'adm-zip', 'global-agent']) expect(files, tool).toContain(`!node_modules/${tool}`);
  });

  test('every folder of resources is carried', () => {
    expect(readdirSync(join(root, 'resources')).sort()).toEqual(carriedResources);
  });
});

describe('what a Linux desktop reads', () => {
  test('the menu entry', () => {
    const lines = desktopEntry('/opt/x/bitlog2-workbench').split('\n');
    expect(lines[0]).toBe('[Desktop Entry]');
    expect(lines).toContain('Exec=/opt/x/bitlog2-workbench %f');
    expect(lines).toContain('MimeType=application/x-bitlog2-workspace;');
    for (const line of lines.slice(1, -1)) expect(line).toMatch(/^[A-Za-z]+(\[ko\])?=.+$/);
    expect(desktopEntry('/opt/a b/x')).toContain('Exec="/opt/a b/x" %f');
  });

  test('the type of a workspace file', () => {
    expect(mimePackage()).toContain('<glob pattern="*.bitlog2"/>');
    expect(mimePackage()).toContain('<mime-type type="application/x-bitlog2-workspace">');
  });

  test('the control file of the .deb', () => {
    const control = controlFile({ version: '1.2.3', architecture: 'amd64', installedSize: 10 });
    for (const line of control.trimEnd().split('\n')) expect(line).toMatch(/^([A-Z][A-Za-z-]+: .+| .+)$/);
    expect(control).not.toContain('Homepage');
    expect(controlFile({ version: '1.2.3', architecture: 'amd64', installedSize: 10, homepage: 'https://example.org/x' })).toContain('Homepage: https://example.org/x\n');
    for (const need of debianDepends) expect(need).toMatch(/^[a-z0-9.+-]+( \| [a-z0-9.+-]+)?$/);
  });

  test.runIf(existsSync('/usr/bin/dpkg-deb'))('dpkg-deb takes it', () => {
    mkdirSync(join(folder, 'package', 'DEBIAN'), { recursive: true });
    writeFileSync(join(folder, 'package', 'DEBIAN', 'control'), controlFile({ version: '0.1.0~test+electron25.1.1', architecture: 'amd64', installedSize: 1 }));
    execFileSync('dpkg-deb', ['--build', join(folder, 'package'), join(folder, 'x.deb')], { stdio: 'ignore' });
    expect(execFileSync('dpkg-deb', ['--field', join(folder, 'x.deb'), 'Package'], { encoding: 'utf8' }).trim()).toBe('bitlog2-workbench');
  });
});

describe('the icon', () => {
  /** Pixels of a PNG as `png` writes it: one IDAT, no filter. */
  function pixelsOf(data) {
    const size = data.readUInt32BE(16);
    const at = data.indexOf('IDAT');
    const rows = inflateSync(data.subarray(at + 4, at + 4 + data.readUInt32BE(at - 4)));
    const pixels = Buffer.alloc(size * size * 4);
    for (let row = 0; row < size; row++) rows.copy(pixels, row * size * 4, row * (size * 4 + 1) + 1, (row + 1) * (size * 4 + 1));
    return pixels;
  }

  test('the committed files are those that the shapes give', () => {
    const icons = join(root, 'resources', 'icons');
    expect(readFileSync(join(icons, 'icon.svg'), 'utf8')).toBe(iconSvg());
    for (const size of [16, 32, 48, 64, 128]) expect(pixelsOf(readFileSync(join(icons, `${size}x${size}.png`))).equals(Buffer.from(iconPixels(size))), String(size)).toBe(true);
  });

  test('containers hold whole PNGs where their tables say', () => {
    const icons = join(root, 'resources', 'icons');
    const ico = readFileSync(join(icons, 'icon.ico'));
    expect([ico.readUInt16LE(0), ico.readUInt16LE(2), ico.readUInt16LE(4)]).toEqual([0, 1, 4]);
    for (let entry = 0; entry < 4; entry++) {
      const at = 6 + 16 * entry;
      const picture = ico.subarray(ico.readUInt32LE(at + 12), ico.readUInt32LE(at + 12) + ico.readUInt32LE(at + 8));
      expect(picture.toString('latin1', 1, 4)).toBe('PNG');
      expect(picture.readUInt32BE(16) % 256).toBe(ico[at]);
      expect(picture.toString('latin1', picture.length - 8, picture.length - 4)).toBe('IEND');
    }
    const icns = readFileSync(join(icons, 'icon.icns'));
    expect(icns.toString('latin1', 0, 4)).toBe('icns');
    expect(icns.readUInt32BE(4)).toBe(icns.length);
  });

  test('every system’s file is among them', () => {
    expect(readdirSync(join(root, 'resources', 'icons')).sort()).toEqual(['128x128.png', '16x16.png', '256x256.png', '32x32.png', '48x48.png', '512x512.png', '64x64.png', 'icon.icns', 'icon.ico', 'icon.svg']);
  });
});

describe('notices', () => {
  test('every package that ships has its licence text; nothing of this machine', () => {
    const text = thirdPartyLicences(root, lock);
    for (const name of ['vue', 'echarts', 'zrender', 'onnxruntime-node', '@duckdb/node-api', '@cwasm/jpeg-turbo', 'reka-ui']) expect(text).toContain(`\n${name} ${lock.packages[`node_modules/${name}`].version}\nLicence: `);
    expect(text).toContain('Independent JPEG Group');
    expect(text).not.toContain(root);
  });

  test('the bill of materials is CycloneDX, the same for the same lockfile, and tells what ships from tools', () => {
    const bill = billOfMaterials(lock, '45.4.1');
    expect(bill).toEqual(billOfMaterials(lock, '45.4.1'));
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
    const byName = new Map(bill.components.map((component) => [component.name, component]));
    expect(byName.get('electron')).toMatchObject({ version: '45.4.1', scope: 'required', purl: 'pkg:npm/electron@45.4.1' });
    expect(byName.get('@duckdb/node-api')).toMatchObject({ scope: 'required', purl: expect.stringMatching(/^pkg:npm\/%40duckdb\/node-api@/), hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }] });
    expect(byName.get('vitest').scope).toBe('excluded');
    expect(byName.get('global-agent').scope).toBe('excluded');
    expect(new Set(bill.components.map((component) => component['bom-ref'])).size).toBe(bill.components.length);
  });
});
