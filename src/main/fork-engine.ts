import { utilityProcess, type UtilityProcess } from 'electron';
import type { MessagePortMain } from 'electron';
import type { EngineProcess } from './engine-host';
import { serveTrials } from './serve-trials';

export interface ForkSettings {
  readonly file: string;
  readonly args: string[];
  /** The entry of the processes in which the engine tries models. */
  readonly trial: string;
  readonly serviceName: string;
  /** What the process prints, for the log. */
  readonly said: (text: string) => void;
}

/** ONNX Runtime reads there that it is to report to nobody (engine/runtime/ort/no-telemetry.ts). */
const quietEnvironment = (): NodeJS.ProcessEnv => ({ ...process.env, ORT_DISABLE_TELEMETRY: '1' });

/** Starts the engine's process; what it prints goes to our own output and to the log. */
export function forkEngine({ file, args, trial, serviceName, said }: ForkSettings): EngineProcess<MessagePortMain> {
  const child: UtilityProcess = utilityProcess.fork(file, args, { serviceName, stdio: 'pipe', env: quietEnvironment() });
  serveTrials(child, (argument) => utilityProcess.fork(trial, [argument], { serviceName: `${serviceName}-trial`, stdio: ['ignore', 'pipe', 'ignore'], env: quietEnvironment() }));
  for (const [from, to] of [[child.stdout, process.stdout], [child.stderr, process.stderr]] as const) {
    from?.on('data', (chunk: Buffer) => {
      to.write(chunk);
      said(chunk.toString('utf8'));
    });
  }
  return {
    postMessage: (message, ports) => child.postMessage(message, ports),
    kill: () => child.kill(),
    // A process that hangs may not even take a signal that it could handle.
    destroy: () => {
      if (child.pid !== undefined) process.kill(child.pid, 'SIGKILL');
    },
    on: (event: 'message' | 'exit', listener: (value: number) => void) => (event === 'message' ? child.on('message', listener) : child.on('exit', listener)),
  };
}
