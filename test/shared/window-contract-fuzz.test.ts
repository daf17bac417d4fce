import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { isWindowMethod, parseWindowParams, windowContract, type WindowMethod } from '../../src/shared/window-contract';

const methods = Object.keys(windowContract).filter(isWindowMethod);

/** What a page that was taken over might send: anything that survives a structured clone, with the contract's own words among it. */
const words = fc.constantFrom('dark', 'ko', 'model', 'csv', 'https://arxiv.org/', '/etc/passwd', '\\\\server\\share', '../x', '', '\0', '__proto__', 'constructor');
const keys = fc.constantFrom('theme', 'locale', 'kind', 'path', 'name', 'format', 'data', 'file', 'url', 'text', 'png', 'create', '__proto__', 'toString');
const wild = fc.letrec((tie) => ({
  leaf: fc.oneof(words, fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined), fc.bigInt(), fc.uint8Array({ maxLength: 16 }), fc.date()),
  node: fc.oneof({ depthSize: 'small' }, tie('leaf'), fc.dictionary(keys, tie('node')), fc.array(tie('node'), { maxLength: 4 })),
}));

test('every call admits what its schema admits, and refuses all else by name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...methods), wild.node, (method: WindowMethod, params: unknown) => {
      const schema: v.GenericSchema = windowContract[method].params;
      let admitted: unknown;
      try {
        admitted = parseWindowParams(method, params);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
        expect(String(error)).toContain(`window call ${method}`);
        expect(v.is(schema, params)).toBe(false);
        return;
      }
      expect(v.is(schema, admitted)).toBe(true);
      // Nothing comes along that the schema does not name.
      if (typeof admitted === 'object' && admitted !== null) expect(Object.getPrototypeOf(admitted)).toBe(Object.prototype);
    }),
    { numRuns: 5000 },
  );
});

test('no name but those of the contract is a call', () => {
  const names = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'app.info ', 'APP.INFO'), fc.anything());
  fc.assert(fc.property(names, (name) => isWindowMethod(name) === (typeof name === 'string' && methods.some((method) => method === name))), { numRuns: 5000 });
});
