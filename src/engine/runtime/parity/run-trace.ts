/** Single sites of the quantised network on recorded inputs, against recorded outputs. */
import { fail } from '../../../shared/failure';
import type { ParityResult } from '../../../shared/parity';
import type { NetworkParameters, QuantizerSettings } from '../../core/graph/parameters';
import type { GoldenTrace } from '../../../shared/golden';
import { compareOutputs } from '../../core/parity/compare-outputs';
import { traceRelativeL2 } from '../../core/parity/bounds';
import type { KnownModel } from '../library/model-library';
import type { WorkerPool } from '../workers/pool';

export async function compareTrace(pool: WorkerPool, model: KnownModel, settings: QuantizerSettings, parameters: NetworkParameters, trace: GoldenTrace): Promise<NonNullable<ParityResult['trace']>> {
  const rows: NonNullable<ParityResult['trace']> = [];
  for (const [site, record] of Object.entries(trace.sites)) {
    if (!model.shared.structure.sites.some((candidate) => candidate.name === site)) throw fail('golden-unreadable', `The trace names the site ${site}, which the model does not have`, { place: site });
    const inputs = record.inputs.map((input) => ({ shape: input.shape, data: fromBase64(input.float32) }));
    const output = await pool.run<'site-output'>({ kind: 'site-output', model: model.record.hash, site, settings, parameters, inputs }, { needs: [model.requirement] });
    const { relativeL2, boundary } = compareOutputs(fromBase64(record.output.float32), output);
    rows.push({ site, relative_l2: relativeL2, boundary_elements: boundary, ok: relativeL2 <= traceRelativeL2 });
  }
  return rows;
}

/** float32 little-endian. */
function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const data = new Float32Array(bytes.length >> 2);
  for (let i = 0; i < data.length; i++) data[i] = bytes.readFloatLE(i * 4);
  return data;
}
