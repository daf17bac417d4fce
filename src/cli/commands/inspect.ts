/** `bitlog2 inspect`: what the program sees in a model, and its FP32 logits on given inputs. */
import type { Command } from 'commander';
import { dirname, join } from 'node:path';
import { fail } from '../../shared/failure';
import type { InspectedOperand, InspectedSettings, InspectedSite, Inspection } from '../../shared/inspection';
import { recipeChoices, type Recipe } from '../../shared/recipe';
import { jsonOption } from '../common-options';
import { exitCode, type CliEnvironment } from '../environment';
import { resolveModel } from '../model-names';
import { readRecipe } from '../recipe-file';
import { textTable } from '../text-table';
import { withEngine } from '../with-engine';

export interface InspectOptions {
  readonly model: string;
  readonly logits?: string;
  readonly recipe?: string;
  readonly json: boolean;
}

export function inspectCommand(program: Command, run: (options: InspectOptions) => Promise<void>): void {
  program
    .command('inspect')
    .description('show the sites of a model, what each becomes, and what is not understood')
    .requiredOption('--model <file>', 'model file or name')
    .option('--logits <file>', 'print the FP32 logits of these inputs instead, as JSON: float32, little-endian, [images, channels, height, width], normalised')
    .option('--recipe <file>', 'show what each site becomes under this recipe (its first scheme; see bitlog2 eval --help)')
    .addOption(jsonOption())
    .action((options: InspectOptions) => run(options));
}

export async function runInspect(environment: CliEnvironment, options: InspectOptions): Promise<number> {
  const { file, warning } = resolveModel(environment, join(dirname(environment.defaultWorkspace), 'models'), options.model);
  if (warning !== null) environment.stderr.write(`note: ${warning}\n`);
  const inputs = options.logits === undefined ? null : readInputs(environment, options.logits);
  const settings = options.recipe === undefined ? null : recipeSettings(readRecipe(environment, options.recipe));
  return withEngine(environment, 1, async ({ engine }) => {
    if (inputs !== null) {
      environment.stdout.write(`${JSON.stringify({ logits: await engine.logits(file, inputs) })}\n`);
      return exitCode.ok;
    }
    const inspection = await engine.call('model.inspect', { file, ...(settings === null ? {} : { settings }) });
    environment.stdout.write(options.json ? `${JSON.stringify(inspection)}\n` : inspectionText(inspection, settings));
    return exitCode.ok;
  });
}

/** A recipe as far as it decides what sites become; the command line's own where it says nothing. */
function recipeSettings(recipe: Recipe): InspectedSettings {
  const { schemes = ['Sqrt2_17'], wBits = 4, aBits = 4, overrides } = recipeChoices(recipe);
  const [scheme] = schemes;
  return { ...(scheme === undefined ? {} : { scheme }), wBits, aBits, ...(overrides === undefined ? {} : { overrides }) };
}

/** For a person: the model in a few lines, a row per site, and what is not understood. `settings`: of a recipe, null for W4A4. */
export function inspectionText(inspection: Inspection, settings: InspectedSettings | null = null): string {
  const { family, input, output, patch, parameters, macs, products, blocks, notes, notUnderstood } = inspection;
  const lines = [
    `${family}${inspection.distilled ? ', distilled' : ''}  input ${input.channels} x ${input.height} x ${input.width}  patches of ${patch.join(' x ')}  ${output.classes} classes`,
    `${(parameters / 1e6).toFixed(2)} million parameters  ${(macs / 1e9).toFixed(3)} billion multiplications per image  ${blocks.length} attention blocks`,
    `${products.understood} of ${products.total} matrix products understood`,
    inspection.batchable ? 'any batch size' : `batch ${inspection.exportedBatch} only`,
    '',
  ];
  const rows = inspection.sites.map((site) => [site.name, site.role, shape(site.shapes.a), shape(site.shapes.b), site.heads === null ? '' : String(site.heads), becomes(site), site.integerObstacle ?? 'yes']);
  const rest = [
    ...notes.map((note) => `note: ${note}`),
    ...notUnderstood.map(({ node, opType, expected, consequence }) => `not understood: ${opType} ${node}: expected ${expected}; ${consequence}`),
  ];
  return `${lines.join('\n')}\n${textTable([['site', 'role', 'A', 'B', 'heads', `becomes (${settings === null ? 'at W4A4' : `at W${settings.wBits}A${settings.aBits}${settings.scheme === undefined ? '' : `, ${settings.scheme}`}${settings.overrides === undefined ? '' : ', with overrides'}`})`, 'integer arithmetic'], ...rows], [0, 1, 5, 6])}${rest.map((line) => `${line}\n`).join('')}`;
}

function shape(dimensions: readonly number[]): string {
  return dimensions.join('x');
}

function becomes(site: InspectedSite): string {
  return site.becomes.map((operand) => {
    const rest = (operand.heads ?? []).map((head) => `, head ${head.head}: ${mapQuantiser(head)}`).join('');
    if (operand.quantiser !== 'uniform') return `${operand.operand}: ${mapQuantiser(operand)}${rest}`;
    return `${operand.operand}: ${operand.bits} bit per ${operand.per}${operand.reparameterised ? ', reparameterised' : ''}`;
  }).join('; ');
}

function mapQuantiser({ quantiser, scheme, bits }: Pick<InspectedOperand, 'quantiser' | 'scheme' | 'bits'>): string {
  if (quantiser === 'fp32') return 'FP32';
  return scheme === undefined ? 'log scheme' : `${scheme}, ${bits} bit`;
}

function readInputs(environment: CliEnvironment, given: string): Float32Array {
  const file = environment.resolvePath(given);
  let bytes: Uint8Array;
  try {
    bytes = environment.readBytes(file);
  } catch {
    throw fail('not-found', 'The inputs cannot be read', { file, expected: 'float32, little-endian, [images, channels, height, width]', next: 'Check the path' });
  }
  if (bytes.byteLength === 0 || bytes.byteLength % 4 !== 0) {
    throw fail('model-input', 'The inputs are not whole float32 numbers', { file, place: `${bytes.byteLength} bytes`, expected: 'a multiple of 4 bytes', next: 'Write them as float32, little-endian' });
  }
  // Through a view, so that the bytes may lie at any offset.
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 4 }, (_, i) => view.getFloat32(4 * i, true));
}
