/** What is read from files of strangers, and what counts as an answer: a value, or a refusal in the words that the reader is documented to use. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { graphFromWeights } from '../../src/engine/core/builder/weights-graph';
import { readConfig, readProcessor, readTimmPreprocess } from '../../src/engine/core/builder/hugging-face-config';
import { labelFileKind, labelFlat, type LabelSource } from '../../src/engine/core/datasets/label-files';
import { parseImageList } from '../../src/engine/core/datasets/image-list';
import { ImageTable } from '../../src/engine/core/datasets/image-table';
import { paxPath, readTarHeader, unsafeName } from '../../src/engine/core/datasets/tar-header';
import { ImageSkip } from '../../src/engine/core/images/skip-reason';
import { setAsideWeights } from '../../src/engine/core/graph/set-aside-weights';
import { readModel } from '../../src/engine/core/onnx/read-model';
import { writeModel } from '../../src/engine/core/onnx/write-model';
import { readSafetensors } from '../../src/engine/core/safetensors/read-safetensors';
import { imagenetTables } from '../../src/engine/runtime/datasets/imagenet-class-list';
import { decodeImage } from '../../src/engine/runtime/decode/decode-image';
import { prepareImage } from '../../src/engine/runtime/decode/prepare-image';
import { prepareGraph } from '../../src/engine/runtime/ort/import-model';
import { EngineError, fail } from '../../src/shared/failure';
import { safetensorsBytes } from '../helpers/safetensors-bytes';
import { smallSwin, smallVit } from '../helpers/small-project';
import { tarBytes } from '../helpers/tar-bytes';

export interface FuzzTarget {
  readonly name: string;
  /** Share of all cases, in parts of the sum. */
  readonly share: number;
  readonly seeds: readonly Uint8Array[];
  /** Throws only what is no answer. */
  read(bytes: Uint8Array): void;
}

/** Runs a reader; a refusal in its own words is an answer. */
function answers(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof EngineError) && !(error instanceof ImageSkip)) throw error;
    if (error instanceof EngineError && error.failure.kind === 'internal') throw error;
  }
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const fixtures = join(__dirname, '../fixtures');
const filesOf = (folder: string): Uint8Array[] => readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile() && /\.(jpe?g|png)$/i.test(entry.name)).map(({ name }) => readFileSync(join(folder, name)));

/** Weights are most of a model's bytes and the least interesting: without them damage meets structure. */
const models = [smallVit(), smallSwin()];
const light = models.map((graph) => writeModel(setAsideWeights(graph).graph));

const weights = ((): Uint8Array => {
  const shape = [16, 16];
  const tensors = new Map(['cls_token', 'pos_embed', 'patch_embed.proj.weight', 'blocks.0.attn.qkv.weight', 'blocks.0.norm1.weight', 'head.weight'].map((name) => [name, { shape, data: new Float32Array(256) }]));
  return safetensorsBytes(tensors);
})();

const names = ['ILSVRC2012_val_00000001.JPEG', 'ILSVRC2012_val_00000002.JPEG', 'ILSVRC2012_val_00000003.JPEG'];
const labelFiles = [
  '490\n361\n171\n', `${names.map((name, i) => `${name} ${i * 300}`).join('\n')}\n`,
  'ImageId,PredictionString\nILSVRC2012_val_00000001,n01751748 111 108 365 437\nILSVRC2012_val_00000002,n09193705 1 2 3 4 n09193705 5 6 7 8\nILSVRC2012_val_00000003,n02105855 1 2 3 4\n',
].map(utf8);
const configs = [
  { model_type: 'vit', hidden_size: 32, num_hidden_layers: 3, num_attention_heads: 2, intermediate_size: 64, image_size: 32, patch_size: 8, num_channels: 3, qkv_bias: true, layer_norm_eps: 1e-12, hidden_act: 'gelu' },
  { model_type: 'swin', embed_dim: 16, depths: [2, 2], num_heads: [2, 4], window_size: 4, image_size: 32, patch_size: 4, mlp_ratio: 2 },
  { image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], size: { shortest_edge: 256 }, crop_size: { height: 224, width: 224 }, resample: 3, do_normalize: true, do_rescale: true, rescale_factor: 0.00392156862745098 },
  { pretrained_cfg: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], crop_pct: 0.9, interpolation: 'bicubic', input_size: [3, 224, 224] } },
].map((config) => utf8(JSON.stringify(config)));

function readLabels(bytes: Uint8Array): void {
  const written = text(bytes);
  const kind = labelFileKind(written);
  for (const order of ['auto', 'devkit', 'sorted-from-0', 'sorted-from-1'] as const) {
    const source: LabelSource = { kind, file: 'labels', text: written, order };
    answers(() => labelFlat(names, source, imagenetTables, '/data'));
  }
}

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'onnx', share: 5, seeds: light,
    read: (bytes) => answers(() => prepareGraph(readModel(bytes, { file: 'm.onnx', externalData: () => { throw fail('model-unreadable', 'nothing lies beside it'); } }), [])),
  },
  {
    name: 'safetensors', share: 4, seeds: [weights],
    read: (bytes) => answers(() => graphFromWeights(readSafetensors(bytes, text, 'm.safetensors'), {}, 'm.safetensors')),
  },
  {
    name: 'configs beside weights', share: 1, seeds: configs,
    read: (bytes) => {
      let parsed: unknown;
      try { parsed = JSON.parse(text(bytes)); } catch { return; }
      answers(() => readConfig(parsed, 'config.json'));
      answers(() => readProcessor(parsed, 224));
      answers(() => readTimmPreprocess(parsed));
    },
  },
  {
    name: 'pictures', share: 5, seeds: [...filesOf(join(fixtures, 'images')), ...filesOf(join(__dirname, '../../resources/sample/images/val/bag')).slice(0, 3)],
    read: (bytes) => answers(() => {
      decodeImage(bytes);
      prepareImage(bytes, { input: 32, cropPct: 0.875, interpolation: 'bicubic' }, new Float32Array(768), new Float32Array(3 * 32 * 32), 0);
    }),
  },
  { name: 'ground truth', share: 3, seeds: labelFiles, read: readLabels },
  {
    name: 'image lists', share: 1, seeds: [utf8('val/a/1.png\nval/a/2.png\n'), utf8('\uFEFFval/a/1.png\r\n\r\n./val\\a\\2.png')],
    read: (bytes) => answers(() => parseImageList(text(bytes), new ImageTable([{ path: 'val/a', names: ['1.png', '2.png'], label: 0 }]), { file: 'list.txt', root: '/data' })),
  },
  {
    name: 'tar headers', share: 1, seeds: [tarBytes([{ name: 'n01440764/a.JPEG', data: utf8('abc') }, { name: `${'long/'.repeat(30)}b.JPEG`, data: utf8('d') }])],
    read: (bytes) => answers(() => {
      for (let at = 0; at + 512 <= bytes.length; at += 512) {
        const header = readTarHeader(bytes.subarray(at, at + 512));
        if ('name' in header) unsafeName(header.name);
        paxPath(text(bytes.subarray(at, at + 512)));
      }
    }),
  },
];
