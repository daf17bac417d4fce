import { spawn } from 'node:child_process';

/**
 * Runs a program to its end with its chatter on stderr: our own stdout stays data only.
 *
 * @returns {Promise<number>} its exit code; 128 + n would be the shell's for a signal, here it is 1
 * @throws {Error} if the program cannot be started
 */
export function runStep(command, args, { cwd, env = process.env, stdout = 2 } = {}) {
  return new Promise((resolve, reject) => {
    // On Windows npm is a batch file, which only a shell can start.
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', stdout, 'inherit'], shell: process.platform === 'win32' && command === 'npm' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
