/**
 * Starts the engine process, watches it, and brokers one port per window to it. Main sees no message of theirs.
 *
 * A native crash in ONNX Runtime ends the engine process, never this one (docs/decisions/0001).
 */
import { heartbeat, stillHeart, type Heart } from './heartbeat';
import { afterLoss, freshPolicy } from './restart-policy';

/** How the engine before ended, for the next one: what it was working on is less to blame when somebody killed it. */
export type LastEnd = 'unknown' | 'killed';

/** What the host needs of Electron; passed in, so that its logic is tested without one. */
export interface EngineProcess<Port> {
  postMessage(message: unknown, ports: Port[]): void;
  kill(): boolean;
  /** Ends it also when it listens to nothing any more. */
  destroy(): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

export interface EngineClientPage<Port> {
  isDestroyed(): boolean;
  postMessage(channel: string, message: unknown, ports: Port[]): void;
}

export interface EngineHostParts<Port> {
  fork(lastEnd: LastEnd): EngineProcess<Port>;
  makeChannel(): { port1: Port; port2: Port };
  now(): number;
  later(work: () => void, delayMs: number): () => void;
  onState(state: 'starting' | 'ready' | 'restarting' | 'failed', detail: string | null): void;
}

export interface EngineHost<Port> {
  /** Gives the page a port, now or as soon as the engine is up, and a new one after every restart. */
  connect(page: EngineClientPage<Port>): void;
  /** Why the process went, as Electron's 'child-process-gone' tells it (the exit code alone is unreliable). */
  noteReason(reason: string, lastEnd: LastEnd): void;
  /** Starts it again after it was given up. */
  restart(): void;
  /** The machine goes to sleep, or is awake again: the engine begins nothing in between. */
  setAsleep(asleep: boolean): void;
  /** Ends the engine after it has closed its workspace, or after `patienceMs`. */
  stop(patienceMs: number): Promise<void>;
}

/** Electron tells the reason shortly after the exit. */
const reasonDelayMs = 100;

/** Between two questions whether it is still there. */
const beatMs = 5_000;

function kindOf(message: unknown): unknown {
  return typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
}

/** What the engine says of a worker that does not come back. */
function stuckText(message: unknown): string | null {
  return kindOf(message) === 'stuck' && typeof message === 'object' && message !== null && 'detail' in message && typeof message.detail === 'string' ? message.detail.slice(0, 200) : null;
}

export function startEngineHost<Port>(parts: EngineHostParts<Port>): EngineHost<Port> {
  const pages = new Set<EngineClientPage<Port>>();
  let engine: EngineProcess<Port> | undefined;
  let ready = false;
  let policy = freshPolicy;
  let reason: string | null = null;
  let lastEnd: LastEnd = 'unknown';
  let cancelRestart = (): void => undefined;
  let cancelBeat = (): void => undefined;
  let stopped: (() => void) | undefined;
  let heard = (): void => undefined;
  /** The one that was ended for its silence: the system's reason says less than ours. */
  let hung: EngineProcess<Port> | undefined;
  let givenUp: string | null | undefined;

  function sendPort(page: EngineClientPage<Port>): void {
    const { port1, port2 } = parts.makeChannel();
    engine?.postMessage({ kind: 'client' }, [port1]);
    page.postMessage('engine-port', null, [port2]);
  }

  function lost(startedAt: number): void {
    engine = undefined;
    ready = false;
    cancelBeat();
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

  /** Ends one that will not end by itself; its end is noticed like any other. */
  function end(child: EngineProcess<Port>, why: string): void {
    if (hung === child || stopped) return;
    reason = why;
    lastEnd = 'unknown';
    hung = child;
    child.destroy();
  }

  /** Its main thread never computes for long, so one that says nothing for several beats hangs. */
  function beat(child: EngineProcess<Port>, heart: Heart): void {
    cancelBeat = parts.later(() => {
      const next = heartbeat(heart, parts.now(), beatMs);
      if (next.kind === 'hangs') {
        end(child, `no answer for ${Math.round(next.silentMs / 1000)} s`);
        return;
      }
      heard = (): void => { next.heart.answered = true; };
      child.postMessage({ kind: 'ping' }, []);
      beat(child, next.heart);
    }, beatMs);
  }

  function start(): void {
    const startedAt = parts.now();
    const child = parts.fork(lastEnd);
    lastEnd = 'unknown';
    givenUp = undefined;
    engine = child;
    child.on('message', (message) => {
      if (kindOf(message) === 'pong') heard();
      const stuck = stuckText(message);
      if (stuck !== null) end(child, stuck);
      if (kindOf(message) !== 'ready') return;
      ready = true;
      beat(child, stillHeart(parts.now()));
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
    noteReason(text, end) {
      if (hung !== undefined) {
        hung = undefined;
        return;
      }
      reason = text;
      lastEnd = end;
    },
    restart() {
      if (engine !== undefined || givenUp === undefined) return;
      policy = freshPolicy;
      parts.onState('restarting', null);
      start();
    },
    setAsleep(asleep) {
      engine?.postMessage({ kind: 'sleep', asleep }, []);
    },
    stop(patienceMs) {
      cancelRestart();
      cancelBeat();
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
