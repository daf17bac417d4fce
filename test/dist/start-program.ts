/** Starts the released program as a person does, without any debugger, and watches it from outside. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { rootSwitches } from '../../tools/lib/electron-switches.mjs';
import { processTree, socketsOf, type Socket } from '../helpers/process-sockets';

export interface Started {
  readonly pid: number;
  readonly output: () => string;
  /** Sockets of all its processes at this moment. */
  sockets(): Socket[];
  /**
   * Waits for the workspace of a first start: by then the window has loaded its page, the page has called the shell, and the engine has answered.
   *
   * @throws {Error} if the program ends before
   */
  untilWorking(): Promise<void>;
  /** Asks it to quit. @returns its exit code */
  quit(): Promise<number | null>;
  /** Its exit code once it has ended by itself. */
  readonly ended: Promise<number | null>;
}

export function startProgram(program: string, userData: string, { args = [], env = {} }: { args?: readonly string[]; env?: NodeJS.ProcessEnv } = {}): Started {
  const child = spawn(program, [...args, `--user-data-dir=${userData}`, '--lang=en', ...rootSwitches()], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += String(data)));
  let over = false;
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      over = true;
      resolve(code);
    });
  });
  const pid = child.pid ?? -1;
  return {
    pid,
    output: () => output,
    sockets: () => socketsOf(processTree(pid)),
    async untilWorking() {
      while (!existsSync(join(userData, 'default.bitlog2'))) {
        if (over) throw new Error(`the program ended before it worked:\n${output}`);
        await pause(100);
      }
    },
    async quit() {
      child.kill('SIGTERM');
      return ended;
    },
    ended,
  };
}
