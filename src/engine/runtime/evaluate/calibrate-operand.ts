/** Sets one quantiser on all calibration images. What comes out can be applied to a batch when it is read. */
import { at } from '../../../shared/at';
import { EngineError, fail } from '../../../shared/failure';
import type { Operand } from '../../core/graph/operands';
import { patchInputBits, type QuantizerSettings } from '../../core/graph/parameters';
import type { ChunkSource } from '../../core/kernels/chunk-source';
import { fakeQuantize, fakeQuantizeChannels } from '../../core/kernels/uniform';
import { createAttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../core/quantizers/scheme-calibration';
import { schemeById } from '../../core/quantizers/scheme-table';
import { calibrateUniform, calibrateUniformChannels } from '../../core/quantizers/uniform-calibration';
import type { OperandResult } from './assemble-parameters';

export interface CalibratedOperand extends Omit<OperandResult, 'operand'> {
  /** Quantises a batch; `out` may be `source`. */
  readonly quantize: (source: Float32Array, out: Float32Array) => void;
}

/**
 * @param chunks the operand of all images
 * @param channels length of its last axis
 * @returns null when the operand stays in FP32. Throws a 'calibration' failure naming the site when values cannot be quantised.
 */
export function calibrateOperand(operand: Operand, settings: QuantizerSettings, chunks: ChunkSource, channels: number, poll: () => void): CalibratedOperand | null {
  return atSite(operand, () => {
    if (operand.kind === 'attention') return calibrateAttention(settings, chunks, poll);
    if (settings.aBits === 32) return null;
    if (operand.kind === 'channels') return calibrateChannels(settings.aBits, chunks, channels, poll);
    return calibrateTensor(operand.kind === 'patch' ? patchInputBits : settings.aBits, chunks, poll);
  });
}

function calibrateAttention({ scheme: id, aBits }: QuantizerSettings, chunks: ChunkSource, poll: () => void): CalibratedOperand | null {
  if (id === 'none') return null;
  const scheme = schemeById(id);
  const { delta } = calibrateScheme(scheme, chunks, aBits, poll);
  const quantizer = createAttentionQuantizer(scheme, delta, aBits);
  return { parameters: { scheme: id, delta: [delta] }, degenerate: null, quantize: (source, out) => quantizer.quantize(source, out, null) };
}

function calibrateChannels(bits: number, chunks: ChunkSource, channels: number, poll: () => void): CalibratedOperand {
  const found = calibrateUniformChannels(chunks, channels, bits, poll);
  const degenerate = found.degenerate.includes(1) ? [...found.degenerate] : null;
  return {
    parameters: { bits, delta: [...found.delta], zero_point: [...found.zeroPoint] },
    degenerate,
    quantize: (source, out) => fakeQuantizeChannels(source, out, found, bits),
  };
}

function calibrateTensor(bits: number, chunks: ChunkSource, poll: () => void): CalibratedOperand {
  const found = calibrateUniform(chunks, bits, poll);
  return { parameters: { bits, delta: [found.delta], zero_point: [found.zeroPoint] }, degenerate: null, quantize: (source, out) => fakeQuantize(source, out, found, bits) };
}

/** Adds the site's name to a failure that the quantisers raise without knowing where they are. */
function atSite<T>(operand: Operand, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof EngineError && error.failure.kind === 'calibration') {
      const reader = at(operand.readers, 0);
      throw fail('calibration', error.failure.what, { ...error.failure, place: `${reader.site} ${reader.field}` });
    }
    throw error;
  }
}
