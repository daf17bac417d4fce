/** Attention maps of networks as they are run: what is counted, digested and shown are the codes that the scheme's definition gives. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkParameters, QuantizerSettings } from '../../../../src/engine/core/graph/parameters';
import { rewriteReference } from '../../../../src/engine/core/graph/rewrite';
import type { ImportedModel } from '../../../../src/engine/core/graph/types';
import { digestCodes } from '../../../../src/engine/core/kernels/digest-codes';
import type { CodeArray } from '../../../../src/engine/core/kernels/level-codes';
import { loadCell, type LoadedCell } from '../../../../src/engine/runtime/evaluate/cell';
import { residualNames } from '../../../../src/engine/runtime/evaluate/residual';
import { importGraph } from '../../../../src/engine/runtime/ort/import-model';
import { logSchemeIds, type SchemeId } from '../../../../src/shared/settings';
import { firstDifference } from '../../../helpers/first-difference';
import { anyMachine, calibrate, floatsOf, integerNetwork, productSite, randomPixels, runNetwork, wholeScheme, type IntegerNetwork } from '../../../helpers/integer-network';
import { attentionValue } from '../../../helpers/reference-quantizers';
import { smallSwin, smallVit } from '../../../helpers/small-project';

const batch = 3;
/** The last image of the batch is padding. */
const valid = 2;

interface SeenMap {
  readonly image: number;
  readonly block: number;
  readonly before: Float32Array;
  readonly codes: CodeArray;
}

interface Seen {
  readonly maps: readonly SeenMap[];
  readonly digests: Uint32Array;
  readonly logits: Float32Array;
  readonly counts: readonly (Float64Array | null)[];
}

async function look({ network }: LoadedCell, pixels: Float32Array, watching: boolean): Promise<Seen> {
  const maps: SeenMap[] = [];
  const onAttention = (map: SeenMap): void => void maps.push({ ...map, before: map.before.slice(), codes: map.codes.slice() });
  const { logits, digests } = await network.run(pixels, { valid, poll: () => undefined, ...(watching ? { onAttention } : {}) });
  return { maps, digests, logits, counts: network.takeCounts() };
}

/** The parameters with a zero point of the site's second operand that fits no byte. */
function withoutByte(parameters: NetworkParameters, site: string): NetworkParameters {
  const fields = parameters.sites[site] ?? {};
  return { ...parameters, sites: { ...parameters.sites, [site]: { ...fields, B: { bits: 4, delta: fields.B?.delta ?? [], zero_point: [-2] } } } };
}

function addOne(counts: Float64Array, place: number): void {
  counts[place] = (counts[place] ?? NaN) + 1;
}

describe.each([['ViT', smallVit], ['Swin', smallSwin]])('maps of a small %s', (_name, build) => {
  let model: ImportedModel;
  let found: Map<SchemeId, NetworkParameters>;
  const settingsOf = (scheme: SchemeId): QuantizerSettings => ({ scheme, wBits: 4, aBits: 4 });

  beforeAll(async () => {
    model = await importGraph(build());
    const parameters = await calibrate(model, logSchemeIds.map(settingsOf));
    found = new Map(logSchemeIds.flatMap((scheme, index) => (parameters[index] === undefined ? [] : [[scheme, parameters[index]]])));
  });

  const cases = logSchemeIds.flatMap((scheme) => (['reference', 'integer'] as const).map((kind) => ({ scheme, kind, mixed: false })));
  // The first block's v has no uint8 zero point: its map is handed over as values, the others as integers.
  const mixed = (['Sqrt2_17', 'BitLog2_Half_16', 'BitLog2_Half_17'] as const).map((scheme) => ({ scheme, kind: 'integer' as const, mixed: true }));
  it.each([...cases, ...mixed])('$scheme in $kind arithmetic, one block in reference arithmetic: $mixed', async ({ scheme, kind, mixed: falls }) => {
    const settings = settingsOf(scheme);
    const calibrated = found.get(scheme);
    if (calibrated === undefined) throw new Error(`${scheme} is not calibrated`);
    const parameters = falls ? withoutByte(calibrated, productSite(model, 0, 'matmul2').name) : calibrated;
    const integer = integerNetwork(model, settings, parameters, batch);
    const network: IntegerNetwork = kind === 'integer' ? integer : { ...integer, parameters, rewritten: { ...rewriteReference(integer.graph, model.structure, settings, parameters), plan: new Map() } };
    expect([...network.rewritten.plan.values()].filter((how) => how.kind === 'reference').length).toBe(falls ? 1 : 0);
    const source = { graph: network.graph, structure: model.structure, batch, threads: 1, rounding: null, machine: anyMachine };
    const cell = await loadCell(source, { kind, settings, parameters: network.parameters }, () => undefined);
    const pixels = randomPixels(model.structure, batch);
    const seen = await look(cell, pixels, true);
    const unseen = await look(cell, pixels, false);
    await cell.network.release();

    // The same network run in the simplest way: the same maps before the quantiser, the same logits, bit for bit.
    const tensors = await runNetwork(network, pixels, new Set(residualNames(network.graph, model.structure)));
    expect(seen.maps.map(({ block, image }) => [block, image])).toEqual(model.structure.blocks.flatMap(({ index }) => Array.from({ length: valid }, (_, image) => [index, image])));
    for (const { block, image, before } of seen.maps) {
      const whole = floatsOf(tensors, model.structure.blocks[block]?.softmax ?? '');
      expect(firstDifference(before, whole.subarray(image * before.length, (image + 1) * before.length))).toBeNull();
    }
    expect(firstDifference(seen.logits, floatsOf(tensors, model.structure.output.name).subarray(0, seen.logits.length))).toBeNull();

    const { aBits } = settings;
    const levelCount = wholeScheme(network, 0).scheme.levelCount(aBits);
    const digests = new Uint32Array(valid);
    const counts = model.structure.blocks.map(({ heads }) => new Float64Array(heads * levelCount));
    for (const { block, image, before, codes } of seen.maps) {
      const { scheme: own, delta } = wholeScheme(network, block);
      const levels = own.levels(delta, aBits);
      expect(firstDifference(Float32Array.from(codes, (code) => levels[code] ?? NaN), Float32Array.from(before, (x) => attentionValue(scheme, x, delta, aBits)))).toBeNull();
      const { heads = 0, tokens = 0 } = model.structure.blocks[block] ?? {};
      const perHead = counts[block];
      for (const [i, code] of codes.entries()) if (perHead !== undefined) addOne(perHead, (Math.floor(i / tokens ** 2) % heads) * levelCount + code);
      const padded = new Uint8Array(Math.ceil(codes.length / 4) * 4);
      padded.set(codes);
      digests[image] = digestCodes(padded, codes.length, digests[image] ?? 0);
    }
    expect(seen.counts).toEqual(counts);
    expect(seen.digests).toEqual(digests);
    // Nothing depends on whether somebody looks.
    expect({ ...unseen, maps: [] }).toEqual({ ...seen, maps: [] });
    // Maps of one level would make all this easy.
    expect(counts.every((perHead) => perHead.filter((count) => count > 0).length > 4)).toBe(true);
  });
});
