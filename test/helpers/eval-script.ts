/** What tests of `bitlog2 eval` hold the command line against: two runs of a tiny model, and an engine that gives them. */
import { parse } from 'valibot';
import type { EvaluationResult } from '../../src/shared/evaluation';
import { evaluationResultSchema } from '../../src/shared/evaluation';
import { pairedRecord, runRecord } from './board-records';
import type { EngineScript } from './cli-environment';
import { passedReport } from './gate-reports';
import { modelRecord } from './store-records';

export const files = { '/here/a.onnx': 'x', '/here/b.onnx': 'x', '/data/models/vit_small_patch16_224.augreg_in21k_ft_in1k.onnx': 'x' };
export const base = ['eval', '--model', 'a.onnx', '--dataset', 'images'];
const model = modelRecord('tiny');
export const fp32 = runRecord(model, 'none', 90);
export const half = runRecord(model, 'BitLog2_Half_17', 87.5);
export const parameters = { 'blocks.0.attn.matmul2': { A: { bits: 4, scheme: 'BitLog2_Half_17', delta: [327] } } };

export function result(extra: Partial<EvaluationResult> = {}): EvaluationResult {
  return parse(evaluationResultSchema, {
    state: 'done', runs: [{ run: fp32, parameters: {}, skipped: [] }, { run: half, parameters, skipped: [] }], paired: [pairedRecord(half, fp32)], failures: [], ...extra,
  });
}

export function script(answer: EvaluationResult, extra: EngineScript = {}): EngineScript {
  const summary = { file: '/data/default.bitlog2', models: [model], datasets: [], runs: [fp32, half] };
  return {
    'workspace.open': () => summary, 'workspace.summary': () => summary, 'gate.check': ({ model: file }) => passedReport(file), 'evaluation.run': () => answer,
    'run.paired': ({ runId }) => [{ ...pairedRecord(half, fp32), a: runId }], ...extra,
  };
}
