/** No network request without consent: one module can open a connection, and nobody but the call that a person agreed to leads there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const source = resolve('src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|vue|mts|js|html)$/.test(name)).map((name) => name.replaceAll('\\', '/'));
const text = (name: string): string => readFileSync(join(source, name), 'utf8');
const door = 'engine/runtime/downloads/https-get.ts';
const importing = (pattern: RegExp): string[] => files.filter((name) => pattern.test(text(name))).sort();

it('finds the sources', () => expect(files.length).toBeGreaterThan(300));

it('only the downloads\' own module imports what can open a connection', () => {
  // Types of a module open nothing, so `import type` is let be.
  expect(importing(/(?:^|\n)\s*(?:import(?!\s+type\b)[^;]*?from|export[^;]*?from|import)\s*\(?['"](?:node:)?(?:https?|http2|net|tls|dgram|dns(?:\/promises)?|undici|ws|axios|node-fetch|got)['"]/)).toEqual([door]);
  expect(importing(/require\(['"](?:node:)?(?:https?|http2|net|tls|dgram|undici)['"]\)/)).toEqual([]);
});

it('nothing fetches, opens sockets or beacons', () => {
  expect(importing(/(?<![.\w])fetch\(|new (?:XMLHttpRequest|WebSocket|EventSource)\b|sendBeacon\(|\bnet\.(?:request|fetch)\(/)).toEqual([]);
});

it('from the call that names what was agreed to, one way leads to the door', () => {
  const importers = (name: string): string[] => importing(new RegExp(`from '[^']*/${name}'`));
  expect(importers('https-get')).toEqual(['engine/runtime/downloads/download.ts']);
  expect(importing(/\bdownload\b[^;]*from '[^']*downloads\/download'/)).toEqual(['engine/runtime/library/known-models.ts']);
  expect(importing(/\bgetModel\b[^;]*from '[^']*known-models'/)).toEqual(['engine/runtime/handlers/model-handlers.ts']);
});
