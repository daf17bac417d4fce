import { Menu } from 'electron';
import type { Locale, MenuCommand } from '../shared/window-contract';
import { menuTemplate } from './menu-template';

/** Puts the menu up in the given language. */
export function showMenu(locale: Locale, developing: boolean, command: (command: MenuCommand) => void): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(locale, developing, command)));
}
