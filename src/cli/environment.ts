/** What the command line needs of its surroundings, so that it can be run by a test as well as by Node. */
import type { Engine } from '../engine';

export interface TextStream {
  write(text: string): void;
  /** True for a terminal: progress may rewrite its line. */
  readonly isTTY: boolean;
  readonly columns: number;
}

export interface CliEnvironment {
  readonly version: string;
  /** Created at first use only: a usage error must not start anything. */
  openEngine(options: { readonly workers: number | null }): Engine;
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** True when NO_COLOR is not set and stderr is a terminal that knows colours. */
  readonly colour: boolean;
  /** Used when no workspace is named. */
  readonly defaultWorkspace: string;
  /** Milliseconds, for the pace of progress lines. */
  now(): number;
  /** Absolute path, relative to where the person stands. */
  resolvePath(path: string): string;
  exists(path: string): boolean;
  /** Names in a folder; none when there is no such folder. */
  list(folder: string): readonly string[];
  /** Throws when the file cannot be read. */
  readText(path: string): string;
  readBytes(path: string): Uint8Array;
  writeText(path: string, text: string): void;
  /** Calls the listener at Ctrl+C or SIGTERM, until the returned function is called. */
  onInterrupt(listener: () => void): () => void;
  /** Ends the process at once. */
  exitNow(code: number): never;
}

/** Exit codes. */
export const exitCode = { ok: 0, failed: 1, usage: 2, skipped: 3, stopped: 130 } as const;
