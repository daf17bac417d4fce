/** `bitlog2 sample`: FP32 and all schemes for both sample models, as a table and a report. Nothing of it is precomputed. */
import type { Command } from 'commander';
import { logSchemeIds, type EvaluationSpec } from '../../shared/settings';
import { parsePositive } from '../arguments';
import { jsonOption, workersOption, workspaceOption } from '../common-options';
import type { CliEnvironment } from '../environment';
import { toEvalJson } from '../eval-json';
import { writeReport } from '../report-file';
import { resultsText, type ResultRow } from '../results-text';
import { withEngine } from '../with-engine';
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
    .addOption(workersOption())
    .addOption(workspaceOption())
    .addOption(jsonOption())
    .action((options: SampleOptions) => run(options));
}

export function runSample(environment: CliEnvironment, options: SampleOptions): Promise<number> {
  return withEngine(environment, options.workers, async (session) => {
    const { engine } = session;
    const workspace = await engine.call('workspace.open', { file: options.workspace === undefined ? null : environment.resolvePath(options.workspace) });
    const { models, dataset } = engine.sample();
    const result = await evaluate(session, sampleSpec(models, dataset, options));
    environment.stdout.write(options.json ? `${JSON.stringify(toEvalJson(result))}\n` : resultsText(await rows(engine, result)));
    await writeReport(session, result, { workspace: workspace.file, json: options.json });
    return outcomeCode(environment, result);
  });
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
