/** The report of an evaluation, beside its workspace. */
import { dirname, join, parse } from 'node:path';
import type { EvaluationResult } from '../shared/evaluation';
import type { Reproduction } from '../shared/reproduction';
import { renderReport } from '../report/render-report';
import type { Session } from './with-engine';

/** Where the report of a workspace lies unless another place is named. */
export function reportFile(workspace: string): string {
  return join(dirname(workspace), `${parse(workspace).name}.report.html`);
}

/** Writes it and says where; nothing when nothing was run. */
export async function writeReport({ environment, engine }: Session, { runs }: EvaluationResult, { workspace, json, reproduction = null }: { readonly workspace: string; readonly json: boolean; readonly reproduction?: Reproduction | null }): Promise<void> {
  const datasetId = runs[0]?.run.datasetId;
  if (datasetId === undefined) return;
  const data = await engine.call('report.data', { datasetId, runs: [] });
  const { datasets } = await engine.call('workspace.summary', null);
  const file = reportFile(workspace);
  environment.writeText(file, renderReport(data, datasets.find(({ id }) => id === datasetId) ?? null, reproduction));
  // Part of the result for a person; beside a JSON document it would spoil it.
  (json ? environment.stderr : environment.stdout).write(`report: ${file}\n`);
}
