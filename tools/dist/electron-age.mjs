/** Electron's maintainers mend the three newest major versions. */
const supportedMajors = 3;

const major = (version) => Number(/^\d+/.exec(version)?.[0] ?? Number.NaN);

/**
 * @param {string} used version in package.json
 * @param {string} newest version that the registry calls the latest
 * @returns {string[]} a complaint, or none
 */
export function judgeElectronAge(used, newest) {
  const [ours, theirs] = [major(used), major(newest)];
  if (Number.isNaN(ours) || Number.isNaN(theirs)) return [`Electron's versions cannot be compared: ${used}, ${newest}`];
  return theirs - ours >= supportedMajors ? [`Electron ${used} is no longer mended: the newest is ${newest}`] : [];
}
