/** `--recipe FILE`: what a run is made with, from a file. What stands on the command line wins over it. */
import { fail } from '../shared/failure';
import { parseRecipe, recipeChoices, type Recipe, type RecipeChoices } from '../shared/recipe';
import type { CliEnvironment } from './environment';

/** For --help. */
export const recipeHelp = `
A recipe is a JSON file, spelled like the options; every key may be left out:
  {"name": "...", "scheme": "BitLog2_Half_17" (or "schemes": [...] or "all"), "w_bits": 4, "a_bits": 4, "arithmetic": "reference",
   "calib_batchsize": 32, "seed": 0 (or [0, 1, 2]), "batch": 1, "calibration_list": ["train/...", ...],
   "overrides": {"SITE[:input|weight|A|B][#head]": BITS | "fp32" | "SCHEME", ...}}
Overrides are exceptions; of several that match the last one wins. SITE is a site's name (bitlog2 inspect lists them), * in it stands for any
characters: "blocks.*.mlp.*". Without an operand all operands of the site are meant. #head (from 0) and schemes are for the attention map alone,
which is operand A of attn.matmul2: {"*.attn.matmul2:A": "fp32", "blocks.3.attn.matmul2:A#5": "Sqrt2_17"}.
Options on the command line win over the recipe.
`;

/** Reads and checks a recipe. Throws a 'recipe' failure that names the key or the pattern that is wrong. */
export function readRecipe(environment: Pick<CliEnvironment, 'readText' | 'resolvePath'>, given: string): Recipe {
  const file = environment.resolvePath(given);
  let text: string;
  try {
    text = environment.readText(file);
  } catch {
    throw fail('recipe', 'The recipe cannot be read', { file, expected: 'a JSON file', next: 'Check the path' });
  }
  return parseRecipe(text, file);
}

/** The option that says the same as a choice of a recipe. Overrides have none. */
const optionOf: Readonly<Record<Exclude<keyof RecipeChoices, 'overrides'>, { readonly attribute: string; readonly flag: string; readonly key: string }>> = {
  schemes: { attribute: 'log_quant_scheme', flag: '--log_quant_scheme', key: 'schemes' },
  wBits: { attribute: 'w_bits', flag: '--w_bits', key: 'w_bits' },
  aBits: { attribute: 'a_bits', flag: '--a_bits', key: 'a_bits' },
  arithmetic: { attribute: 'arithmetic', flag: '--arithmetic', key: 'arithmetic' },
  calibrationImages: { attribute: 'calibBatchsize', flag: '--calib-batchsize', key: 'calib_batchsize' },
  seeds: { attribute: 'seed', flag: '--seed', key: 'seed' },
  batch: { attribute: 'batch', flag: '--batch', key: 'batch' },
  calibrationList: { attribute: 'calibrationList', flag: '--calibration-list', key: 'calibration_list' },
};

export interface AppliedRecipe {
  /** What is left of the recipe beside the command line. */
  readonly choices: RecipeChoices;
  /** What the command line overruled, a sentence each. */
  readonly notes: readonly string[];
}

/** `given`: whether an option stands on the command line, by its attribute. */
export function applyRecipe(recipe: Recipe, given: (attribute: string) => boolean): AppliedRecipe {
  const overruled = Object.entries(optionOf).filter(([choice, { attribute }]) => Object.hasOwn(recipeChoices(recipe), choice) && given(attribute));
  const gone = new Set(overruled.map(([choice]) => choice));
  return {
    choices: Object.fromEntries(Object.entries(recipeChoices(recipe)).filter(([choice]) => !gone.has(choice))),
    notes: overruled.map(([, { flag, key }]) => `${flag} on the command line wins over the recipe's ${key}`),
  };
}
