/** The engine process's end: only main may start processes of Electron, so it is asked to. */
import { readTrialOver, type TrialOrder } from './trial-messages';

interface Waiting {
  readonly resolve: (result: { readonly output: string; readonly end: string }) => void;
}

export class ModelTrials {
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;

  constructor(private readonly tell: (order: TrialOrder) => void) {}

  /** Starts a process with this argument and waits for its end; `signal` ends it before. */
  readonly start = (argument: string, signal: AbortSignal): Promise<{ readonly output: string; readonly end: string }> => {
    const id = this.nextId++;
    const kill = (): void => this.tell({ kind: 'trial-kill', id });
    signal.addEventListener('abort', kill, { once: true });
    return new Promise<{ readonly output: string; readonly end: string }>((resolve) => {
      this.waiting.set(id, { resolve });
      this.tell({ kind: 'trial', id, argument });
    }).finally(() => signal.removeEventListener('abort', kill));
  };

  /** A message of main's; others than the ends of processes are nobody's business here. */
  hear(message: unknown): void {
    const over = readTrialOver(message);
    if (over === null) return;
    this.waiting.get(over.id)?.resolve({ output: over.output, end: over.end });
    this.waiting.delete(over.id);
  }
}
