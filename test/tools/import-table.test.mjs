import { ESLint } from 'eslint';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { judgeImport } from '../../tools/lint/import-table-rule.mjs';
import { root } from '../../tools/lib/targets.mjs';

const allowed = [
  ['src/shared/records.ts', 'valibot'],
  ['src/shared/records.ts', './failure'],
  ['src/engine/core/kernels/a.ts', '../../../shared/failure'],
  ['src/engine/core/onnx/wire.ts', 'protobufjs/minimal'],
  ['src/engine/index.ts', './runtime/evaluate'],
  ['src/engine/runtime/ort/session.ts', 'onnxruntime-node'],
  ['src/engine/runtime/store/connection.ts', '@duckdb/node-api'],
  ['src/engine/runtime/decode/jpeg-decoder.ts', '@cwasm/jpeg-turbo'],
  ['src/engine/runtime/evaluate/run.ts', '../../core/graph/cut'],
  ['src/engine/runtime/evaluate/run.ts', 'node:fs'],
  ['src/main/engine-process.ts', '../engine'],
  ['src/main/engine-process.ts', '../engine/index'],
  ['src/main/window.ts', 'electron'],
  ['src/preload/index.ts', 'electron'],
  ['src/charts/board.ts', 'echarts/core'],
  ['src/report/report.ts', '../charts/board'],
  ['src/renderer/src/App.vue', 'vue'],
  ['src/renderer/src/App.vue', './styles/base.css?inline'],
  ['src/cli/index.ts', '../engine'],
  ['src/cli/index.ts', 'commander'],
  ['test/anything.test.ts', '../src/main/window'],
  ['tools/bench/index.ts', 'onnxruntime-node'],
];

const forbidden = [
  ['src/shared/records.ts', 'node:fs'],
  ['src/shared/records.ts', '../engine/core/kernels/a'],
  ['src/engine/core/kernels/a.ts', 'valibot'],
  ['src/engine/core/kernels/a.ts', 'fs'],
  ['src/engine/core/kernels/a.ts', 'protobufjs'],
  ['src/engine/core/kernels/a.ts', '../../runtime/ort/session'],
  ['src/engine/runtime/evaluate/run.ts', 'onnxruntime-node'],
  ['src/engine/runtime/ort/session.ts', '@duckdb/node-api'],
  ['src/engine/runtime/store/connection.ts', 'onnxruntime-node'],
  ['src/engine/runtime/evaluate/run.ts', '../..'],
  ['src/engine/index.ts', 'electron'],
  ['src/main/window.ts', '../engine'],
  ['src/main/window.ts', '../engine/index'],
  ['src/main/engine-process.ts', '../engine/runtime/service'],
  ['src/main/window.ts', 'onnxruntime-node'],
  ['src/preload/index.ts', '../shared/window-contract'],
  ['src/preload/index.ts', 'node:fs'],
  ['src/renderer/src/App.vue', 'electron'],
  ['src/renderer/src/App.vue', 'node:path'],
  ['src/renderer/src/App.vue', '../../engine/index'],
  ['src/renderer/src/App.vue', '../../cli/program'],
  ['src/charts/board.ts', 'vue'],
  ['src/report/report.ts', 'node:fs'],
  ['src/report/report.ts', 'echarts'],
  ['src/cli/index.ts', '../engine/runtime/service'],
  ['src/cli/index.ts', '../../tools/lib/targets.mjs'],
  ['src/cli/index.ts', '../../test/helpers/a'],
  ['src/somewhere/new.ts', './else'],
];

test.each(allowed)('%s may import %s', (file, specifier) => {
  expect(judgeImport(file, specifier)).toBeUndefined();
});

test.each(forbidden)('%s may not import %s', (file, specifier) => {
  expect(judgeImport(file, specifier)).toBeTypeOf('string');
});

/** The rules that the linter, set up as it is for everybody, reports for a piece of code at a path. */
const eslint = new ESLint({ cwd: root });
async function rulesBroken(path, code) {
  const [result] = await eslint.lintText(code, { filePath: join(root, path) });
  expect(result.messages.filter(({ fatal }) => fatal)).toEqual([]);
  return result.messages.map(({ ruleId }) => ruleId).sort();
}

const offences = [
  ['src/engine/core/a.ts', "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n", 'project/import-table'],
  ['src/engine/core/a.ts', "export * from '../runtime/service';\n", 'project/import-table'],
  ['src/engine/core/a.ts', "export type A = import('electron').App;\n", 'project/import-table'],
  ['src/engine/core/a.ts', "export const load = () => import('onnxruntime-node');\n", 'project/import-table'],
  ['src/engine/runtime/a.ts', "export const ort: unknown = require('onnxruntime-node');\n", 'project/import-table'],
  ['src/renderer/src/A.vue', "<script setup lang=\"ts\">\nimport 'electron';\n</script>\n<template><p /></template>\n", 'project/import-table'],
  ['src/renderer/src/A.vue', '<template><p style="color: red">a</p></template>\n', 'vue/no-static-inline-styles'],
  ['src/renderer/src/A.vue', '<script setup lang="ts">\ndefineProps<{ a: string }>();\n</script>\n<template><p v-html="a" /></template>\n', 'vue/no-v-html'],
  ['src/engine/core/a.ts', 'export const now = () => Date.now();\n', 'no-restricted-syntax'],
  ['src/engine/core/a.ts', 'export const seed = () => Math.random();\n', 'no-restricted-syntax'],
  ['src/shared/a.ts', 'export const log = (text: string) => process.stdout.write(text);\n', 'no-restricted-globals'],
  ['src/engine/runtime/a.ts', 'export const end = (worker: { terminate(): void }) => worker.terminate();\n', 'no-restricted-syntax'],
  ['src/main/a.ts', "import { shell } from 'electron';\nexport const open = () => shell.openExternal('https://example.com');\n", 'no-restricted-syntax'],
  ['src/main/a.ts', "import { ipcMain } from 'electron';\nexport const main = ipcMain;\n", 'no-restricted-syntax'],
  ['src/main/a.ts', 'export const preferences = { webSecurity: false };\n', 'no-restricted-syntax'],
  ['src/main/a.ts', 'export const a = (value: any) => String(value);\n', '@typescript-eslint/no-explicit-any'],
  ['src/main/a.ts', 'export const a = (value: string | null) => value!.length;\n', '@typescript-eslint/no-non-null-assertion'],
  ['src/main/a.ts', 'export const a = (value: string) => value as unknown as number;\n', 'no-restricted-syntax'],
  ['src/main/a.ts', "import { Locale } from '../shared/window-contract';\nexport type A = Locale;\n", '@typescript-eslint/consistent-type-imports'],
];

test.each(offences)('lint: %s with %j breaks %s', async (path, code, rule) => {
  expect(await rulesBroken(path, code)).toContain(rule);
});

test('lint: code that keeps the rules has no complaint', async () => {
  expect(await rulesBroken('src/main/open-external.ts', "import { shell } from 'electron';\nexport const open = () => shell.openExternal('https://example.com');\n")).toEqual([]);
  expect(await rulesBroken('src/engine/core/a.ts', "import type { Failure } from '../../shared/failure';\nexport const what = (failure: Failure): string => failure.what;\n")).toEqual([]);
});
