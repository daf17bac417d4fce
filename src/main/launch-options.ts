import { resolve } from 'node:path';
import { locales, themes, type Locale, type Theme } from '../shared/window-contract';

/** What the command line of the app may say. Chromium's own switches pass by untouched. */
export interface LaunchOptions {
  readonly workspace: string | null;
  readonly userDataDir: string | null;
  readonly locale: Locale | null;
  readonly theme: Theme | null;
  readonly openSample: boolean;
  /** Seconds that a worker thread may be silent at least before it counts as hanging; null for the usual. For tests of just that. */
  readonly workerPatience: number | null;
}

function valueOf(args: readonly string[], name: string): string | null {
  const flag = `--${name}`;
  for (const [index, arg] of args.entries()) {
    if (arg.startsWith(`${flag}=`)) return arg.slice(flag.length + 1);
    const next = args[index + 1];
    if (arg === flag && next !== undefined && !next.startsWith('-')) return next;
  }
  return null;
}

const takesValue = new Set(['--workspace', '--user-data-dir', '--lang', '--theme', '--worker-patience']);

/**
 * The workspace file among the arguments, as a file manager or a shell gives it: the first that is no switch, nor a switch's value,
 * and ends with `.bitlog2`.
 *
 * @param args with the program itself as the first
 * @param folder where a relative path starts
 * @returns its absolute path, or null
 */
export function workspaceArgument(args: readonly string[], folder: string): string | null {
  const found = args.find((arg, at) => at > 0 && !arg.startsWith('-') && !takesValue.has(args[at - 1] ?? '') && /[^/\\]\.bitlog2$/i.test(arg));
  return found === undefined ? null : resolve(folder, found);
}

/**
 * Reads a workspace file (`bitlog2-workbench FILE.bitlog2`), `--workspace FILE`, `--user-data-dir DIR`, `--lang en|ko`, `--theme dark|light|system`, `--open-sample` and `--worker-patience SECONDS`,
 * each also as `--name=value`. A language or theme that the app does not have counts as not given:
 * `--lang` is Chromium's switch too and may carry any language.
 *
 * @param folder where a relative path starts
 */
export function parseLaunchOptions(args: readonly string[], folder: string): LaunchOptions {
  const workspace = valueOf(args, 'workspace');
  const lang = valueOf(args, 'lang');
  const theme = valueOf(args, 'theme');
  const patience = Number(valueOf(args, 'worker-patience'));
  return {
    workspace: workspace === null ? workspaceArgument(args, folder) : resolve(folder, workspace),
    userDataDir: valueOf(args, 'user-data-dir'),
    locale: locales.find((locale) => lang !== null && lang.toLowerCase().startsWith(locale)) ?? null,
    theme: themes.find((name) => name === theme) ?? null,
    openSample: args.includes('--open-sample'),
    workerPatience: Number.isFinite(patience) && patience >= 1 ? patience : null,
  };
}

/** What a second start of the app hands to the first: Chromium reorders its arguments, so the workspace also comes by itself. */
export function handedWorkspace(handed: unknown): string | null {
  return typeof handed === 'object' && handed !== null && 'workspace' in handed && typeof handed.workspace === 'string' ? handed.workspace : null;
}
