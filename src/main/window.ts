import { BrowserWindow, nativeTheme, screen } from 'electron';
import type { StateFile } from './state-file';
import { placeWindow, smallestWindow } from './window-bounds';

/** Surface colours of the page's two themes: what shows before its first picture. */
const surfaces = { dark: '#141619', light: '#ffffff' } as const;

export interface WindowSettings {
  readonly preload: string;
  readonly address: string;
  readonly styleNonce: string;
  readonly state: StateFile;
  readonly icon: string | undefined;
}

function rememberBounds(window: BrowserWindow, state: StateFile): void {
  window.on('close', () => {
    const { x, y, width, height } = window.getNormalBounds();
    state.update({ bounds: { x, y, width, height, maximized: window.isMaximized() } });
  });
}

/** Makes the window: sandboxed, isolated, without Node; it is shown once it has something to show. */
export function createWindow({ preload, address, styleNonce, state, icon }: WindowSettings): BrowserWindow {
  const screens = [screen.getPrimaryDisplay(), ...screen.getAllDisplays()].map((display) => display.workArea);
  const window = new BrowserWindow({
    ...placeWindow(state.current.bounds, screens),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    title: 'BitLog2 Workbench',
    ...(icon === undefined ? {} : { icon }),
    show: false,
    // The page has buttons for everything; Alt brings the menu up where it is part of the window.
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? surfaces.dark : surfaces.light,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      additionalArguments: [`--style-nonce=${styleNonce}`],
    },
  });
  nativeTheme.on('updated', () => {
    if (!window.isDestroyed()) window.setBackgroundColor(nativeTheme.shouldUseDarkColors ? surfaces.dark : surfaces.light);
  });
  rememberBounds(window, state);
  window.once('ready-to-show', () => {
    if (state.current.bounds.maximized) window.maximize();
    window.show();
  });
  // A page that does not load is reported by 'did-fail-load'; the promise would repeat it as an unhandled rejection.
  window.loadURL(address).catch((error: unknown) => {
    process.stderr.write(`the page did not load: ${error instanceof Error ? error.message : String(error)}\n`);
  });
  return window;
}
