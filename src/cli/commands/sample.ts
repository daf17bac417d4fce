/** `bitlog2 sample`: FP32 and all schemes for both sample models, as a table and a report. Nothing of it is precomputed. */
import type { Command } from 'commander';
import { dirname, join, parse } from 'node:path';
import { logSchemeIds, type EvaluationSpec } from '../../shared/settings';
import { renderReport } from '../../report/render-report';
import { parsePositive } from '../arguments';
import type { CliEnvironment } from '../environment';
import { toEvalJson } from '../eval-json';
import { ProgressLine } from '../progress-line';
import { resultsText, type ResultRow } from '../results-text';
import { evaluate, outcomeCode } from './eval';
import type { EvaluationResult } from '../../shared/evaluation';
import type { Engine } from '../../engine';

export interface SampleOptions {
  readonly limit?: number;
  readonly workers?: number;
  readonly workspace?: string;
  readonly json: boolean;
}

export function sampleCommand(program: Command, run: (options: SampleOptions) => Promise<void>): void {
  program
    .command('sample')
    .description('run the embedded sample project: two small networks, FP32 and six schemes; table here, HTML report beside the workspace')
    .option('--limit <n>', 'evaluate this many images', parsePositive)
    .option('--workers <n>', 'worker threads (default: the cores)', parsePositive)
    .option('--workspace <file>', 'workspace file (default: the one of the window)')
    .option('--json', 'print one JSON document', false)
    .action((options: SampleOptions) => run(options));
}

export async function runSample(environment: CliEnvironment, options: SampleOptions): Promise<number> {
  const progress = new ProgressLine(environment);
  const engine = environment.openEngine({ workers: options.workers ?? null });
  try {
    const workspace = await engine.call('workspace.open', { file: options.workspace === undefined ? null : environment.resolvePath(options.workspace) });
    const { models, dataset } = engine.sample();
    const result = await evaluate(environment, engine, sampleSpec(models, dataset, options), progress);
    environment.stdout.write(options.json ? `${JSON.stringify(toEvalJson(result))}\n` : resultsText(await rows(engine, result)));
    const report = await writeReport(environment, engine, result, workspace.file);
    // Part of the result for a person; beside a JSON document it would spoil it.
    if (report !== null) (options.json ? environment.stderr : environment.stdout).write(`report: ${report}\n`);
    return outcomeCode(environment, result);
  } finally {
    progress.clear();
    await engine.close();
  }
}

/** What the sample runs. Runs that the workspace has already are continued: equal model, images and settings give equal figures. */
export function sampleSpec(models: string[], dataset: string, { limit, workers }: Pick<SampleOptions, 'limit' | 'workers'>): EvaluationSpec {
  return {
    models, dataset, schemes: [...logSchemeIds], withFp32: true, wBits: 4, aBits: 4, arithmetic: 'reference', calibrationImages: 32, seeds: [0], batch: 1,
    limit: limit ?? null, preprocess: 'auto', calibrationList: null, imageList: null, workers: workers ?? null, resume: true,
  };
}

async function rows(engine: Engine, result: EvaluationResult): Promise<ResultRow[]> {
  const board = await engine.call('board.get', { datasetId: result.runs[0]?.run.datasetId ?? null });
  return result.runs.map(({ run }) => ({ run, paired: board.cells.find((cell) => cell.run?.id === run.id)?.paired ?? null }));
}

/** Writes the report beside the workspace; null when nothing was run. */
async function writeReport(environment: CliEnvironment, engine: Engine, result: EvaluationResult, workspace: string): Promise<string | null> {
  const datasetId = result.runs[0]?.run.datasetId;
  if (datasetId === undefined) return null;
  const data = await engine.call('report.data', { datasetId, runs: [] });
  const { datasets } = await engine.call('workspace.summary', null);
  const file = join(dirname(workspace), `${parse(workspace).name}.report.html`);
  environment.writeText(file, renderReport(data, datasets.find((dataset) => dataset.id === datasetId) ?? null));
  return file;
}
