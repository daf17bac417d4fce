/** The program's own log: a few files of limited size in the user-data folder, without private paths. Nothing is ever sent anywhere. */
import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface LogParts {
  readonly folder: string;
  /** Takes out what is private. */
  readonly mask: (text: string) => string;
  /** ISO time. */
  readonly now: () => string;
  /** Bytes of one file, and how many older ones are kept. */
  readonly size?: number;
  readonly kept?: number;
}

export interface LogFile {
  readonly folder: string;
  /** One entry; a text of several lines stays together, its further lines indented. Never throws: a full disk must not end the program. */
  write(source: string, text: string): void;
}

const name = (age: number): string => (age === 0 ? 'workbench.log' : `workbench.${age}.log`);
/** An entry is cut there: a native library may print without end. */
const longestEntry = 8_000;

export function openLog({ folder, mask, now, size = 1_000_000, kept = 4 }: LogParts): LogFile {
  const file = join(folder, name(0));
  function rotate(): void {
    if (!existsSync(file) || statSync(file).size < size) return;
    rmSync(join(folder, name(kept)), { force: true });
    for (let age = kept - 1; age >= 0; age--) if (existsSync(join(folder, name(age)))) renameSync(join(folder, name(age)), join(folder, name(age + 1)));
  }
  return {
    folder,
    write(source, text) {
      const lines = mask(text.trimEnd().slice(0, longestEntry)).split(/\r?\n/);
      try {
        mkdirSync(folder, { recursive: true });
        rotate();
        appendFileSync(file, `${now()} ${source} ${lines.join('\n  ')}\n`);
      } catch {
        // Without a disk to write to there is no log; whoever logs goes on.
      }
    },
  };
}

/** Crash reports are large: the newest few stay. */
export function keepNewest(folder: string, most: number): void {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).map((entry) => join(folder, entry)).filter((path) => statSync(path).isFile());
  const byAge = files.map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => b.at - a.at);
  for (const { path } of byAge.slice(most)) rmSync(path, { force: true });
}
