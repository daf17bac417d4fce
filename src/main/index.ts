/** Boot order of the shell; everything it does stands in the files it imports. */
import { randomBytes } from 'node:crypto';
import { url as inspectorUrl } from 'node:inspector';
import { homedir, release, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { app, BrowserWindow, MessageChannelMain, nativeTheme, powerMonitor, type MessagePortMain, type WebContents } from 'electron';
import { maskPrivate, type PrivateWords } from '../shared/mask-private';
import type { Locale, WindowEvent } from '../shared/window-contract';
import { unwantedDebugger } from './debug-switches';
import { keepCrashReports } from './crash-reports';
import { makeDialogs } from './dialogs';
import { errorDetails } from './error-details';
import { startEngineHost } from './engine-host';
import { forkEngine } from './fork-engine';
import { openLog } from './log-file';
import { handedWorkspace, parseLaunchOptions } from './launch-options';
import { showMenu } from './menu';
import { pageOrigin } from './page-files';
import { registerPageScheme, servePage } from './protocol';
import { makeSavedFiles } from './saved-files';
import { denyNetwork, denyPermissions, hardenWebContents } from './security';
import { showFolder } from './show-folder';
import { openStateFile } from './state-file';
import { createWindow } from './window';
import { sendWindowEvent, serveWindowCalls } from './window-calls';
import { makeWindowHandlers } from './window-handlers';

const engineServiceName = 'bitlog2-engine';
const enginePatienceMs = 3_000;

let launch = parseLaunchOptions(process.argv, process.cwd());
/** Under `npm run dev` the page comes from the development server, which a packed app ignores. */
const devServer = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
const origin = devServer === undefined ? pageOrigin : new URL(devServer).origin;
const folders = {
  preload: join(__dirname, '../preload/index.js'),
  page: join(__dirname, '../renderer'),
  engine: join(__dirname, 'engine-process.js'),
  trial: join(__dirname, 'model-trial.js'),
  resources: app.isPackaged ? join(process.resourcesPath, 'resources') : join(__dirname, '../../resources'),
};
/** Elsewhere the system takes it from the program file. */
const icon = process.platform === 'linux' ? join(folders.resources, 'icons', '256x256.png') : undefined;

if (unwantedDebugger(app.isPackaged, (name) => app.commandLine.hasSwitch(name), inspectorUrl())) {
  process.stderr.write('this program does not let a debugger in\n');
  app.exit(1);
}
// macOS tells the file that the app was opened with by an event, before the window is there.
app.on('open-file', (event, file) => {
  event.preventDefault();
  launch = { ...launch, workspace: file };
  for (const window of BrowserWindow.getAllWindows()) sendWindowEvent(window.webContents, { kind: 'open-path', path: file });
});

app.setName('bitlog2-workbench');
// The same folder as the command line's, whatever name the Electron that runs us goes by.
app.setPath('userData', launch.userDataDir === null ? join(app.getPath('appData'), 'bitlog2-workbench') : resolve(launch.userDataDir));
const who: PrivateWords = { home: homedir(), user: userName() };
const log = openLog({ folder: join(app.getPath('userData'), 'logs'), mask: (text) => maskPrivate(text, who), now: () => new Date().toISOString() });
keepCrashReports(join(app.getPath('userData'), 'crashes'));
process.on('uncaughtExceptionMonitor', (error) => log.write('main', error.stack ?? error.message));
registerPageScheme();
const isOwnPage = (address: string): boolean => address.startsWith(`${origin}/`);
hardenWebContents(isOwnPage);

/** The system may know no name for who started us (a container). */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

function boot(): void {
  log.write('main', `started, version ${__APP_VERSION__}, Electron ${process.versions.electron ?? ''}, ${process.platform} ${release()} ${process.arch}`);
  const state = openStateFile(join(app.getPath('userData'), 'window.json'), (problem) => log.write('main', `the window's settings cannot be written: ${problem}`));
  const systemLocale = (): Locale => (app.getLocale().toLowerCase().startsWith('ko') ? 'ko' : 'en');
  let chosenLocale: Locale | null = launch.locale;
  const locale = (): Locale => chosenLocale ?? state.current.locale ?? systemLocale();
  const allPages = (): WebContents[] => BrowserWindow.getAllWindows().map((window) => window.webContents);
  const tell = (event: WindowEvent): void => allPages().forEach((contents) => sendWindowEvent(contents, event));

  nativeTheme.themeSource = launch.theme ?? state.current.theme;
  nativeTheme.on('updated', () => tell({ kind: 'system-theme', dark: nativeTheme.shouldUseDarkColors }));
  denyPermissions();
  denyNetwork(devServer);

  let styleNonce = '';
  servePage(folders.page, () => styleNonce);

  const host = startEngineHost<MessagePortMain>({
    fork: (lastEnd) => forkEngine({
      file: folders.engine, trial: folders.trial, serviceName: engineServiceName,
      args: [`--resources=${folders.resources}`, `--user-data=${app.getPath('userData')}`, `--last-end=${lastEnd}`, `--worker-patience=${launch.workerPatience ?? 0}`],
      said: (text) => log.write('engine', text),
    }),
    makeChannel: () => new MessageChannelMain(),
    now: () => performance.now(),
    later: (work, delayMs) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
    onState: (engineState, detail) => {
      log.write('main', `engine ${engineState}${detail === null ? '' : `: ${detail}`}`);
      tell({ kind: 'engine-state', state: engineState, detail });
    },
  });
  app.on('child-process-gone', (_event, details) => {
    if (details.name === engineServiceName || details.serviceName === engineServiceName) host.noteReason(`${details.reason}, exit code ${details.exitCode}`, details.reason === 'killed' ? 'killed' : 'unknown');
    else log.write('main', `${details.type} process gone: ${details.reason}, exit code ${details.exitCode}`);
  });
  powerMonitor.on('suspend', () => host.setAsleep(true));
  powerMonitor.on('resume', () => host.setAsleep(false));

  const showLocalMenu = (): void => showMenu(locale(), !app.isPackaged, {
    command: (command) => tell({ kind: 'menu', command }),
    showLogs: () => {
      log.write('main', 'the folder of the logs is shown');
      void showFolder(log.folder);
    },
  });
  const handlers = makeWindowHandlers({
    state,
    dialogs: makeDialogs(state, locale),
    savedFiles: makeSavedFiles(),
    launch: () => launch,
    locale,
    connectEngine: (contents) => host.connect(contents),
    restartEngine: () => host.restart(),
    details: (text) => errorDetails(text, {
      ...who, version: __APP_VERSION__, electron: process.versions.electron ?? '', chrome: process.versions.chrome ?? '', node: process.versions.node,
      system: `${process.platform} ${release()} ${process.arch}`,
    }),
    onLocale: () => {
      // From now on the choice counts, not the switch that the app was started with.
      chosenLocale = null;
      showLocalMenu();
    },
  });
  serveWindowCalls(handlers, origin);
  showLocalMenu();

  function openWindow(): void {
    styleNonce = randomBytes(16).toString('base64');
    const window = createWindow({ preload: folders.preload, address: devServer ?? `${pageOrigin}/index.html`, styleNonce, state, icon });
    /** The page is replaced whole: a reload would reuse its nonce. The engine and its runs go on. */
    const replace = (): void => {
      if (window.isDestroyed()) return;
      openWindow();
      window.destroy();
    };
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason === 'clean-exit') return;
      log.write('main', `the page's process is gone: ${reason}`);
      replace();
    });
    // Chromium asks nobody before it shows one of its own blank pages (about:blank, about:srcdoc), and stopping it there ends the app.
    window.webContents.on('did-navigate', (_event, address) => {
      if (!isOwnPage(address)) replace();
    });
    window.webContents.on('did-fail-load', (_event, _code, _text, address, isMainFrame) => {
      if (isMainFrame && address.startsWith('about:')) replace();
    });
  }
  openWindow();

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });
  app.on('second-instance', (_event, args, folder, handed) => {
    const [window] = BrowserWindow.getAllWindows();
    const path = handedWorkspace(handed) ?? parseLaunchOptions(args, folder).workspace;
    if (path !== null) tell({ kind: 'open-path', path });
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });

  let stopping = false;
  app.on('will-quit', (event) => {
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    // The windows are closed and their bounds are saved: all that is left is the engine, which first closes its workspace.
    void host.stop(enginePatienceMs).then(() => setImmediate(() => app.exit(0)));
  });
}

app.on('window-all-closed', () => app.quit());
// One app per user-data folder: two would fight for the workspace file.
if (app.requestSingleInstanceLock({ workspace: launch.workspace })) void app.whenReady().then(boot);
else app.quit();
