/** `bitlog2 parity`: re-runs a recorded reference experiment and compares. */
import type { Command } from 'commander';
import { dirname, join } from 'node:path';
import type { Agreement, ParityResult } from '../../shared/parity';
import { jsonOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { resolveModel } from '../model-names';
import { withEngine } from '../with-engine';

export interface ParityOptions {
  readonly model: string;
  readonly images: string;
  readonly json: boolean;
}

export function parityCommand(program: Command, run: (golden: string, options: ParityOptions) => Promise<void>): void {
  program
    .command('parity')
    .description('re-run a recorded reference experiment and compare: FP32 logits, parameters of each site, quantised logits')
    .argument('<golden>', 'the record (*.json, or *.trace.json with the .json beside it)')
    .requiredOption('--model <file>', 'model file of the record')
    .requiredOption('--images <folder>', 'folder with the images of the record')
    .addOption(jsonOption())
    .action((golden: string, options: ParityOptions) => run(golden, options));
}

export async function runParityCommand(environment: CliEnvironment, golden: string, options: ParityOptions): Promise<number> {
  const { file } = resolveModel(environment, join(dirname(environment.defaultWorkspace), 'models'), options.model);
  return withEngine(environment, 1, async ({ engine }) => {
    const result = await engine.parity({ golden: environment.resolvePath(golden), model: file, images: environment.resolvePath(options.images) });
    environment.stdout.write(options.json ? `${JSON.stringify(result)}\n` : parityText(result));
    return result.ok ? exitCode.ok : exitCode.failed;
  });
}

/** For a person: each comparison in a line, and every parameter that is outside its bound. */
export function parityText(result: ParityResult): string {
  const wrong = result.sites.filter((site) => !site.ok);
  const lines = [
    `${mark(result.fp32.ok)} FP32 logits: largest difference ${result.fp32.max_abs.toExponential(2)}`,
    `${mark(wrong.length === 0)} parameters: ${result.sites.length - wrong.length} of ${result.sites.length} within their bounds`,
    ...wrong.map((site) => `       ${site.site} ${site.field}: expected ${few(site.expected)}, found ${few(site.actual)}`),
    agreement(result.free.realisation === 0 ? 'calibrated here' : `calibrated here (realisation ${result.free.realisation}, with noise of 1e-7)`, result.free),
    agreement('with the recorded parameters', result.pinned),
    ...(result.trace ?? []).map((site) => `${mark(site.ok)} trace ${site.site}: relative L2 ${site.relative_l2.toExponential(2)}, ${site.boundary_elements} elements on a rounding boundary left out`),
    result.ok ? 'equal within the bounds' : 'NOT equal within the bounds',
  ];
  return `${lines.join('\n')}\n`;
}

function agreement(name: string, { relative_l2, mean_cosine, top1_same, images, ok }: Agreement): string {
  return `${mark(ok)} logits ${name}: relative L2 ${relative_l2.toFixed(4)}, mean cosine ${mean_cosine.toFixed(4)}, same top-1 on ${top1_same} of ${images}`;
}

function mark(ok: boolean): string {
  return ok ? 'ok    ' : 'FAILED';
}

function few(values: readonly number[]): string {
  const shown = values.slice(0, 4).join(', ');
  return values.length > 4 ? `${shown}, ... (${values.length})` : shown;
}
