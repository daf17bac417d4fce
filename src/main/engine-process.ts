/** Entry of the engine process: the engine behind the ports that main hands over. No logic of its own. */
import { join } from 'node:path';
import type { MessagePortMain } from 'electron';
import { createEngine, serveEngine, type EnginePort } from '../engine';

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

const engine = createEngine({
  workerPath: join(__dirname, 'worker.js'),
  resourcesPath: switchValue('resources'),
  defaultWorkspace: join(switchValue('user-data'), 'default.bitlog2'),
  version: __APP_VERSION__,
});

process.parentPort.on('message', ({ data, ports }) => {
  const message: unknown = data;
  if (typeof message !== 'object' || message === null || !('kind' in message)) return;
  if (message.kind === 'client') ports.forEach((port) => serveEngine(engine, asEnginePort(port)));
  if (message.kind === 'shutdown') void engine.close().then(() => process.exit(0));
});
process.parentPort.postMessage({ kind: 'ready' });
