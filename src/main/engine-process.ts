/** Entry of the engine process: the engine behind the ports that main hands over. No logic of its own. */
import { join } from 'node:path';
import type { MessagePortMain } from 'electron';
import { createEngine, serveEngine, stuckWords, usualLimits, type Engine, type EnginePort } from '../engine';
import { toFailure } from '../shared/failure';
import { ModelTrials } from './trials-client';

function switchValue(name: string): string {
  const prefix = `--${name}=`;
  const found = process.argv.find((arg) => arg.startsWith(prefix));
  if (found === undefined) throw new Error(`the engine process needs ${prefix}…`);
  return found.slice(prefix.length);
}

function asEnginePort(port: MessagePortMain): EnginePort {
  return {
    postMessage: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on('message', (event) => listener(event.data));
      port.start();
    },
    onClose: (listener) => {
      port.on('close', listener);
    },
  };
}

// Since Electron 37 a rejection that nobody handles no longer ends a utility process; a broken engine must not linger.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`engine: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}\n`);
  process.exit(1);
});

/** Seconds that a worker may be silent at least, where it was said: see LaunchOptions. */
const patience = Number(switchValue('worker-patience'));

const trials = new ModelTrials((message) => process.parentPort.postMessage(message));
const engine = createEngine({
  workerPath: join(__dirname, 'worker.js'),
  resourcesPath: switchValue('resources'),
  defaultWorkspace: join(switchValue('user-data'), 'default.bitlog2'),
  version: __APP_VERSION__,
  trial: trials.start,
  lastEnd: switchValue('last-end') === 'killed' ? 'killed' : 'unknown',
  // Its thread cannot be ended, and this process with it would wait for the thread: main ends it from outside.
  onStuck: (stuck) => process.parentPort.postMessage({ kind: 'stuck', detail: stuckWords(stuck) }),
  ...(patience > 0 ? { watchLimits: { ...usualLimits, leastMs: 1000 * patience } } : {}),
});

/** Failures also go to the log: what a person stops is none. */
const logged: Pick<Engine, 'call'> = {
  call: async (method, params, options) => {
    try {
      return await engine.call(method, params, options);
    } catch (error) {
      const { kind, what, place } = toFailure(error);
      if (kind !== 'stopped') process.stderr.write(`engine: ${method}: ${kind}: ${what}${kind === 'internal' && place !== undefined ? `\n${place}` : ''}\n`);
      throw error;
    }
  },
};

process.parentPort.on('message', ({ data, ports }) => {
  const message: unknown = data;
  trials.hear(message);
  if (typeof message !== 'object' || message === null || !('kind' in message)) return;
  if (message.kind === 'client') ports.forEach((port) => serveEngine(logged, asEnginePort(port)));
  if (message.kind === 'ping') process.parentPort.postMessage({ kind: 'pong' });
  if (message.kind === 'sleep') engine.setAsleep('asleep' in message && message.asleep === true);
  if (message.kind === 'shutdown') void engine.close().then(() => process.exit(0));
});
process.parentPort.postMessage({ kind: 'ready' });
