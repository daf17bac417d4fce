/**
 * The window's side of the engine contract over a MessagePort. The shell brings a port, and a new one after every restart of
 * the engine; calls made in between wait for it. Every reply is validated before anybody sees it.
 */
import { assertNever } from '../../shared/assert-never';
import type { CallOptions, EngineClient, EngineMethod, ParamsOf, RequestMessage, ResultOf } from '../../shared/engine-contract';
import { parseEvent, parseReply, parseResult } from '../../shared/engine-replies';
import { EngineError, fail } from '../../shared/failure';

/** The part of a MessagePort that the client uses. */
export interface EnginePort {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: 'close', listener: () => void): void;
  start(): void;
  close(): void;
}

export type Connection = 'waiting' | 'connected' | 'lost';

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly event: (event: unknown) => void;
}

export class PortClient implements EngineClient {
  private port: EnginePort | null = null;
  private nextId = 0;
  private readonly pending = new Map<number, Pending>();
  private waiting: (() => void)[] = [];
  private readonly listeners = new Set<(connection: Connection) => void>();
  connection: Connection = 'waiting';

  /** Tells of every change of the connection until the returned function is called. */
  onConnection(listener: (connection: Connection) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Takes a fresh port; calls that wait for one go out now. An older port is dropped and its calls fail. */
  connect(port: EnginePort): void {
    if (this.port !== null) this.lose(this.port);
    this.port = port;
    port.addEventListener('message', (event) => this.receive(port, event.data));
    port.addEventListener('close', () => this.lose(port));
    port.start();
    this.announce('connected');
    const waiting = this.waiting;
    this.waiting = [];
    for (const send of waiting) send();
  }

  /** @throws {EngineError} the engine's failure, `stopped` when aborted before the engine answered, `engine-lost` when the port closed */
  call<M extends EngineMethod>(method: M, params: ParamsOf<M>, options: CallOptions<M> = {}): Promise<ResultOf<M>> {
    const { signal } = options;
    return new Promise<ResultOf<M>>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(stopped(method));
        return;
      }
      const id = this.nextId++;
      const abort = (): void => {
        const sent = this.pending.has(id) && this.post({ kind: 'abort', id });
        // The engine answers an aborted call itself (with what it kept); one that never left is ended here.
        if (!sent) settle(() => reject(stopped(method)));
      };
      const settle = (finish: () => void): void => {
        this.pending.delete(id);
        this.waiting = this.waiting.filter((waiter) => waiter !== send);
        signal?.removeEventListener('abort', abort);
        finish();
      };
      const send = (): void => {
        this.pending.set(id, {
          resolve: (value) => settle(() => resolve(parseResult(method, value))),
          reject: (error) => settle(() => reject(error)),
          event: (event) => options.onEvent?.(parseEvent(method, event)),
        });
        this.post({ kind: 'call', id, method, params });
      };
      signal?.addEventListener('abort', abort);
      if (this.port === null) this.waiting.push(send);
      else send();
    });
  }

  private post(message: RequestMessage): boolean {
    if (this.port === null) return false;
    this.port.postMessage(message);
    return true;
  }

  private receive(port: EnginePort, data: unknown): void {
    if (port !== this.port) return;
    const message = parseReply(data);
    const pending = this.pending.get(message.id);
    if (pending === undefined) return;
    try {
      switch (message.kind) {
        case 'result': pending.resolve(message.value); break;
        case 'failure': pending.reject(new EngineError(message.failure)); break;
        case 'event': pending.event(message.event); break;
        default: assertNever(message, 'reply');
      }
    } catch (error) {
      // Not as agreed (or a listener failed): the caller hears of it, not only the console.
      pending.reject(error);
    }
  }

  private lose(port: EnginePort): void {
    if (port !== this.port) return;
    this.port = null;
    port.close();
    const lost = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of lost) reject(fail('engine-lost', 'The engine stopped in the middle of this call', { next: 'It is being restarted; what was finished is kept. Try again' }));
    this.announce('lost');
  }

  private announce(connection: Connection): void {
    this.connection = connection;
    for (const listener of this.listeners) listener(connection);
  }
}

function stopped(method: string): EngineError {
  return fail('stopped', `Stopped before the engine answered (${method})`);
}
