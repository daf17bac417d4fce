import { bitLog2Half16 } from './bitlog2-half-16';
import { bitLog2Half17 } from './bitlog2-half-17';
import { bitLog2Single16 } from './bitlog2-single-16';
import { bitLog2Single17 } from './bitlog2-single-17';
import { none } from './none';
import type { LogScheme, Scheme } from './scheme';
import { sqrt2With16 } from './sqrt2-16';
import { sqrt2With17 } from './sqrt2-17';

/** The quantisers of the attention map, in the order of every table. A new one is a file and a row here. */
export const logSchemes: readonly LogScheme[] = [
  sqrt2With16,
  sqrt2With17,
  bitLog2Single16,
  bitLog2Single17,
  bitLog2Half16,
  bitLog2Half17,
];

/** All schemes, `none` last. */
export const schemeTable: readonly Scheme[] = [...logSchemes, none];

/**
 * The scheme with this id, spelled as on the seed's command line.
 * @throws Error that names the value and the list
 */
export function schemeById(id: string): Scheme {
  const scheme = schemeTable.find((row) => row.id === id);
  if (!scheme) throw new Error(`unknown scheme: ${id}; expected one of ${schemeTable.map((row) => row.id).join(', ')}`);
  return scheme;
}

/** The same of a map that is quantised. Throws Error for 'none' too. */
export function logSchemeById(id: string): LogScheme {
  const scheme = schemeById(id);
  if (scheme.kind === 'none') throw new Error('scheme none leaves the map in FP32: there is no quantiser');
  return scheme;
}
