/** Main's end: starts a process per model that is tried, hands back what it wrote, and ends all of them with the engine. */
import { readTrialOrder, type TrialOver } from './trial-messages';

/** What is needed of Electron's utility process; passed in, so that this is tested without one. */
export interface TrialChild {
  readonly stdout: { on(event: 'data', listener: (chunk: { toString(): string }) => void): unknown } | null;
  kill(): boolean;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

export interface TrialAsker {
  postMessage(message: TrialOver): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: () => void): unknown;
}

/** An answer is one line; whatever writes more is not this program any more. */
const mostCharacters = 100_000;

/** `fork` starts the process with the argument and with its stdout piped. */
export function serveTrials(engine: TrialAsker, fork: (argument: string) => TrialChild): void {
  const running = new Map<number, TrialChild>();
  engine.on('message', (message) => {
    const order = readTrialOrder(message);
    if (order === null) return;
    if (order.kind === 'trial-kill') {
      running.get(order.id)?.kill();
      return;
    }
    const child = fork(order.argument);
    running.set(order.id, child);
    let output = '';
    const over = (end: string): void => {
      if (running.delete(order.id)) engine.postMessage({ kind: 'trial-over', id: order.id, output, end });
    };
    child.stdout?.on('data', (chunk) => {
      output += chunk.toString();
      // It waits to be ended: what is on its way when a process ends is dropped by Electron.
      if (!output.includes('\n') && output.length < mostCharacters) return;
      over('answered');
      child.kill();
    });
    child.on('exit', (code) => over(`exit code ${code}`));
  });
  engine.on('exit', () => {
    for (const child of running.values()) child.kill();
    running.clear();
  });
}
