/** The names by which systems know the program; one place for every package, menu entry and file association. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/targets.mjs';

const { version, productName, description, author, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

export const identity = {
  version,
  productName,
  description,
  author,
  license,
  /** Reverse-DNS id of macOS and of Windows' task bar. The top level is one that no registrar gives away. */
  appId: 'workbench.bitlog2',
  /** Name of the program file, the Debian package, the menu entry and the icon. */
  executable: 'bitlog2-workbench',
  workspace: { extension: 'bitlog2', mimeType: 'application/x-bitlog2-workspace', name: 'BitLog2 workspace', nameKo: 'BitLog2 작업 공간' },
  summary: 'Post-training quantisation of vision transformers',
  summaryKo: '비전 트랜스포머의 학습 후 양자화',
  keywords: ['quantization', 'transformer', 'ONNX', 'ImageNet'],
};
