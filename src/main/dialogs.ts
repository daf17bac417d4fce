import { dirname, extname } from 'node:path';
import { BrowserWindow, dialog, type OpenDialogOptions, type SaveDialogOptions, type WebContents } from 'electron';
import type { TableFormat } from '../shared/tables';
import type { Locale, SavedKind } from '../shared/window-contract';
import { labels } from './labels';
import type { StateFile } from './state-file';

/** The file dialogs. They open where the last one ended. */
export interface Dialogs {
  models(contents: WebContents): Promise<string[]>;
  dataset(contents: WebContents): Promise<string | null>;
  labels(contents: WebContents): Promise<string | null>;
  workspace(contents: WebContents, create: boolean): Promise<string | null>;
  merge(contents: WebContents): Promise<string[]>;
  save(contents: WebContents, name: string, kind: SavedKind): Promise<string | null>;
  export(contents: WebContents, name: string, format: TableFormat): Promise<string | null>;
}

const workspaces = [{ name: 'BitLog2', extensions: ['bitlog2'] }];

function ownerOf(contents: WebContents): BrowserWindow {
  const window = BrowserWindow.fromWebContents(contents);
  if (!window) throw new Error('the window is gone');
  return window;
}

export function makeDialogs(state: StateFile, locale: () => Locale): Dialogs {
  const place = (): { defaultPath?: string } => (state.current.lastFolder === null ? {} : { defaultPath: state.current.lastFolder });
  const remember = (path: string, folder: string): string => {
    state.update({ lastFolder: folder });
    return path;
  };

  async function open(contents: WebContents, options: OpenDialogOptions): Promise<string[]> {
    const { canceled, filePaths } = await dialog.showOpenDialog(ownerOf(contents), { ...place(), ...options });
    return canceled ? [] : filePaths;
  }
  async function save(contents: WebContents, options: SaveDialogOptions): Promise<string | null> {
    const { canceled, filePath } = await dialog.showSaveDialog(ownerOf(contents), options);
    return canceled || !filePath ? null : remember(filePath, dirname(filePath));
  }
  const inLastFolder = (name: string): string => (state.current.lastFolder === null ? name : `${state.current.lastFolder}/${name}`);

  return {
    async models(contents) {
      const files = await open(contents, {
        title: labels(locale()).chooseModels,
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: 'ONNX, safetensors', extensions: ['onnx', 'safetensors'] }],
      });
      const [first] = files;
      if (first !== undefined) remember(first, dirname(first));
      return files;
    },
    async dataset(contents) {
      const [folder] = await open(contents, { title: labels(locale()).chooseDataset, properties: ['openDirectory'] });
      return folder === undefined ? null : remember(folder, dirname(folder));
    },
    async labels(contents) {
      const filters = [{ name: 'txt, csv', extensions: ['txt', 'csv'] }, { name: '*', extensions: ['*'] }];
      const [file] = await open(contents, { title: labels(locale()).chooseLabels, properties: ['openFile'], filters });
      return file === undefined ? null : remember(file, dirname(file));
    },
    async merge(contents) {
      const files = await open(contents, { title: labels(locale()).mergeWorkspaces, properties: ['openFile', 'multiSelections'], filters: workspaces });
      const [first] = files;
      if (first !== undefined) remember(first, dirname(first));
      return files;
    },
    async workspace(contents, create) {
      if (create) return save(contents, { title: labels(locale()).newWorkspace, filters: workspaces, defaultPath: inLastFolder('workspace.bitlog2') });
      const [file] = await open(contents, { title: labels(locale()).openWorkspace, properties: ['openFile'], filters: workspaces });
      return file === undefined ? null : remember(file, dirname(file));
    },
    save(contents, name, kind) {
      return save(contents, { filters: [{ name: kind.toUpperCase(), extensions: [kind] }], defaultPath: inLastFolder(name) });
    },
    async export(contents, name, format) {
      const file = await save(contents, { title: labels(locale()).exportData, filters: [{ name: format.toUpperCase(), extensions: [format] }], defaultPath: inLastFolder(`${name}.${format}`) });
      // On Linux the dialog does not add the extension.
      return file === null || extname(file) !== '' ? file : `${file}.${format}`;
    },
  };
}
