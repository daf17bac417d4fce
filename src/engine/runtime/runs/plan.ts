/** From what the user asked for to the settings of each run. Pure. */
import { parsePreprocess, preprocessJson, preprocessKeys, preprocessPresets, type PresetName } from '../../core/images/preprocess';
import { schemeById } from '../../core/quantizers/scheme-table';
import type { ModelStructure } from '../../core/graph/types';
import { fail } from '../../../shared/failure';
import { someOverrides } from '../../../shared/overrides';
import { seedModelOf } from '../../../shared/seed-models';
import type { EvaluationSpec, Preprocess, RunSettings } from '../../../shared/settings';

/** Where the preprocessing of a model comes from: said to the user, since a wrong one costs points silently. */
export interface ChosenPreprocess {
  readonly preprocess: Preprocess;
  readonly source: string;
}

/** `auto`: the published one for the seven models of the table, else what the model's own files say, else by its name, else by its structure. */
export function choosePreprocess(asked: EvaluationSpec['preprocess'], name: string, structure: ModelStructure, metadata: Readonly<Record<string, string>>): ChosenPreprocess {
  if (asked !== 'auto') {
    return typeof asked === 'string' ? { preprocess: preprocessPresets[asked], source: `preset ${asked}, as asked` } : { preprocess: asked, source: 'as given' };
  }
  const text = metadata[preprocessKeys.json];
  const own = text === undefined ? null : parsePreprocess(text);
  const seed = seedModelOf(name);
  if (seed !== null) {
    const preprocess = preprocessPresets[seed.preprocess];
    const other = own !== null && preprocessJson(own) !== preprocessJson(preprocess);
    return { preprocess, source: `preset ${seed.preprocess}, the published one of ${seed.name}${other ? ` (the model's own files say otherwise: ${preprocessJson(own)})` : ''}` };
  }
  if (own !== null) return { preprocess: own, source: `from ${metadata[preprocessKeys.file] ?? 'the model file (bitlog2.preprocess)'}` };
  const presets: readonly PresetName[] = ['deit', 'swin', 'vit'];
  const named = presets.find((preset) => name.toLowerCase().startsWith(preset));
  if (named !== undefined) return { preprocess: preprocessPresets[named], source: `preset ${named}, by the file's name` };
  const family: PresetName = structure.family === 'swin' ? 'swin' : 'vit';
  return { preprocess: preprocessPresets[family], source: `preset ${family}, by the model's structure` };
}

/** The runs of one model, FP32 first. `batch` is the run's batch size after what the model allows. */
export function planRuns(spec: EvaluationSpec, preprocess: Preprocess, batch: number): RunSettings[] {
  const shared = {
    batch, limit: spec.limit, preprocess, imageList: spec.imageList === null ? null : [...spec.imageList],
    ...(spec.labelMap === undefined ? {} : { labelMap: spec.labelMap }),
  };
  const float: RunSettings = {
    ...shared, scheme: 'none', wBits: 32, aBits: 32, arithmetic: 'fp32', calibrationImages: 1, seed: 0, calibrationList: null,
  };
  const overrides = someOverrides(spec.overrides);
  if (spec.arithmetic === 'fp32') {
    if (overrides === undefined) return [float];
    throw fail('settings', 'Nothing is quantised in FP32, so there is nothing to override', { place: 'overrides', expected: 'no overrides with arithmetic fp32', next: 'Leave the overrides out, or choose reference or integer arithmetic (with --fp32 beside them)' });
  }
  const { arithmetic } = spec;
  // Overrides may switch on what the bits switch off; which sites can be integer is then found out site by site.
  if (arithmetic === 'integer' && overrides === undefined && (spec.wBits === 32 || spec.aBits === 32)) {
    throw fail('settings', 'Integer arithmetic needs codes on both sides of a product', {
      place: spec.wBits === 32 ? 'w_bits 32' : 'a_bits 32', expected: '2 to 8 bits for weights and activations', next: 'Set both, or use --arithmetic reference',
    });
  }
  const quantised = spec.seeds.flatMap((seed) => spec.schemes.map((scheme): RunSettings => ({
    ...shared, scheme, wBits: spec.wBits, aBits: spec.aBits, arithmetic, calibrationImages: spec.calibrationImages, seed,
    calibrationList: spec.calibrationList === null ? null : [...spec.calibrationList],
    ...(overrides === undefined ? {} : { overrides }),
  })));
  return spec.withFp32 ? [float, ...quantised] : quantised;
}

/** Runs that evaluate without calibration: nothing in them is quantised. */
export function isFloat(settings: RunSettings): boolean {
  return settings.arithmetic === 'fp32';
}

/** Sentences a user must know about these settings. */
export function settingsNotes({ scheme: id, aBits }: RunSettings): string[] {
  const scheme = schemeById(id);
  if (scheme.kind === 'none') return [];
  const bits = scheme.bitsFor(aBits);
  const levels = scheme.levelCount(aBits);
  const notes: string[] = [];
  if (bits !== aBits) notes.push(`${id} quantises the attention map with ${bits} bits while activations ${aBits === 32 ? 'are off' : `have ${aBits}`}`);
  if (levels > 2 ** bits) notes.push(`${id} has ${levels} distinct values (${levels - 1} and zero), one more than ${bits} bits hold`);
  return notes;
}
