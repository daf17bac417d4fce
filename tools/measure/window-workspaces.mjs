/** The workspaces on which the window is measured, made by the built command line when they are asked for. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/targets.mjs';

const run = (program, ...args) => execFileSync(process.execPath, [join(root, 'out/main', program), ...args], { stdio: ['ignore', 'ignore', 'inherit'] });

/** Each is a function that gives the path of a workspace in the folder `kept`. */
export function measuredWorkspaces(kept) {
  /** The workspace of this name, made by `make` unless it is there. */
  function workspace(name, make) {
    const file = join(kept, `${name}.bitlog2`);
    if (!existsSync(file)) make(file);
    return file;
  }

  /** The sample in FP32 and under every scheme on few images. */
  const small = () => workspace('sample', (file) => {
    const sample = join(root, 'resources/sample');
    const models = readdirSync(join(sample, 'models')).filter((name) => name.endsWith('.onnx')).map((name) => join(sample, 'models', name));
    const asked = ['eval', '--model', models.join(','), '--dataset', join(sample, 'images'), '--limit', '100', '--workspace', file];
    run('cli.js', ...asked, '--arithmetic', 'fp32');
    run('cli.js', ...asked, '--log_quant_scheme', 'all');
  });

  /** What the sample said, as seven models and 50,000 pictures. */
  const long = () => workspace('long', (file) => {
    copyFileSync(small(), file);
    run('bench.js', '--lengthen-workspace', file);
  });

  /** A DeiT-S on the sample's pictures under ImageNet's names. */
  const large = () => workspace('deit', (file) => {
    const sample = join(root, 'resources/sample');
    const pictures = join(kept, 'imagenet/val');
    mkdirSync(pictures, { recursive: true });
    const labels = JSON.parse(readFileSync(join(root, 'resources/imagenet/validation-labels.json'), 'utf8'));
    if (labels.length !== 50_000) throw new Error('the table of labels is not complete');
    const classes = readdirSync(join(sample, 'images/val'));
    const sources = Array.from({ length: 12 }, (_, i) => join(sample, 'images/val', classes[i % classes.length], readdirSync(join(sample, 'images/val', classes[i % classes.length]))[Math.floor(i / classes.length)]));
    sources.forEach((source, index) => copyFileSync(source, join(pictures, `ILSVRC2012_val_${String(index + 1).padStart(8, '0')}.PNG`)));
    const model = join(kept, 'deit_small.onnx');
    run('bench.js', '--write-model', 'deit_small', model);
    run('cli.js', 'eval', '--model', model, '--dataset', join(kept, 'imagenet'), '--log_quant_scheme', 'BitLog2_Half_17', '--calib-batchsize', '4', '--batch', '1', '--workspace', file);
    run('cli.js', 'eval', '--model', model, '--dataset', join(kept, 'imagenet'), '--arithmetic', 'fp32', '--batch', '1', '--workspace', file);
  });

  return { small, long, large };
}
