/** What the tours need of every page: how to get there, when its figures are there, and what must be wrong nowhere. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { en } from '../../src/renderer/src/locales/en';
import { ko } from '../../src/renderer/src/locales/ko';
import { pages, type Page as PageName } from '../../src/renderer/src/stores/selection';
import type { RunningApp } from './launch';

export const pageNames = pages;

/** Something that only stands there once the page shows figures. */
const figuresOf: Readonly<Record<PageName, string>> = {
  board: '#page.board tbody .cell .interval',
  layers: '#page.layers .depth .chart, #page.layers .depth canvas, #page.layers figure.depth',
  attention: '#page.attention .main[aria-busy=false] figure',
  levels: '#page.levels .answers [role=slider]',
  images: '#page.images-page .verdict .says',
  calibration: '#page.calibration .parameters tbody th.site',
};

/** By its key, as from anywhere in the window; waits for the page's figures. */
export async function goTo(page: Page, name: PageName): Promise<void> {
  await page.keyboard.press(`Control+${pages.indexOf(name) + 1}`);
  await page.locator(figuresOf[name]).first().waitFor();
}

export const words = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();

/** The board's cell of this model under this scheme. */
export const boardCell = (page: Page, name: string): Locator => page.locator('tbody .cell', { has: page.locator(`.visually-hidden:text-is("${name}")`) });

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Serious and critical findings of axe in the window as it is, one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const found = await Reflect.get(globalThis, 'axe').run(document, { resultTypes: ['violations'] });
    return found.violations
      .filter(({ impact }: { impact: string }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }: { id: string; nodes: { target: string[]; any: { message: string }[] }[] }) => `${id}: ${nodes.map(({ target, any }) => `${target.join(' ')} (${any.map(({ message }) => message).join('; ')})`).join(', ')}`);
  });
}

/** What is wider than the window: the document, or a part of the frame. */
export const overflows = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight ? ['document'] : [];
    const outside = [...document.querySelectorAll('.frame > *')].filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5).map((part) => part.className);
    return [...wide, ...outside];
  });

function sentences(messages: object, path = ''): [string, string][] {
  return Object.entries(messages).flatMap(([key, value]): [string, string][] => {
    const at = path === '' ? key : `${path}.${key}`;
    return typeof value === 'string' ? [[at, value]] : typeof value === 'object' && value !== null ? sentences(value, at) : [];
  });
}
const english = new Map(sentences(en));
const korean = new Map(sentences(ko));
/** Groups too: a key that points at a group is shown as the key. */
const keys = new Set([...english.keys()].flatMap((key) => key.split('.').map((_, at, parts) => parts.slice(0, at + 1).join('.'))).filter((key) => key.includes('.')));
/** Names and file endings are the same in both languages; two words and more that are not are sentences. */
const onlyEnglish = new Set([...english].filter(([key, text]) => /[a-z]+ [a-z]+/.test(text) && korean.get(key) !== text).map(([, text]) => text));

/** Everything that can be read or heard in the window. */
const texts = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (parentElement !== null && !['SCRIPT', 'STYLE'].includes(parentElement.tagName)) found.push(textContent?.trim() ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [aria-valuetext]')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) found.push(element.getAttribute(name)?.trim() ?? '');
    }
    return found.filter((text) => text !== '');
  });

/** Keys of messages that are shown as such, placeholders that were not filled in, and in Korean what is still English. */
export async function untranslated(page: Page, locale: 'en' | 'ko'): Promise<string[]> {
  return (await texts(page)).filter((text) =>
    text.split(/[\s·,;:()]+/).some((word) => keys.has(word.replace(/\.$/, ''))) || /\{[a-zA-Z]+\}|undefined|NaN|\[object/.test(text) || (locale === 'ko' && onlyEnglish.has(text)));
}

/** Files that the window saves go where `savedBy` looks for them instead of asking a person. */
export interface SavedFiles {
  /** Waits for the file that `act` makes the window save. */
  savedBy(act: () => Promise<void>, ending: string): Promise<string>;
  remove(): void;
}

export function catchSavedFiles({ app }: RunningApp): SavedFiles {
  const folder = mkdtempSync(join(tmpdir(), 'bitlog2-tour-files-'));
  let count = 0;
  return {
    async savedBy(act, ending) {
      const file = join(folder, `${count++}.${ending}`);
      await app.evaluate(({ dialog }, path) => { dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath: path }); }, file);
      await act();
      for (let wait = 0; wait < 600 && !existsSync(file); wait++) await new Promise((done) => setTimeout(done, 50));
      return readFileSync(file, 'utf8');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export type ExportedRow = Readonly<Record<string, string | number | null>>;

/** Opens the export menu of this name with the pointer and takes its figures. */
export async function exportedFigures(page: Page, files: SavedFiles, name: string): Promise<ExportedRow[]> {
  await page.getByRole('button', { name: `Export ${name}`, exact: true }).click();
  return JSON.parse(await files.savedBy(() => page.getByRole('menuitem', { name: 'JSON' }).click(), 'json')) as ExportedRow[];
}
