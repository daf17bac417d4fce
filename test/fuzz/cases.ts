/** How many cases: 5,000 in all tests together, or as many as BITLOG2_FUZZ_CASES says (`npm run fuzz`), and from which number they count on. */
const all = Number(process.env['BITLOG2_FUZZ_CASES'] ?? 5000);
const first = Number(process.env['BITLOG2_FUZZ_FIRST'] ?? 1);
if (!Number.isInteger(all) || all < 1 || !Number.isInteger(first) || first < 0) throw new Error('BITLOG2_FUZZ_CASES and BITLOG2_FUZZ_FIRST: whole numbers were expected');

/** Numbers of the cases of one target that takes `part` of the whole; each number makes one case, always the same. */
export function caseNumbers(part: number): readonly number[] {
  return Array.from({ length: Math.max(1, Math.round(all * part)) }, (_, index) => first + index);
}
