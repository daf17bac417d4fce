import { describe, expect, it } from 'vitest';
import { runCli } from '../../src/cli/program';
import type { KnownModels } from '../../src/shared/known-models';
import { cliRecord } from '../helpers/cli-environment';

const facts: KnownModels['models'][number]['facts'] = {
  name: 'vit_small', title: 'ViT-S', architecture: 'vit_small_patch16_224', tag: 'augreg_in21k_ft_in1k', licence: { id: 'Apache-2.0', url: 'https://licence.example' }, page: 'https://hub.example/vit', url: 'https://hub.example/vit/model.safetensors',
  parameters: 22_050_664, bytes: 88_202_656, sha256: null, top1: { value: 81.39, source: 'somebody', url: 'https://paper.example' },
};
const known: KnownModels = {
  folder: '/data/models',
  models: [
    { facts, target: '/data/models/a.safetensors', state: { kind: 'absent', bytes: 1_000_000 } },
    { facts: { ...facts, name: 'deit_tiny', sha256: 'cd'.repeat(32) }, target: '/data/models/b.safetensors', state: { kind: 'present', file: '/data/models/deit.onnx', bytes: 5, tag: 'other', foreign: true, sha256: 'ab'.repeat(32), origin: null } },
  ],
};
const summary = { file: '/data/default.bitlog2', models: [], datasets: [], runs: [] };
const script = { 'workspace.open': () => summary, 'models.known': () => known };

describe('models', () => {
  it('lists what is there and what is not, with sums, and how to get the rest', async () => {
    const record = cliRecord(script);
    expect(await runCli(['models'], record.environment)).toBe(0);
    expect(record.calls).toEqual([{ method: 'workspace.open', params: { file: '/data/default.bitlog2' } }, { method: 'models.known', params: { hashes: true } }]);
    expect(record.stdout()).toMatch(/vit_small +augreg_in21k_ft_in1k +Apache-2\.0 +about 88\.2 MB +81\.39 +somebody +cut off +bitlog2 models get vit_small/);
    expect(record.stdout()).toMatch(new RegExp(`deit_tiny .* present +${'ab'.repeat(32)} +/data/models/deit\\.onnx \\(other weights: other\\)`));
    expect(record.stdout()).toContain('model folder: /data/models');
    const json = cliRecord(script);
    expect(await runCli(['models', '--json', '--workspace', 'w.bitlog2'], json.environment)).toBe(0);
    expect(JSON.parse(json.stdout())).toEqual(known);
    expect(json.calls[0]?.params).toEqual({ file: '/here/w.bitlog2' });
  });

  it('get says what would be fetched from where, and fetches nothing by that alone', async () => {
    const record = cliRecord(script);
    expect(await runCli(['models', 'get', 'vit_small'], record.environment)).toBe(2);
    expect(record.calls.map(({ method }) => method)).not.toContain('models.get');
    for (const said of ['https://hub.example/vit/model.safetensors', 'host hub.example', '/data/models/a.safetensors', 'about 88.2 MB', '1.0 MB of it are there', 'Apache-2.0', 'as the server gives it', '--yes']) expect(record.stderr()).toContain(said);
    expect(record.stdout()).toBe('');
  });

  it('get --yes fetches what was said, and says by which sum it was checked', async () => {
    const got = { file: '/data/models/a.safetensors', bytes: 88_300_000, sha256: 'ef'.repeat(32), checked: 'server' as const, resumedFrom: 0 };
    const record = cliRecord({ ...script, 'models.get': (_params, { onEvent }) => {
      onEvent?.({ kind: 'progress', done: 44_150_000, total: 88_300_000 });
      return got;
    } });
    expect(await runCli(['models', 'get', 'vit_small', '--yes'], record.environment)).toBe(0);
    expect(record.calls.at(-1)).toEqual({ method: 'models.get', params: { name: 'vit_small', agreed: { url: facts.url, target: '/data/models/a.safetensors' } } });
    expect(record.stderr()).toContain('44.1 MB of 88.3 MB');
    expect(record.stdout()).toBe(`/data/models/a.safetensors\n88300000 bytes, SHA-256 ${'ef'.repeat(32)}, the one that the server gave\n`);
    const json = cliRecord({ ...script, 'models.get': () => got });
    expect(await runCli(['models', '--json', 'get', 'vit_small', '--yes'], json.environment)).toBe(0);
    expect(JSON.parse(json.stdout())).toEqual(got);
  });

  it('refuses a name that it does not know, before anything is opened', async () => {
    const record = cliRecord(script);
    expect(await runCli(['models', 'get', 'vit_smal', '--yes'], record.environment)).toBe(2);
    expect(record.stderr()).toContain('vit_small, vit_base');
    expect(record.opened()).toEqual([]);
  });
});
