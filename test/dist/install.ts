/** Installs the .deb that was made: into the system where that is allowed and it is not there already, else unpacked into a folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identity } from '../../tools/dist/identity.mjs';

export interface Installed {
  /** Folder that stands for `/`: '' when it is the system itself. */
  readonly root: string;
  /** The program of the menu entry, and its arguments with the file put in. */
  menuCommand(file?: string): { program: string; args: string[] };
  uninstall(): void;
}

export const canInstall = process.platform === 'linux' && existsSync('/usr/bin/dpkg-deb');

function isInstalled(): boolean {
  try {
    return execFileSync('dpkg-query', ['-W', '-f=${Status}', identity.executable], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).includes('ok installed');
  } catch {
    return false;
  }
}

/** `Exec=` of a desktop entry: words, quoted where they hold spaces, `%f` for a file. */
export function menuWords(entry: string, file: string | undefined): string[] {
  const [, line] = /^Exec=(.*)$/m.exec(entry) ?? [];
  if (line === undefined) throw new Error('the menu entry starts nothing');
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].flatMap(([, quoted, bare]) => {
    const word = quoted ?? bare ?? '';
    return word !== '%f' ? [word] : file === undefined ? [] : [file];
  });
}

export function installDeb(deb: string): Installed {
  const intoSystem = process.getuid?.() === 0 && !isInstalled();
  const root = intoSystem ? '' : mkdtempSync(join(tmpdir(), 'bitlog2-deb-'));
  if (intoSystem) execFileSync('dpkg', ['--install', deb], { stdio: ['ignore', 'ignore', 'inherit'] });
  else execFileSync('dpkg-deb', ['--extract', deb, root]);
  return {
    root,
    menuCommand(file) {
      const [program = '', ...args] = menuWords(readFileSync(`${root}/usr/share/applications/${identity.executable}.desktop`, 'utf8'), file);
      return { program: `${root}${program}`, args };
    },
    uninstall() {
      if (intoSystem) execFileSync('dpkg', ['--purge', identity.executable], { stdio: ['ignore', 'ignore', 'pipe'] });
      else rmSync(root, { recursive: true, force: true });
    },
  };
}
