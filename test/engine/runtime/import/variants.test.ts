import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { buildVit } from '../../../../src/engine/core/builder/build-vit';
import { inspection } from '../../../../src/engine/core/graph/inspection';
import { logitDifference } from '../../../../src/engine/core/graph/logit-difference';
import { rebatch } from '../../../../src/engine/core/graph/rebatch';
import type { Attribute, Graph, GraphNode, ImportedModel, Tensor } from '../../../../src/engine/core/graph/types';
import { halfToNumber } from '../../../../src/engine/core/graph/widen-float16';
import { canonicalise } from '../../../../src/engine/runtime/ort/canonicalise';
import { importGraph, importModel } from '../../../../src/engine/runtime/ort/import-model';
import { probeImages, probeLogits } from '../../../../src/engine/runtime/ort/probe';
import { inspectionSchema } from '../../../../src/shared/inspection';
import { halved } from '../../../helpers/halved';
import { swinMini, vitMini } from '../../../helpers/model-fixtures';
import { splitQkv, unfuseGemm } from '../../../helpers/split-qkv';

const vit = buildVit({ image: 32, patch: 8, dim: 24, depth: 2, heads: 2, mlpRatio: 2, classes: 5 }, 1);

async function difference(model: ImportedModel, other: ImportedModel): Promise<number> {
  const images = probeImages(model.graph, 2);
  return logitDifference(await probeLogits(model.graph, images), await probeLogits(other.graph, images));
}

describe('other spellings of one network give its logits', () => {
  it('separate q, k and v', async () => {
    const split = await importGraph(splitQkv(vit));
    expect(split.structure.products).toEqual({ total: 18, understood: 18 });
    expect(split.batchable).toBe(true);
    expect(await difference(await importGraph(vit), split)).toBeLessThan(1e-5);
  });

  it('MatMul and Add for a Linear', async () => {
    const unfused = await importGraph(unfuseGemm(vit));
    expect(unfused.structure.products).toEqual({ total: 14, understood: 14 });
    expect(await difference(await importGraph(vit), unfused)).toBeLessThan(1e-5);
  });

  it('LayerNorm as nine nodes, opset 11 with axes as attributes', async () => {
    const old = await importGraph(asOpset11(vit));
    expect(old.graph.opsets.find(({ domain }) => domain === '')?.version).toBe(17);
    expect(old.structure.norms.map((norm) => norm.name)).toEqual(['blocks.0.norm1', 'blocks.0.norm2', 'blocks.1.norm1', 'blocks.1.norm2']);
    expect(old.graph.nodes.filter((node) => node.opType === 'LayerNormalization').length).toBe(5);
    expect(await difference(await importGraph(vit), old)).toBeLessThan(1e-5);
  });

  it('an open image size, read off the position embedding', async () => {
    const open = await importGraph({ ...vit, inputs: vit.inputs.map((input) => ({ ...input, dims: ['batch', 'channels', 'height', 'width'] })) });
    expect(open.structure.input).toMatchObject({ height: 32, width: 32, channels: 3 });
    expect(open.notes).toContain('The model leaves the image size open; it is run at 32 x 32');
  });

  it('several outputs: the logits are taken and the rest is dropped', async () => {
    const norm = vit.nodes.find((node) => node.name === '/norm/LayerNormalization')?.outputs[0] ?? '';
    const many = await importGraph({ ...vit, outputs: [{ name: norm, type: 'float32', dims: [1, 17, 24] }, ...vit.outputs] });
    expect(many.graph.outputs.map((output) => output.name)).toEqual(['logits']);
    expect(many.notes).toContain('The model has 2 outputs; logits is taken as the logits');
  });

  it('half-precision weights, widened', async () => {
    const half = await importGraph(halved(vit));
    expect([...half.graph.initializers.values()].some((tensor) => tensor.type === 'float16')).toBe(false);
    expect(half.notes).toContain('The model holds float16 weights; they are widened to float32, and all arithmetic is float32');
    const apart = await difference(await importGraph(vit), half);
    expect(apart).toBeLessThan(0.02);
    expect(apart).toBeGreaterThan(0);
  });
});

describe('a model whose images influence each other', () => {
  it('is imported, runs at one size only, and says so', async () => {
    // The mean over the batch is added to the logits.
    const mixed: Graph = {
      ...vit, outputs: vit.outputs.map((output) => ({ ...output, name: 'mixed' })),
      nodes: [
        ...vit.nodes,
        { name: '/mean', opType: 'ReduceMean', domain: '', inputs: ['logits'], outputs: ['mean'], attributes: new Map<string, Attribute>([['axes', { kind: 'ints', value: [0n] }]]) },
        { name: '/mix', opType: 'Add', domain: '', inputs: ['logits', 'mean'], outputs: ['mixed'], attributes: new Map() },
      ],
    };
    const imported = await importGraph(mixed);
    expect(imported).toMatchObject({ batchable: false, exportedBatch: 1 });
    expect(imported.notes.join('\n')).toMatch(/ReduceMean[\s\S]*batch size 1 only/);
    expect(() => rebatch(imported.graph, 2)).toThrow(/works along the batch/);
  });
});

describe('canonicalise', () => {
  it('leaves nothing behind in the folder for temporary files', async () => {
    const before = process.env['TMPDIR'];
    const folder = mkdtempSync(join(tmpdir(), 'canonicalise-'));
    process.env['TMPDIR'] = folder;
    try {
      await canonicalise(vit, [1, 3, 32, 32]);
      await expect(canonicalise(vit, [1, 3, 32])).rejects.toThrow();
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
      rmSync(folder, { recursive: true });
    }
  });
});

describe('inspection', () => {
  it.each([['vit_mini', vitMini], ['swin_mini', swinMini]])('of %s is a valid record', async (_name, file) => {
    const record = inspection(await importModel(file));
    expect(v.parse(inspectionSchema, record)).toEqual(record);
    expect(record.products.understood).toBe(record.sites.length);
    expect(record.sites.every((site) => site.macs > 0 && site.shapes.a.length > 1 && site.shapes.output.length > 1)).toBe(true);
  });

  it('says what each product becomes', async () => {
    const record = inspection(await importModel(swinMini), { wBits: 6, aBits: 5 });
    const becomes = (name: string): unknown => record.sites.find((site) => site.name === name)?.becomes.map(({ operand, quantiser, bits, per, reparameterised }) => `${operand} ${quantiser} ${bits} ${per}${reparameterised ? ' reparameterised' : ''}`);
    expect(becomes('patch_embed.proj')).toEqual(['input uniform 8 tensor', 'weight uniform 6 channel']);
    expect(becomes('layers.0.blocks.1.attn.qkv')).toEqual(['input uniform 5 tensor reparameterised', 'weight uniform 6 channel']);
    expect(becomes('layers.0.blocks.1.attn.matmul1')).toEqual(['A uniform 5 tensor', 'B uniform 5 tensor']);
    expect(becomes('layers.0.blocks.1.attn.matmul2')).toEqual(['A log 4 tensor', 'B uniform 5 tensor']);
    expect(becomes('layers.0.blocks.1.attn.proj')).toEqual(['input uniform 5 tensor', 'weight uniform 6 channel']);
    expect(becomes('layers.0.downsample.reduction')).toEqual(['input uniform 5 tensor reparameterised', 'weight uniform 6 channel']);
    expect(record.sites.find((site) => site.name === 'layers.0.blocks.1.attn.qkv')).toMatchObject({ heads: 3, shapes: { a: [3136, 48], b: [144, 48], output: [3136, 144] } });
  });
});

function asOpset11(graph: Graph): Graph {
  const initializers = new Map<string, Tensor>([...graph.initializers, ['two', { type: 'float32', dims: [], data: Float32Array.of(2) }], ['eps', { type: 'float32', dims: [], data: Float32Array.of(1e-6) }]]);
  const axes: Attribute = { kind: 'ints', value: [-1n] };
  const nodes = graph.nodes.flatMap((node): GraphNode[] => {
    if (node.opType === 'Softmax') return [{ ...node, attributes: new Map([['axis', { kind: 'int', value: 3n }]]) }];
    if (node.opType !== 'LayerNormalization') return [node];
    const [x = '', scale = '', bias = ''] = node.inputs;
    const t = (part: string): string => `${node.name}.${part}`;
    const one = (opType: string, inputs: readonly string[], output: string, attributes: GraphNode['attributes'] = new Map()): GraphNode => ({ name: node.name.replace('LayerNormalization', output.split('.').at(-1) ?? ''), opType, domain: '', inputs, outputs: [output], attributes });
    return [
      one('ReduceMean', [x], t('mean'), new Map([['axes', axes]])), one('Sub', [x, t('mean')], t('d')), one('Pow', [t('d'), 'two'], t('sq')), one('ReduceMean', [t('sq')], t('var'), new Map([['axes', axes]])),
      one('Add', [t('var'), 'eps'], t('ve')), one('Sqrt', [t('ve')], t('sd')), one('Div', [t('d'), t('sd')], t('n')), one('Mul', [t('n'), scale], t('s')), one('Add', [t('s'), bias], node.outputs[0] ?? ''),
    ];
  });
  return { ...graph, nodes, initializers, opsets: [{ domain: '', version: 11 }] };
}

describe('halfToNumber', () => {
  it('knows the landmarks of the format', () => {
    expect([0x0000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0x3555, 0x7bff, 0xc000].map(halfToNumber)).toEqual([0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, 0.333251953125, 65504, -2]);
    expect([halfToNumber(0x7c00), halfToNumber(0xfc00), halfToNumber(0x7e00)]).toEqual([Infinity, -Infinity, NaN]);
  });
});
