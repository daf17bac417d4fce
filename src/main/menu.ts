import { Menu } from 'electron';
import type { Locale } from '../shared/window-contract';
import { menuTemplate, type MenuActions } from './menu-template';

/** Puts the menu up in the given language. */
export function showMenu(locale: Locale, developing: boolean, actions: MenuActions): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(locale, developing, actions)));
}
