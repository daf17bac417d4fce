/** The released program, installed from its .deb: its menu entry, a start, a quit, and what it cannot be talked into. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFile } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFuses } from '../../tools/dist/fuses.mjs';
import { identity } from '../../tools/dist/identity.mjs';
import { processTree } from '../helpers/process-sockets';
import { canInstall, installDeb, type Installed } from './install';
import { executableOf, filesBelow, madePackage, resourcesOf } from './made-package';
import { startProgram } from './start-program';

/** Not there, or only its name is until its parent has heard of its end. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

const made = madePackage();
const deb = made.files.find(({ file }) => file.endsWith('.deb'))?.file ?? '';

describe.runIf(canInstall)('the .deb', () => {
  let installed: Installed;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bitlog2-released-'));
    installed = installDeb(deb);
  });
  afterAll(() => {
    installed.uninstall();
    for (const left of [`/opt/${identity.executable}`, `/usr/share/applications/${identity.executable}.desktop`, `/usr/bin/${identity.executable}`]) expect(existsSync(`${installed.root}${left}`), left).toBe(false);
    rmSync(folder, { recursive: true, force: true });
  });

  test('runs nothing as root while it is installed, and says what it needs', () => {
    const control = execFileSync('dpkg-deb', ['--info', deb], { encoding: 'utf8' });
    expect(control).not.toMatch(/preinst|postinst|prerm|postrm/);
    expect(control).toContain(`Package: ${identity.executable}\n`);
    expect(execFileSync('dpkg-deb', ['--field', deb, 'Version'], { encoding: 'utf8' }).trim()).toMatch(made.release ? /^\d+\.\d+\.\d+$/ : /^\d+\.\d+\.\d+~test\+electron[\d.]+$/);
  });

  test('puts the packed program where the menu entry says, changed in nothing', () => {
    const { program } = installed.menuCommand();
    const place = join(program, '..');
    expect(filesBelow(place)).toEqual(filesBelow(made.folder));
    for (const file of filesBelow(place)) expect(readFileSync(join(place, file)).equals(readFileSync(join(made.folder, file))), file).toBe(true);
    expect(statSync(program).mode & 0o777).toBe(0o755);
    // Chromium's sandbox where user namespaces are forbidden.
    expect(statSync(join(place, 'chrome-sandbox')).mode & 0o7777).toBe(0o4755);
  });

  test('menu entry, icons and the type of a workspace file are where desktops look', () => {
    const share = `${installed.root}/usr/share`;
    const entry = readFileSync(`${share}/applications/${identity.executable}.desktop`, 'utf8');
    expect(entry).toContain(`MimeType=${identity.workspace.mimeType};`);
    expect(entry).toContain(`Icon=${identity.executable}\n`);
    for (const size of [16, 48, 256]) expect(readFileSync(`${share}/icons/hicolor/${size}x${size}/apps/${identity.executable}.png`).readUInt32BE(16)).toBe(size);
    if (installed.root !== '' && existsSync('/usr/bin/update-mime-database')) execFileSync('update-mime-database', [`${share}/mime`]);
    // The database is there where shared-mime-info is installed, which GTK needs.
    if (existsSync('/usr/bin/update-mime-database')) expect(readFileSync(`${share}/mime/globs2`, 'utf8')).toContain(`:${identity.workspace.mimeType}:*.${identity.workspace.extension}\n`);
  });

  test('starts from its menu entry, works without a socket to anywhere, and quits cleanly', async () => {
    const { program, args } = installed.menuCommand();
    expect(await readFuses(program)).toMatchObject({ RunAsNode: 'off', EnableNodeCliInspectArguments: 'off', OnlyLoadAppFromAsar: 'on' });
    const userData = join(folder, 'first');
    const started = startProgram(program, userData, { args });
    const sockets = [];
    await started.untilWorking();
    // The sample is being measured now: engine, workers and page are all there.
    for (let look = 0; look < 20; look++) {
      sockets.push(...started.sockets());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const pids = processTree(started.pid);
    expect(pids.length).toBeGreaterThan(3);
    expect(await started.quit(), started.output()).toBe(0);
    expect(sockets).toEqual([]);
    // The window was there: its place is saved when it is closed.
    expect(JSON.parse(readFileSync(join(userData, 'window.json'), 'utf8'))).toMatchObject({ bounds: { width: expect.any(Number) } });
    // Engine, page and helpers went with it.
    await expect.poll(() => pids.filter(isAlive), { timeout: 30_000 }).toEqual([]);
  });

  test('is no Node, takes no script along, and opens no inspector', async () => {
    // By its name in a shell this time.
    const program = `${installed.root}/usr/bin/${identity.executable}`;
    const mark = join(folder, 'ran');
    const script = join(folder, 'script.js');
    writeFileSync(script, `require('node:fs').appendFileSync(${JSON.stringify(mark)}, 'ran ');`);
    // The same script under a binary whose fuses nobody has set: it does run there, so the test can fail.
    execFileSync(process.env['BITLOG2_TEST_ELECTRON'] ?? '', [script], { env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } });
    expect(readFileSync(mark, 'utf8')).toBe('ran ');
    const started = startProgram(program, join(folder, 'second'), { args: [script, '--inspect=0'], env: { ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require ${script}` } });
    await started.untilWorking();
    const sockets = started.sockets();
    expect(await started.quit()).toBe(0);
    expect(readFileSync(mark, 'utf8')).toBe('ran ');
    expect(sockets).toEqual([]);
    expect(started.output()).not.toContain('Debugger listening');
  });

  test('lets no debugger into its page', async () => {
    const { program } = installed.menuCommand();
    const userData = join(folder, 'third');
    const started = startProgram(program, userData, { args: ['--remote-debugging-port=0'] });
    expect(await started.ended).toBe(1);
    expect(started.output()).toContain('this program does not let a debugger in');
    expect(started.output()).not.toContain('DevTools listening');
    expect(existsSync(join(userData, 'default.bitlog2'))).toBe(false);
  });
});

describe.runIf(!canInstall)('the unpacked program', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bitlog2-unpacked-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('starts and works', async () => {
    const started = startProgram(executableOf(made.folder), join(folder, 'user-data'));
    await started.untilWorking();
    await started.quit();
  });

  // Electron checks the archive on these systems alone.
  test.runIf(process.platform === 'win32' || process.platform === 'darwin')('does not start when its archive was changed', async () => {
    const copy = join(folder, 'changed');
    cpSync(made.folder, copy, { recursive: true, verbatimSymlinks: true });
    const archive = join(resourcesOf(copy), 'app.asar');
    const bytes = readFileSync(archive);
    const script = extractFile(archive, 'out/main/index.js');
    // Its last line feed becomes a carriage return: the script means the same, only its hash has changed.
    const end = bytes.indexOf(script) + script.length - 1;
    expect(bytes[end]).toBe(10);
    bytes[end] = 13;
    writeFileSync(archive, bytes);
    const started = startProgram(executableOf(copy), join(folder, 'changed-user-data'));
    expect(await started.ended).not.toBe(0);
    expect(existsSync(join(folder, 'changed-user-data', 'default.bitlog2'))).toBe(false);
  });
});
