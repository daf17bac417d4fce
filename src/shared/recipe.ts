/**
 * A recipe: what a run is made with, in a file that people write and exchange, spelled as on the command line. Everything may be left out.
 * A recipe in the workspace, in a file and in the contract is the same JSON.
 */
import * as v from 'valibot';
import { check } from './check-value';
import { fail } from './failure';
import { overridesSchema, someOverrides } from './overrides';
import { arithmeticSchema, bitsSchema, logSchemeIds, schemeIdSchema, type EvaluationSpec, type RunSettings, type SchemeId } from './settings';

const seed = v.pipe(v.number('seeds are whole numbers from 0'), v.integer('seeds are whole numbers from 0'), v.minValue(0, 'seeds are whole numbers from 0'));
const positive = v.pipe(v.number(), v.integer(), v.minValue(1));

export const recipeNameSchema = v.pipe(v.string(), v.trim(), v.minLength(1, 'a recipe has a name'), v.maxLength(120, 'a name has 120 characters at most'));

const fields = {
  name: v.optional(recipeNameSchema),
  /** One scheme, or several (or "all"): not both. */
  scheme: v.optional(schemeIdSchema),
  schemes: v.optional(v.union([v.literal('all'), v.pipe(v.array(schemeIdSchema), v.minLength(1, 'the list of schemes is empty'))], 'schemes are "all" or a list of their names')),
  w_bits: v.optional(bitsSchema),
  a_bits: v.optional(bitsSchema),
  arithmetic: v.optional(arithmeticSchema),
  calib_batchsize: v.optional(positive),
  seed: v.optional(v.union([seed, v.pipe(v.array(seed), v.minLength(1, 'the list of seeds is empty'))], 'seeds are whole numbers from 0, one or a list')),
  batch: v.optional(positive),
  overrides: v.optional(overridesSchema),
  /** Paths relative to the data set. */
  calibration_list: v.optional(v.pipe(v.array(v.string()), v.minLength(1, 'the list of calibration images is empty'))),
};
export const recipeKeys: readonly string[] = Object.keys(fields);

export const recipeSchema = v.pipe(
  v.strictObject(fields, (issue) => (issue.expected === 'never' ? `${issue.received} is no key of a recipe; allowed: ${recipeKeys.join(', ')}` : `a recipe is a JSON object with the keys ${recipeKeys.join(', ')}`)),
  v.check(({ scheme, schemes }) => scheme === undefined || schemes === undefined, 'scheme and schemes say the same thing: give one of them'),
);
export type Recipe = Readonly<v.InferOutput<typeof recipeSchema>>;

export const savedRecipeSchema = v.object({ name: v.string(), recipe: recipeSchema });
export type SavedRecipe = Readonly<v.InferOutput<typeof savedRecipeSchema>>;

/** Reads a recipe file. Throws a 'recipe' failure that says what is wrong and where. */
export function parseRecipe(text: string, file: string): Recipe {
  const next = 'Mend the file; `bitlog2 eval --help` shows what a recipe may say';
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw fail('recipe', 'The recipe is not JSON', { file, ...(error instanceof Error ? { place: error.message } : {}), expected: 'one JSON object', next });
  }
  // An array would pass for an object without keys.
  const checked = check(recipeSchema, Array.isArray(value) ? null : value);
  if (checked.kind === 'valid') return checked.value;
  throw fail('recipe', `The recipe cannot be used: ${checked.problem}`, { file, ...(checked.place === null ? {} : { place: checked.place }), next });
}

/** What a recipe decides of an evaluation; what it leaves out is left out. */
export type RecipeChoices = Partial<Pick<EvaluationSpec, 'schemes' | 'wBits' | 'aBits' | 'arithmetic' | 'calibrationImages' | 'seeds' | 'batch' | 'overrides' | 'calibrationList'>>;

export function recipeChoices(recipe: Recipe): RecipeChoices {
  const schemes = schemesOf(recipe);
  const overrides = someOverrides(recipe.overrides);
  return {
    ...(schemes === undefined ? {} : { schemes: [...new Set(schemes)] }),
    ...(recipe.w_bits === undefined ? {} : { wBits: recipe.w_bits }),
    ...(recipe.a_bits === undefined ? {} : { aBits: recipe.a_bits }),
    ...(recipe.arithmetic === undefined ? {} : { arithmetic: recipe.arithmetic }),
    ...(recipe.calib_batchsize === undefined ? {} : { calibrationImages: recipe.calib_batchsize }),
    ...(recipe.seed === undefined ? {} : { seeds: [...new Set([recipe.seed].flat())] }),
    ...(recipe.batch === undefined ? {} : { batch: recipe.batch }),
    ...(overrides === undefined ? {} : { overrides }),
    ...(recipe.calibration_list === undefined ? {} : { calibrationList: [...recipe.calibration_list] }),
  };
}

/** The recipe that makes a run again, on any model and data set. */
export function recipeOf(settings: RunSettings, name: string): Recipe {
  const { scheme, wBits, aBits, arithmetic, calibrationImages, seed, batch, calibrationList } = settings;
  const overrides = someOverrides(settings.overrides);
  return {
    name, scheme, w_bits: wBits, a_bits: aBits, arithmetic, calib_batchsize: calibrationImages, seed, batch,
    ...(overrides === undefined ? {} : { overrides: { ...overrides } }),
    ...(calibrationList === null ? {} : { calibration_list: [...calibrationList] }),
  };
}

function schemesOf({ scheme, schemes }: Recipe): readonly SchemeId[] | undefined {
  if (scheme !== undefined) return [scheme];
  return schemes === 'all' ? logSchemeIds : schemes;
}
