/** Surroundings of the command line for tests: files in a map, streams in strings, an engine that answers from a table. */
import { dirname, isAbsolute, join } from 'node:path';
import type { Engine } from '../../src/engine';
import type { CliEnvironment } from '../../src/cli/environment';
import type { EngineContract, EngineMethod, ParamsOf, CallOptions, ResultOf } from '../../src/shared/engine-contract';
import type { ParityResult } from '../../src/shared/parity';

type Answers = { readonly [M in EngineMethod]?: (params: ParamsOf<M>, options: CallOptions<M>) => ResultOf<M> | Promise<ResultOf<M>> };

export interface EngineScript extends Answers {
  readonly parity?: (options: { golden: string; model: string; images: string }) => ParityResult;
  readonly logits?: (file: string, inputs: Float32Array) => number[][];
}

export interface CliRecord {
  readonly environment: CliEnvironment;
  readonly calls: { readonly method: keyof EngineContract; readonly params: unknown }[];
  readonly written: Map<string, string>;
  stdout(): string;
  stderr(): string;
  opened(): readonly { readonly workers: number | null }[];
  closed(): number;
  interrupt(): void;
  advance(milliseconds: number): void;
}

export function cliRecord(script: EngineScript = {}, files: Readonly<Record<string, string | Uint8Array>> = {}, terminal = false): CliRecord {
  const calls: { method: EngineMethod; params: unknown }[] = [];
  const written = new Map<string, string>();
  const opened: { workers: number | null }[] = [];
  const listeners = new Set<() => void>();
  let out = '';
  let err = '';
  let closed = 0;
  let clock = 0;
  const engine: Engine = {
    call: async (method, params, options) => {
      calls.push({ method, params });
      // The table is typed by method; TypeScript cannot follow the correlation through an index.
      const answer = script[method] as ((params: ParamsOf<typeof method>, options: CallOptions<typeof method>) => Promise<ResultOf<typeof method>>) | undefined;
      if (answer === undefined) throw new Error(`the script has no answer for ${method}`);
      return answer(params, options ?? {});
    },
    parity: async (options) => {
      if (script.parity === undefined) throw new Error('no parity in the script');
      return script.parity(options);
    },
    logits: async (file, inputs) => {
      if (script.logits === undefined) throw new Error('no logits in the script');
      return script.logits(file, inputs);
    },
    sample: () => ({ models: ['/sample/one.onnx', '/sample/two.onnx'], dataset: '/sample/images' }),
    setAsleep: () => undefined,
    close: async () => {
      closed += 1;
    },
  };
  const environment: CliEnvironment = {
    version: '9.8.7',
    openEngine: (options) => {
      opened.push(options);
      return engine;
    },
    stdout: { write: (text) => { out += text; }, isTTY: false, columns: 100 },
    stderr: { write: (text) => { err += text; }, isTTY: terminal, columns: 100 },
    colour: false,
    defaultWorkspace: '/data/default.bitlog2',
    now: () => clock,
    resolvePath: (path) => (isAbsolute(path) ? path : join('/here', path)),
    exists: (path) => path in files,
    list: (folder) => Object.keys(files).filter((path) => dirname(path) === folder).map((path) => path.slice(folder.length + 1)),
    readText: (path) => {
      const content = files[path];
      if (typeof content !== 'string') throw new Error(`no file ${path}`);
      return content;
    },
    readBytes: (path) => {
      const content = files[path];
      if (!(content instanceof Uint8Array)) throw new Error(`no file ${path}`);
      return content;
    },
    writeText: (path, text) => { written.set(path, text); },
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exitNow: (code) => {
      throw new Error(`exit ${code}`);
    },
  };
  return {
    environment, calls, written,
    stdout: () => out, stderr: () => err, opened: () => opened, closed: () => closed,
    interrupt: () => listeners.forEach((listener) => listener()),
    advance: (milliseconds) => { clock += milliseconds; },
  };
}
