/** `bitlog2 report`: what a workspace holds, as one HTML file that needs no network and no script. */
import { Option, type Command } from 'commander';
import type { Engine } from '../../engine';
import { renderReport } from '../../report/render-report';
import { reportLanguages } from '../../report/report-words';
import type { ReportLanguage } from '../../report/words';
import { fail } from '../../shared/failure';
import type { RunRecord } from '../../shared/records';
import { parseNames } from '../arguments';
import { workspaceOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { findRun } from '../find-run';
import { reportFile } from '../report-file';
import { withWorkspace } from '../with-engine';

export interface ReportOptions {
  readonly workspace?: string;
  readonly run?: readonly string[];
  readonly against?: string;
  readonly out?: string;
  readonly lang: ReportLanguage;
}

export function reportCommand(program: Command, run: (options: ReportOptions) => Promise<void>): void {
  program
    .command('report')
    .description('write a self-contained HTML report of a workspace; with --run also these runs in detail')
    .addOption(workspaceOption())
    .option('--run <runs>', 'runs, separated by commas: an id or its beginning, or model/scheme/seed (the newest of that name)', parseNames)
    .option('--against <run>', 'what they are held against (default: FP32 of the model)')
    .option('--out <file>', 'where to write it (default: beside the workspace, .report.html)')
    .addOption(new Option('--lang <language>', 'language of its sentences').choices([...reportLanguages]).default('en'))
    .action((options: ReportOptions) => run(options));
}

export async function runReport(environment: CliEnvironment, options: ReportOptions): Promise<number> {
  if (options.against !== undefined && options.run === undefined) throw fail('settings', '--against says what --run is held against', { next: 'Name a run: --run ID' });
  return withWorkspace(environment, { ...options, workers: 1 }, async ({ engine }, workspace) => {
    const chosen = (options.run ?? []).map((given) => findRun(workspace.runs, given));
    const against = options.against === undefined ? null : findRun(workspace.runs, options.against);
    const out = options.out === undefined ? reportFile(workspace.file) : environment.resolvePath(options.out);
    environment.writeText(out, await reportText(engine, chosen, against, options.lang));
    environment.stdout.write(`${out}\n`);
    return exitCode.ok;
  });
}

async function reportText(engine: Engine, chosen: readonly RunRecord[], against: RunRecord | null, language: ReportLanguage): Promise<string> {
  const data = await engine.call('report.data', { datasetId: chosen[0]?.datasetId ?? null, runs: chosen.map(({ id }) => ({ runId: id, againstId: against?.id ?? null })) });
  const { datasets } = await engine.call('workspace.summary', null);
  return renderReport(data, datasets.find((dataset) => dataset.id === data.board.datasetId) ?? null, null, language);
}
