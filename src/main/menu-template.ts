import type { MenuItemConstructorOptions } from 'electron';
import type { Locale, MenuCommand } from '../shared/window-contract';
import { labels } from './labels';

/** In the order of the tabs. */
const pages = ['board', 'layers', 'attention', 'levels', 'images', 'calibration'] as const;

export interface MenuActions {
  /** Carries a chosen entry to the page. */
  readonly command: (command: MenuCommand) => void;
  readonly showLogs: () => void;
}

/**
 * The application menu. Reload and the developer tools are there only while developing: a reloaded page would
 * carry the nonce of the load before.
 */
export function menuTemplate(locale: Locale, developing: boolean, { command, showLogs }: MenuActions): MenuItemConstructorOptions[] {
  const text = labels(locale);
  const item = (label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => command(name),
    ...(accelerator === undefined ? {} : { accelerator }),
  });
  /** The key is shown here but handled in the page, which knows what is focused. */
  const pageKey = (label: string, name: MenuCommand, accelerator: string): MenuItemConstructorOptions => ({
    ...item(label, name, accelerator),
    registerAccelerator: false,
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  const develop: MenuItemConstructorOptions[] = developing ? [separator, { role: 'reload' }, { role: 'toggleDevTools' }] : [];
  return [
    {
      label: text.file,
      submenu: [
        item(text.openDataset, 'open-dataset', 'CmdOrCtrl+O'),
        item(text.addModel, 'add-model', 'CmdOrCtrl+Shift+O'),
        item(text.openSample, 'open-sample'),
        separator,
        item(text.newWorkspaceItem, 'new-workspace', 'CmdOrCtrl+N'),
        item(text.openWorkspaceItem, 'open-workspace'),
        item(text.mergeWorkspacesItem, 'merge-workspaces'),
        separator,
        item(text.reproduce, 'reproduce'),
        item(text.report, 'report'),
        item(text.exportDataItem, 'export-data'),
        separator,
        { role: 'quit', label: text.quit },
      ],
    },
    {
      label: text.edit,
      submenu: [
        { role: 'undo', label: text.undo },
        { role: 'redo', label: text.redo },
        separator,
        { role: 'cut', label: text.cut },
        { role: 'copy', label: text.copy },
        { role: 'paste', label: text.paste },
        { role: 'selectAll', label: text.selectAll },
      ],
    },
    {
      label: text.view,
      submenu: [
        pageKey(text.toggleLeft, 'toggle-left', 'CmdOrCtrl+B'),
        pageKey(text.toggleRight, 'toggle-right', 'CmdOrCtrl+Shift+B'),
        pageKey(text.toggleJobs, 'toggle-jobs', 'CmdOrCtrl+J'),
        separator,
        { role: 'zoomIn', label: text.zoomIn },
        { role: 'zoomOut', label: text.zoomOut },
        { role: 'resetZoom', label: text.zoomReset },
        { role: 'togglefullscreen', label: text.fullScreen },
        ...develop,
      ],
    },
    { label: text.go, submenu: [...pages.map((page, index) => pageKey(text.pages[page], `page-${page}`, `CmdOrCtrl+${index + 1}`)), separator, pageKey(text.back, 'back', 'Alt+Left'), pageKey(text.forward, 'forward', 'Alt+Right')] },
    { label: text.help, submenu: [pageKey(text.shortcuts, 'shortcuts', 'CmdOrCtrl+/'), { label: text.showLogs, click: showLogs }, item(text.about, 'about')] },
  ];
}
