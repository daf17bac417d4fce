/**
 * Who may import what (docs/architecture.md shows the same table). Everything that is not listed is an error.
 * The first zone whose `files` is a prefix of the importing file decides, so the special ones stand first.
 *
 * @typedef {object} Zone
 * @property {string} files     prefix of the importing file's path
 * @property {string[]} paths   prefixes of files in this project that it may import
 * @property {string[]} packages   package names; `node:*` stands for every Node built-in
 */

/** @type {readonly Zone[]} */
export const importTable = [
  { files: 'src/shared/', paths: ['src/shared/'], packages: ['valibot'] },

  { files: 'src/engine/core/onnx/', paths: ['src/engine/core/', 'src/shared/'], packages: ['protobufjs'] },
  { files: 'src/engine/core/', paths: ['src/engine/core/', 'src/shared/'], packages: [] },
  { files: 'src/engine/index.ts', paths: ['src/engine/', 'src/shared/'], packages: [] },
  ...[
    { folder: 'ort', packages: ['onnxruntime-node'] },
    { folder: 'store', packages: ['@duckdb/node-api'] },
    { folder: 'decode', packages: ['@cwasm/jpeg-turbo'] },
  ].map(({ folder, packages }) => ({
    files: `src/engine/runtime/${folder}/`,
    paths: ['src/engine/runtime/', 'src/engine/core/', 'src/shared/'],
    packages: ['node:*', ...packages],
  })),
  // The class names are data that the bundler takes in, so that no path to them has to be right at run time.
  {
    files: 'src/engine/runtime/datasets/',
    paths: ['src/engine/runtime/', 'src/engine/core/', 'src/shared/', 'resources/imagenet/'],
    packages: ['node:*'],
  },
  // The WebAssembly module, which tools/lib/kernels-plugin.mjs compiles.
  {
    files: 'src/engine/runtime/kernels/',
    paths: ['src/engine/runtime/', 'src/engine/core/', 'src/shared/'],
    packages: ['node:*', 'virtual:kernels'],
  },
  {
    files: 'src/engine/runtime/',
    paths: ['src/engine/runtime/', 'src/engine/core/', 'src/shared/'],
    packages: ['node:*'],
  },

  {
    files: 'src/main/engine-process.ts',
    paths: ['src/main/', 'src/engine/index', 'src/shared/'],
    packages: ['electron', 'node:*'],
  },
  { files: 'src/main/', paths: ['src/main/', 'src/shared/'], packages: ['electron', 'node:*'] },
  { files: 'src/preload/', paths: ['src/preload/'], packages: ['electron'] },

  { files: 'src/charts/', paths: ['src/charts/', 'src/shared/'], packages: ['echarts'] },
  { files: 'src/report/', paths: ['src/report/', 'src/charts/', 'src/shared/'], packages: [] },
  {
    files: 'src/renderer/',
    paths: ['src/renderer/', 'src/charts/', 'src/report/', 'src/shared/'],
    packages: [
      'vue',
      'pinia',
      'vue-router',
      'vue-i18n',
      'reka-ui',
      'echarts',
      'vue-echarts',
      '@tanstack/vue-table',
      '@tanstack/vue-virtual',
    ],
  },
  {
    files: 'src/cli/',
    paths: ['src/cli/', 'src/engine/index', 'src/report/', 'src/shared/'],
    packages: ['node:*', 'commander'],
  },

  // Nothing may import these two, but they may import anything.
  { files: 'tools/', paths: [''], packages: ['*'] },
  { files: 'test/', paths: [''], packages: ['*'] },
];
