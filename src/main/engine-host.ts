/**
 * Starts the engine process, watches it, and brokers one port per window to it. Main sees no message of theirs.
 *
 * A native crash in ONNX Runtime ends the engine process, never this one (docs/decisions/0001).
 */
import { afterLoss, freshPolicy } from './restart-policy';

/** What the host needs of Electron; passed in, so that its logic is tested without one. */
export interface EngineProcess<Port> {
  postMessage(message: unknown, ports: Port[]): void;
  kill(): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

export interface EngineClientPage<Port> {
  isDestroyed(): boolean;
  postMessage(channel: string, message: unknown, ports: Port[]): void;
}

export interface EngineHostParts<Port> {
  fork(): EngineProcess<Port>;
  makeChannel(): { port1: Port; port2: Port };
  now(): number;
  later(work: () => void, delayMs: number): () => void;
  onState(state: 'starting' | 'ready' | 'restarting' | 'failed', detail: string | null): void;
}

export interface EngineHost<Port> {
  /** Gives the page a port, now or as soon as the engine is up, and a new one after every restart. */
  connect(page: EngineClientPage<Port>): void;
  /** Why the process went, as Electron's 'child-process-gone' tells it (the exit code alone is unreliable). */
  noteReason(reason: string): void;
  /** Ends the engine after it has closed its workspace, or after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

/** Electron tells the reason shortly after the exit. */
const reasonDelayMs = 100;

const isReady = (message: unknown): boolean => typeof message === 'object' && message !== null && 'kind' in message && message.kind === 'ready';

export function startEngineHost<Port>(parts: EngineHostParts<Port>): EngineHost<Port> {
  const pages = new Set<EngineClientPage<Port>>();
  let engine: EngineProcess<Port> | undefined;
  let ready = false;
  let policy = freshPolicy;
  let reason: string | null = null;
  let cancelRestart = (): void => undefined;
  let stopped: (() => void) | undefined;
  let givenUp: string | null | undefined;

  function sendPort(page: EngineClientPage<Port>): void {
    const { port1, port2 } = parts.makeChannel();
    engine?.postMessage({ kind: 'client' }, [port1]);
    page.postMessage('engine-port', null, [port2]);
  }

  function lost(startedAt: number): void {
    engine = undefined;
    ready = false;
    if (stopped) {
      stopped();
      return;
    }
    const next = afterLoss(policy, parts.now() - startedAt);
    policy = next.policy;
    parts.later(() => {
      if (stopped) return;
      const detail = reason;
      reason = null;
      if (next.delayMs === null) givenUp = detail;
      parts.onState(next.delayMs === null ? 'failed' : 'restarting', detail);
    }, reasonDelayMs);
    if (next.delayMs !== null) cancelRestart = parts.later(start, next.delayMs);
  }

  function start(): void {
    const startedAt = parts.now();
    const child = parts.fork();
    engine = child;
    child.on('message', (message) => {
      if (!isReady(message)) return;
      ready = true;
      for (const page of pages) {
        if (page.isDestroyed()) pages.delete(page);
        else sendPort(page);
      }
      parts.onState('ready', null);
    });
    child.on('exit', () => lost(startedAt));
  }

  parts.onState('starting', null);
  start();

  return {
    connect(page) {
      pages.add(page);
      if (ready) sendPort(page);
      // A page that came too late to hear it.
      if (givenUp !== undefined) parts.onState('failed', givenUp);
    },
    noteReason(text) {
      reason = text;
    },
    stop(patienceMs) {
      cancelRestart();
      return new Promise((resolve) => {
        stopped = resolve;
        if (!engine) {
          resolve();
          return;
        }
        engine.postMessage({ kind: 'shutdown' }, []);
        parts.later(() => {
          engine?.kill();
          resolve();
        }, patienceMs);
      });
    },
  };
}
