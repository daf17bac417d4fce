import { Z95 } from './wilson-interval';

/** The 80 % point of the standard normal: a real difference is found four times out of five. */
const Z_POWER = 0.8416212335729143;

/**
 * Images needed to tell two classifiers apart at 5 % with 80 % power, if they go on to disagree as they do now
 * (Connor 1987, Biometrics 43:207, for McNemar's test).
 *
 * @returns null when nothing distinguishes them so far
 */
export function imagesNeeded(onlyA: number, onlyB: number, images: number): number | null {
  if (onlyA === onlyB) return null;
  const discordant = (onlyA + onlyB) / images;
  const difference = (onlyA - onlyB) / images;
  const root = Z95 * Math.sqrt(discordant) + Z_POWER * Math.sqrt(discordant - difference * difference);
  return Math.ceil((root / difference) ** 2);
}
