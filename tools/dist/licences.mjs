/** Which licences a dependency may have. What ships is held to the short list; programs that only build and test may have a few more. */

export const shippedLicences = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'ISC', 'MPL-2.0']);

export const toolLicences = new Set([...shippedLicences, 'BlueOak-1.0.0', 'Python-2.0', 'CC0-1.0', 'CC-BY-3.0', 'CC-BY-4.0', 'Unlicense', 'WTFPL']);

/**
 * Whether an SPDX expression can be met with the licences of `allowed`: one side of an OR, both of an AND.
 * Anything else (exceptions, "SEE LICENSE IN", nothing at all) is not admitted.
 *
 * @param {unknown} expression
 * @param {ReadonlySet<string>} allowed
 */
export function admitsLicence(expression, allowed) {
  if (typeof expression !== 'string') return false;
  const tokens = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const either = () => {
    let met = both();
    while (tokens[at] === 'OR') {
      at++;
      const other = both();
      met = met || other;
    }
    return met;
  };
  const both = () => {
    let met = one();
    while (tokens[at] === 'AND') {
      at++;
      const other = one();
      met = met && other;
    }
    return met;
  };
  const one = () => {
    const token = tokens[at++];
    if (token !== '(') return token !== undefined && allowed.has(token);
    const met = either();
    return tokens[at++] === ')' && met;
  };
  return either() && at === tokens.length;
}
