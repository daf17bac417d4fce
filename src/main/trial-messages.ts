/** What the engine process and main say to each other about the processes in which models are tried. Both ends are this program, and both are checked. */

/** From the engine: start one, or end it. */
export type TrialOrder =
  | { readonly kind: 'trial'; readonly id: number; readonly argument: string }
  | { readonly kind: 'trial-kill'; readonly id: number };

/** From main: what the process wrote, and how it ended. */
export interface TrialOver {
  readonly kind: 'trial-over';
  readonly id: number;
  readonly output: string;
  readonly end: string;
}

const fields = (message: unknown): Readonly<Record<string, unknown>> => (typeof message === 'object' && message !== null ? { ...message } : {});

/** Null for any other message. */
export function readTrialOrder(message: unknown): TrialOrder | null {
  const { kind, id, argument } = fields(message);
  if (typeof id !== 'number') return null;
  if (kind === 'trial-kill') return { kind, id };
  return kind === 'trial' && typeof argument === 'string' ? { kind, id, argument } : null;
}

/** Null for any other message. */
export function readTrialOver(message: unknown): TrialOver | null {
  const { kind, id, output, end } = fields(message);
  return kind === 'trial-over' && typeof id === 'number' && typeof output === 'string' && typeof end === 'string' ? { kind, id, output, end } : null;
}
