import { locales, themes, type Locale, type Theme } from '../shared/window-contract';

/** What the command line of the app may say. Chromium's own switches pass by untouched. */
export interface LaunchOptions {
  readonly workspace: string | null;
  readonly userDataDir: string | null;
  readonly locale: Locale | null;
  readonly theme: Theme | null;
  readonly openSample: boolean;
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

/**
 * Reads `--workspace FILE`, `--user-data-dir DIR`, `--lang en|ko`, `--theme dark|light|system` and `--open-sample`,
 * each also as `--name=value`. A language or theme that the app does not have counts as not given:
 * `--lang` is Chromium's switch too and may carry any language.
 */
export function parseLaunchOptions(args: readonly string[]): LaunchOptions {
  const lang = valueOf(args, 'lang');
  const theme = valueOf(args, 'theme');
  return {
    workspace: valueOf(args, 'workspace'),
    userDataDir: valueOf(args, 'user-data-dir'),
    locale: locales.find((locale) => lang !== null && lang.toLowerCase().startsWith(locale)) ?? null,
    theme: themes.find((name) => name === theme) ?? null,
    openSample: args.includes('--open-sample'),
  };
}
