/** Sets one quantiser on all calibration images. What comes out can be applied to a batch when it is read. */
import { at } from '../../../shared/at';
import { EngineError, fail } from '../../../shared/failure';
import type { Operand } from '../../core/graph/operands';
import { hasOwnBits, mapSettings, wholeMap } from '../../core/graph/map-settings';
import { sharedBits, sitesByName } from '../../core/graph/operand-setting';
import type { QuantizerSettings } from '../../core/graph/parameters';
import type { ModelStructure } from '../../core/graph/types';
import type { ChunkSource } from '../../core/kernels/chunk-source';
import { fakeQuantize, fakeQuantizeChannels } from '../../core/kernels/uniform';
import { createAttentionQuantizer, type AttentionQuantizer } from '../../core/quantizers/attention-quantizer';
import { calibrateScheme } from '../../core/quantizers/scheme-calibration';
import { logSchemeById } from '../../core/quantizers/scheme-table';
import { calibrateUniform, calibrateUniformChannels } from '../../core/quantizers/uniform-calibration';
import type { QuantizerParameters } from '../../../shared/records';
import type { OperandResult } from './assemble-parameters';

export interface CalibratedOperand {
  readonly result: Omit<OperandResult, 'operand'>;
  /** Quantises a batch; `out` may be `source`. */
  readonly quantize: (source: Float32Array, out: Float32Array) => void;
}

export interface OperandContext {
  readonly settings: QuantizerSettings;
  readonly structure: ModelStructure;
}

/**
 * @param chunks the operand of all images
 * @param channels length of its last axis
 * @returns null when the operand stays in FP32. Throws a 'calibration' failure naming the site when values cannot be quantised.
 */
export function calibrateOperand(operand: Operand, context: OperandContext, chunks: ChunkSource, channels: number, poll: () => void): CalibratedOperand | null {
  return atSite(operand, () => {
    if (operand.kind === 'attention') return calibrateMap(operand, context, chunks, poll);
    const bits = sharedBits(context.settings, sitesByName(context.structure), operand.readers);
    if (bits === null) return null;
    return operand.kind === 'channels' ? calibrateChannels(bits, chunks, channels, poll) : calibrateTensor(bits, chunks, poll);
  });
}

/** Every quantiser of the map sets itself on all heads, also on those that do not use it: leaving one out changes nothing for the others. */
function calibrateMap(operand: Operand, { settings, structure }: OperandContext, chunks: ChunkSource, poll: () => void): CalibratedOperand | null {
  const site = structure.sites.find(({ name }) => name === at(operand.readers, 0).site);
  const block = structure.blocks[operand.block ?? -1];
  if (site?.kind !== 'product' || block === undefined) throw new Error(`${operand.tensor} is no attention map`);
  const { quantizers, heads } = mapSettings(settings, site, block.heads);
  const found = quantizers.map((wanted) => {
    const scheme = logSchemeById(wanted.scheme);
    const { delta } = calibrateScheme(scheme, chunks, wanted.bits, poll);
    const parameters: QuantizerParameters = { scheme: wanted.scheme, ...(hasOwnBits(settings, wanted) ? { bits: wanted.bits } : {}), delta: [delta] };
    return { field: wanted.field, parameters, quantizer: createAttentionQuantizer(scheme, delta, wanted.bits) };
  });
  const [first, ...further] = found;
  if (first === undefined) return null;
  const byHead = heads.map((index) => (index === null ? null : at(found, index).quantizer));
  return {
    result: {
      parameters: first.parameters, degenerate: null,
      ...(further.length === 0 ? {} : { further: Object.fromEntries(further.map(({ field, parameters }) => [field, parameters])) }),
    },
    quantize: wholeMap({ quantizers, heads }) !== null
      ? (source, out) => first.quantizer.quantize(source, out, null)
      : (source, out) => quantizeHeads(byHead, block.tokens ** 2, source, out),
  };
}

/** Maps one after another, the heads in turn; null leaves a head as it is. */
function quantizeHeads(byHead: readonly (AttentionQuantizer | null)[], size: number, source: Float32Array, out: Float32Array): void {
  for (let map = 0; map * size < source.length; map++) {
    const quantizer = at(byHead, map % byHead.length);
    if (quantizer !== null) quantizer.quantize(source, out, null, map * size, size);
    else if (out !== source) out.set(source.subarray(map * size, (map + 1) * size), map * size);
  }
}

function calibrateChannels(bits: number, chunks: ChunkSource, channels: number, poll: () => void): CalibratedOperand {
  const found = calibrateUniformChannels(chunks, channels, bits, poll);
  const degenerate = found.degenerate.includes(1) ? [...found.degenerate] : null;
  return {
    result: { parameters: { bits, delta: [...found.delta], zero_point: [...found.zeroPoint] }, degenerate },
    quantize: (source, out) => fakeQuantizeChannels(source, out, found, bits),
  };
}

function calibrateTensor(bits: number, chunks: ChunkSource, poll: () => void): CalibratedOperand {
  const found = calibrateUniform(chunks, bits, poll);
  return {
    result: { parameters: { bits, delta: [found.delta], zero_point: [found.zeroPoint] }, degenerate: null },
    quantize: (source, out) => fakeQuantize(source, out, found, bits),
  };
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
