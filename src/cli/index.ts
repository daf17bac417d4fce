/** Entry of the command line: `bitlog2 COMMAND`, under plain Node or under Electron's (ELECTRON_RUN_AS_NODE=1). */
import { existsSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createEngine, nodeTrial, stuckWords } from '../engine';
import type { CliEnvironment, TextStream } from './environment';
import { runCli } from './program';
import { userDataFolder } from './user-data';

const defaultWorkspace = join(userDataFolder(process.platform, process.env), 'default.bitlog2');

function stream(target: NodeJS.WriteStream): TextStream {
  return { write: (text) => void target.write(text), isTTY: target.isTTY === true, columns: target.columns ?? 100 };
}

const environment: CliEnvironment = {
  version: __APP_VERSION__,
  openEngine: ({ workers }) => createEngine({
    workerPath: join(__dirname, 'worker.js'),
    resourcesPath: resolve(__dirname, '..', '..', 'resources'),
    defaultWorkspace,
    version: __APP_VERSION__,
    trial: nodeTrial(join(__dirname, 'model-trial.js')),
    // An orderly end would wait for the thread.
    onStuck: (stuck) => {
      writeSync(2, `\n${stuckWords(stuck)}, and a thread cannot be ended: this process ends itself. Run the same command with --resume: it continues from its last stored batch\n`);
      process.kill(process.pid, 'SIGKILL');
    },
    ...(workers === null ? {} : { workers }),
  }),
  stdout: stream(process.stdout),
  stderr: stream(process.stderr),
  colour: process.stderr.isTTY === true && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb',
  defaultWorkspace,
  now: () => performance.now(),
  resolvePath: (path) => resolve(path),
  exists: (path) => existsSync(path),
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
  readText: (path) => readFileSync(path, 'utf8'),
  readBytes: (path) => readFileSync(path),
  writeText: (path, text) => writeFileSync(path, text),
  onInterrupt: (listener) => {
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => process.off('SIGINT', listener).off('SIGTERM', listener);
  },
  exitNow: (code) => process.exit(code),
};

// Whoever reads our output may stop reading (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

void runCli(process.argv.slice(2), environment).then((code) => {
  process.exitCode = code;
});
