/** ESLint rule that holds every import against the table in import-table.mjs. */
import { builtinModules } from 'node:module';
import { dirname, posix, relative, resolve, sep } from 'node:path';
import { importTable } from './import-table.mjs';

const builtins = new Set(builtinModules);

/** `@scope/name/sub` -> `@scope/name`, `name/sub` -> `name`, `node:fs` -> `node:*`. */
function packageName(specifier) {
  if (specifier.startsWith('node:') || builtins.has(specifier)) return 'node:*';
  const parts = specifier.split('/');
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : parts[0];
}

function allowsPath(zone, target) {
  // 'src/engine/index' admits the module however it is spelt ('../engine', '../engine/index', '.ts').
  return zone.paths.some((prefix) =>
    prefix.endsWith('/index')
      ? target === prefix || target === `${prefix}.ts` || target === posix.dirname(prefix)
      : target.startsWith(prefix) || `${target}/` === prefix,
  );
}

/**
 * Judges one import.
 *
 * @param {string} file path of the importing file from the project's root, with forward slashes
 * @param {string} specifier what stands in the import
 * @returns {string | undefined} the complaint, or undefined if the import is allowed
 */
export function judgeImport(file, specifier) {
  const zone = importTable.find((candidate) => file.startsWith(candidate.files));
  if (!zone) return file.startsWith('src/') ? `${file} lies in no zone of the import table` : undefined;
  const bare = specifier.replace(/\?.*$/, '');
  if (bare.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(file), bare));
    return allowsPath(zone, target) ? undefined : `${zone.files} may not import ${target} (tools/lint/import-table.mjs)`;
  }
  const name = packageName(bare);
  return zone.packages.includes('*') || zone.packages.includes(name)
    ? undefined
    : `${zone.files} may not import the package ${name} (tools/lint/import-table.mjs)`;
}

/** @type {import('eslint').Rule.RuleModule} */
export const importTableRule = {
  meta: { type: 'problem', docs: { description: 'imports follow the import table' }, schema: [], messages: {} },
  create(context) {
    const root = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..', '..');
    const file = relative(root, context.filename).split(sep).join('/');
    const check = (node, source) => {
      if (source?.type !== 'Literal' || typeof source.value !== 'string') return;
      const complaint = judgeImport(file, source.value);
      if (complaint) context.report({ node, message: complaint });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.source ?? node.argument?.literal),
      TSExternalModuleReference: (node) => check(node, node.expression),
      CallExpression: (node) => {
        if (node.callee.type === 'Identifier' && node.callee.name === 'require') check(node, node.arguments[0]);
      },
    };
  },
};
