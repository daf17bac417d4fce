/** `--recipe FILE`: what of it reaches the engine, and what the command line overrules. */
import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import { fail } from '../../src/shared/failure';
import { cliRecord, type CliRecord } from '../helpers/cli-environment';

const overrides = { '*.fc2': 8, 'blocks.0.attn.matmul2:A#1': 'fp32', 'blocks.*': 6 };
const recipe = { scheme: 'Sqrt2_17', w_bits: 6, a_bits: 5, seed: [3, 1], overrides };

/** Runs a command against an engine that refuses everything: only what it is asked is looked at. */
async function asked(args: readonly string[], text: string): Promise<CliRecord & { readonly code: number }> {
  const refuse = (): never => { throw fail('settings', 'not in this test'); };
  const record = cliRecord({ 'workspace.open': () => ({ file: '/here/w.bitlog2', models: [], datasets: [], runs: [] }), 'gate.check': refuse, 'evaluation.run': refuse, 'model.inspect': refuse }, { '/here/m.onnx': 'x', '/here/r.json': text });
  return { ...record, code: await runCli(args, record.environment) };
}

const evaluation = ['eval', '--model', 'm.onnx', '--dataset', 'images', '--recipe', 'r.json'];
const paramsOf = ({ calls }: CliRecord, method: string): unknown => calls.find((call) => call.method === method)?.params;

describe('--recipe', () => {
  it('decides an evaluation, exceptions in their order', async () => {
    const params = paramsOf(await asked(evaluation, JSON.stringify(recipe)), 'evaluation.run');
    expect(params).toMatchObject({ schemes: ['Sqrt2_17'], wBits: 6, aBits: 5, seeds: [3, 1], overrides });
    expect(JSON.stringify(params)).toContain(JSON.stringify(overrides));
  });

  it('gives way to the command line, which says so', async () => {
    const record = await asked([...evaluation, '--w_bits', '4'], JSON.stringify(recipe));
    expect(paramsOf(record, 'evaluation.run')).toMatchObject({ wBits: 4, aBits: 5, overrides });
    expect(record.stderr()).toContain('--w_bits on the command line wins over the recipe\'s w_bits');
  });

  it('shows in inspect what it makes of every site', async () => {
    expect(paramsOf(await asked(['inspect', '--model', 'm.onnx', '--recipe', 'r.json'], JSON.stringify(recipe)), 'model.inspect')).toEqual({ file: '/here/m.onnx', settings: { scheme: 'Sqrt2_17', wBits: 6, aBits: 5, overrides } });
  });

  it.each([['{"w_bit": 4}', 'w_bit'], ['{"overrides": {"head:q": 4}}', 'head:q'], ['{', 'JSON']])('%s is refused before the engine is asked', async (text, named) => {
    const record = await asked(evaluation, text);
    expect(record.code).not.toBe(0);
    expect(record.stderr()).toContain(named);
    expect(paramsOf(record, 'evaluation.run')).toBeUndefined();
  });
});
