/** Starts the built app in a real Electron and watches everything it complains about. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { rootSwitches } from '../../tools/lib/electron-switches.mjs';
import { root } from '../../tools/lib/targets.mjs';

export interface LaunchSettings {
  readonly locale?: 'en' | 'ko';
  readonly theme?: 'dark' | 'light';
  /** Further switches of the app, e.g. `--open-sample`. */
  readonly args?: readonly string[];
  /** A user-data folder of an earlier launch; otherwise a new one that is deleted at the end. */
  readonly userData?: string;
  /** A packaged program; otherwise the built app in Electron. */
  readonly program?: string;
  /** Folder of the app; otherwise this project as it is built. */
  readonly folder?: string;
}

export interface RunningApp {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly userData: string;
  /** Console warnings and errors, uncaught exceptions, and violations of the page's policy, in the order they came. */
  readonly complaints: readonly string[];
  /** Makes the window's content this large, waits for the layout, and returns the PNG. */
  screenshot(width: number, height: number, file?: string): Promise<Buffer>;
  close(): Promise<void>;
}

export const sizes = { usual: [1440, 900], smallest: [1024, 700] } as const;

function electronBinary(): string {
  const binary = process.env['BITLOG2_TEST_ELECTRON'];
  if (!binary) throw new Error('app tests are started by `npm run test:app`, which finds an Electron and a display for them');
  return binary;
}

/** Page errors that are only told to `document` reach us as a console line of their own. */
const violationMark = 'securitypolicyviolation:';

async function watch(page: Page, complaints: string[]): Promise<void> {
  page.on('console', (message) => {
    if (['warning', 'error'].includes(message.type()) || message.text().startsWith(violationMark)) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`));
  const listen = (mark: string): void => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`${mark} ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  };
  // For pages to come, and for the one that is already there.
  await page.addInitScript(listen, violationMark);
  await page.evaluate(listen, violationMark);
}

/**
 * Opens the app and waits until its page has loaded.
 *
 * @throws {Error} if there is no Electron, or the window does not come
 */
export async function launchApp({ locale = 'en', theme = 'dark', args = [], userData, program, folder: appFolder = root }: LaunchSettings = {}): Promise<RunningApp> {
  const folder = userData ?? mkdtempSync(join(tmpdir(), 'bitlog2-app-'));
  const app = await _electron.launch({
    executablePath: program ?? electronBinary(),
    args: [...(program === undefined ? [appFolder] : []), `--user-data-dir=${folder}`, `--lang=${locale}`, `--theme=${theme}`, ...args, ...rootSwitches()],
    timeout: 60_000,
  });
  const complaints: string[] = [];
  const page = await app.firstWindow();
  await watch(page, complaints);
  await page.waitForLoadState('load');
  return {
    app,
    page,
    userData: folder,
    complaints,
    async screenshot(width, height, file) {
      await app.evaluate(({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height), { width, height });
      await page.waitForFunction((size) => innerWidth === size.width && innerHeight === size.height, { width, height });
      // Two frames: one to lay out, one to have painted it.
      await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      return page.screenshot(file === undefined ? {} : { path: file });
    },
    async close() {
      await app.close();
      if (userData === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
