// Rules for the whole project. The import table is data in tools/lint/import-table.mjs.
import js from '@eslint/js';
import vue from 'eslint-plugin-vue';
import tseslint from 'typescript-eslint';
import vueParser from 'vue-eslint-parser';
import { importTableRule } from './tools/lint/import-table-rule.mjs';

const nodeGlobals = Object.fromEntries(
  ['process', 'console', 'Buffer', 'URL', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'AbortController', 'AbortSignal', 'fetch', 'performance', 'structuredClone'].map(
    (name) => [name, 'readonly'],
  ),
);

/** Globals of Node or the DOM: code in shared, core, charts and report runs where they may not exist. */
const environmentGlobals = ['Buffer', 'process', 'console', 'performance', 'fetch', 'window', 'document', 'navigator', 'localStorage', 'setTimeout', 'setInterval', 'require', '__dirname'];

const dangerousSwitches = 'webSecurity|allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|nodeIntegrationInWorker|nodeIntegrationInSubFrames|allowpopups';

const doubleCast = { selector: 'TSAsExpression > TSAsExpression', message: 'A double cast hides a lie: check the value at the door instead.' };
const everywhere = [
  doubleCast,
  { selector: `Property[key.name=/^(${dangerousSwitches})$/]`, message: 'Electron switch that weakens the window: leave it at its default.' },
];
const openExternal = { selector: 'MemberExpression[property.name="openExternal"]', message: 'Only src/main/open-external.ts may call shell.openExternal.' };
const rawIpc = { selector: 'ImportSpecifier[imported.name="ipcMain"]', message: 'Only src/main/window-calls.ts may use ipcMain: its handlers check the sender.' };
const terminate = { selector: 'CallExpression > MemberExpression[property.name="terminate"]', message: 'Terminating a worker while a session runs aborts the process (docs/decisions/0001): use the stop flag.' };
const clock = [
  { selector: 'MemberExpression[object.name="Math"][property.name="random"]', message: 'The seed is an argument.' },
  { selector: 'MemberExpression[object.name="Date"][property.name="now"]', message: 'The clock is an argument.' },
];
const restrict = (...extra) => ({ 'no-restricted-syntax': ['error', ...everywhere, ...extra] });

export default tseslint.config(
  { ignores: ['node_modules/', 'out/', 'out-dev/', 'dist/', 'coverage/', 'src/engine/kernels-as/', 'docs/', 'resources/', '**/*.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  ...vue.configs['flat/essential'],
  {
    files: ['**/*.ts', '**/*.mts', '**/*.mjs', '**/*.vue'],
    plugins: { project: { rules: { 'import-table': importTableRule } } },
    rules: {
      'project/import-table': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/ban-ts-comment': ['error', { 'ts-expect-error': 'allow-with-description' }],
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: ['error', 'always'],
      'no-var': 'error',
      'prefer-const': 'error',
      ...restrict(openExternal, terminate),
    },
  },
  {
    files: ['src/**/*.ts', 'src/**/*.vue'],
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  // Message files are lists: one line per message, as long as the program has things to say.
  { files: ['src/renderer/src/locales/*.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['src/shared/**/*.ts', 'src/engine/core/**/*.ts', 'src/charts/**/*.ts', 'src/report/**/*.ts'],
    rules: { 'no-restricted-globals': ['error', ...environmentGlobals], ...restrict(...clock, openExternal, terminate) },
  },
  { files: ['src/main/**/*.ts'], rules: restrict(openExternal, terminate, rawIpc) },
  { files: ['src/main/open-external.ts'], rules: restrict(terminate, rawIpc) },
  { files: ['src/main/window-calls.ts'], rules: restrict(openExternal, terminate) },
  {
    files: ['src/**/*.vue'],
    languageOptions: { parser: vueParser, parserOptions: { parser: tseslint.parser, sourceType: 'module' } },
    rules: {
      // The policy of the page has no 'unsafe-inline': long static runs with style="" would be written through innerHTML.
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': ['error', ['script-setup']],
      'vue/define-props-declaration': ['error', 'type-based'],
      'vue/define-emits-declaration': ['error', 'type-based'],
      'vue/multi-word-component-names': 'off',
      'no-undef': 'off',
    },
  },
  {
    files: ['tools/**/*.mjs', '*.mjs', 'test/**/*.mjs'],
    languageOptions: { globals: nodeGlobals },
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: { sourceType: 'commonjs', globals: { ...nodeGlobals, require: 'readonly', module: 'writable' } },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['test/**/*.ts', 'tools/**/*.ts'],
    // Tests may end a thread on purpose and must name the switches that they check.
    rules: { 'no-restricted-syntax': ['error', doubleCast, openExternal] },
  },
);
