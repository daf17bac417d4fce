import { access } from 'node:fs/promises';
import { clipboard, nativeTheme, type WebContents } from 'electron';
import { addRecent, removeRecent } from '../shared/shell-state';
import type { Locale } from '../shared/window-contract';
import { copyPng } from './clipboard-png';
import type { Dialogs } from './dialogs';
import type { LaunchOptions } from './launch-options';
import { openExternal } from './open-external';
import type { SavedFiles } from './saved-files';
import type { StateFile } from './state-file';
import type { WindowHandlers } from './window-calls';

export interface HandlerParts {
  readonly state: StateFile;
  readonly dialogs: Dialogs;
  readonly savedFiles: SavedFiles;
  /** What the app was started with; on macOS the file comes by an event. */
  readonly launch: () => LaunchOptions;
  readonly locale: () => Locale;
  readonly connectEngine: (contents: WebContents) => void;
  readonly restartEngine: () => void;
  /** A failure with the versions it happened with, and without private paths. */
  readonly details: (text: string) => string;
  readonly onLocale: () => void;
}

/** What each call of the window does. Parameters have been checked before they get here. */
export function makeWindowHandlers({ state, dialogs, savedFiles, launch, locale, connectEngine, restartEngine, details, onLocale }: HandlerParts): WindowHandlers {
  return {
    'app.info': () => ({
      version: __APP_VERSION__,
      electron: process.versions.electron ?? '',
      chrome: process.versions.chrome ?? '',
      node: process.versions.node,
      platform: process.platform,
      theme: launch().theme ?? state.current.theme,
      systemDark: nativeTheme.shouldUseDarkColors,
      locale: locale(),
      recents: [...state.current.recents],
      workspace: launch().workspace,
      openSample: launch().openSample,
    }),
    'engine.connect': (_none, contents) => {
      connectEngine(contents);
      return null;
    },
    'engine.restart': () => {
      restartEngine();
      return null;
    },
    'theme.set': ({ theme }) => {
      nativeTheme.themeSource = theme;
      state.update({ theme });
      return null;
    },
    'locale.set': (params) => {
      state.update({ locale: params.locale });
      onLocale();
      return null;
    },
    'dialog.models': async (_none, contents) => ({ files: await dialogs.models(contents) }),
    'dialog.dataset': async (_none, contents) => ({ folder: await dialogs.dataset(contents) }),
    'dialog.labels': async (_none, contents) => ({ file: await dialogs.labels(contents) }),
    'dialog.merge': async (_none, contents) => ({ files: await dialogs.merge(contents) }),
    'dialog.workspace': async ({ create }, contents) => ({ file: await dialogs.workspace(contents, create) }),
    'recents.add': (recent) => {
      const recents = addRecent(state.current.recents, recent);
      state.update({ recents });
      return { recents };
    },
    'recents.check': async () => {
      const paths = [...new Set(state.current.recents.map(({ path }) => path))];
      const there = await Promise.all(paths.map((path) => access(path).then(() => true, () => false)));
      return { missing: paths.filter((_path, at) => there[at] !== true) };
    },
    'recents.remove': (recent) => {
      const recents = removeRecent(state.current.recents, recent);
      state.update({ recents });
      return { recents };
    },
    'dialog.export': async ({ name, format }, contents) => ({ file: await dialogs.export(contents, name, format) }),
    'file.save': async ({ name, kind, data }, contents) => {
      const file = await dialogs.save(contents, name, kind);
      return { file: file === null ? null : await savedFiles.write(file, kind, data) };
    },
    'file.open': async ({ file }) => {
      await savedFiles.open(file);
      return null;
    },
    'clipboard.text': async ({ text }) => {
      // A promise since Electron became the web's equal here; before, nothing to wait for.
      await clipboard.writeText(text);
      return null;
    },
    'clipboard.details': async ({ text }) => {
      await clipboard.writeText(details(text));
      return null;
    },
    'clipboard.png': async ({ png }) => {
      await copyPng(png);
      return null;
    },
    'link.open': async ({ url }) => {
      await openExternal(url);
      return null;
    },
  };
}
