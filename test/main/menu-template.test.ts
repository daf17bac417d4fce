import type { MenuItemConstructorOptions } from 'electron';
import { expect, test } from 'vitest';
import { labels, type Labels } from '../../src/main/labels';
import { menuTemplate, type MenuActions } from '../../src/main/menu-template';
import { menuCommands } from '../../src/shared/window-contract';

const quiet: MenuActions = { command: () => undefined, showLogs: () => undefined };

function entries(items: readonly MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? entries(item.submenu) : [])]);
}

test('every command of the contract stands in the menu once and is sent when chosen', () => {
  const sent: string[] = [];
  const logs: string[] = [];
  for (const { click } of entries(menuTemplate('en', false, { command: (command) => sent.push(command), showLogs: () => logs.push('shown') }))) Reflect.apply(click ?? (() => undefined), undefined, []);
  expect(sent.sort()).toEqual([...menuCommands].sort());
  expect(logs).toEqual(['shown']);
});

test('no two entries share a key', () => {
  const keys = entries(menuTemplate('en', false, quiet)).flatMap(({ accelerator }) => (accelerator ? [accelerator] : []));
  expect(new Set(keys).size).toBe(keys.length);
});

test('reload and developer tools are for development only', () => {
  const roles = (developing: boolean) => entries(menuTemplate('en', developing, quiet)).map(({ role }) => role);
  expect(roles(true)).toEqual(expect.arrayContaining(['reload', 'toggleDevTools']));
  expect(roles(false)).not.toEqual(expect.arrayContaining(['reload']));
  expect(roles(false)).not.toEqual(expect.arrayContaining(['toggleDevTools']));
});

test('the Korean menu leaves nothing in English', () => {
  const words = ({ pages, ...rest }: Labels): [string, string][] => Object.entries({ ...rest, ...pages });
  for (const [key, word] of words(labels('ko'))) expect(`${key} ${word}`).toMatch(/[가-힣]/);
});
