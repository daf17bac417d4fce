/** A workspace of the sample with finished runs of both models, made by the command line; and questions to the command line about it. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../tools/lib/targets.mjs';

export const tourModels = ['fashion_swin', 'fashion_vit'] as const;
export const tourSchemes = ['Sqrt2_17', 'BitLog2_Half_17'] as const;
export const tourImages = 60;

/** One call of the command line as it was built; its standard output. */
export async function commandLine(workspace: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'out', 'main', 'cli.js'), ...args, '--workspace', workspace], { maxBuffer: 1 << 28 });
  return stdout;
}

export async function askCommandLine<T>(workspace: string, ...args: string[]): Promise<T> {
  return JSON.parse(await commandLine(workspace, ...args, '--json')) as T;
}

/** A table of the workspace as SQL gives it. */
export async function exportedTable<T>(workspace: string, what: string): Promise<T[]> {
  const file = `${workspace}.${what}.json`;
  if (existsSync(file)) rmSync(file);
  await commandLine(workspace, 'export', '--what', what, '--format', 'json', '--out', file);
  return JSON.parse(readFileSync(file, 'utf8')) as T[];
}

export interface EvalRun {
  readonly model: string;
  readonly scheme: string;
  readonly arithmetic: string;
  readonly images: number;
  readonly top1: number;
  readonly top1_ci95: readonly [number, number];
}

/** FP32 and two schemes of both models; what `eval --json` says of them. */
export async function makeTourWorkspace(workspace: string, ...further: string[]): Promise<readonly EvalRun[]> {
  const sample = join(root, 'resources', 'sample');
  const models = tourModels.map((name) => join(sample, 'models', `${name}.onnx`)).join(',');
  const { runs } = await askCommandLine<{ runs: EvalRun[] }>(workspace, 'eval', '--model', models, '--dataset', join(sample, 'images'), '--log_quant_scheme', tourSchemes.join(','), '--fp32', '--limit', String(tourImages), '--calib-batchsize', '8', ...further);
  return runs;
}
