/** Reads what `npm audit --json` printed. */

/** A finding of these counts as a fault; of lower ones `npm audit` itself tells. */
const serious = new Set(['high', 'critical']);

/**
 * @param {string} output standard output of `npm audit --json`
 * @returns {{ kind: 'unavailable', reason: string } | { kind: 'answer', complaints: string[] }}
 */
export function readAudit(output) {
  let report;
  try {
    report = JSON.parse(output);
  } catch {
    return { kind: 'unavailable', reason: 'npm printed no report' };
  }
  if (typeof report?.vulnerabilities !== 'object' || report.vulnerabilities === null) {
    return { kind: 'unavailable', reason: String(report?.message ?? report?.error?.summary ?? 'no report').split('\n')[0] };
  }
  const complaints = Object.values(report.vulnerabilities)
    .filter(({ severity }) => serious.has(severity))
    .map(({ name, severity, range }) => `${name} ${range} has a known vulnerability (${severity}): npm audit tells more`);
  return { kind: 'answer', complaints };
}
