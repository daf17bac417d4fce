/** Rows of the sensitivity table. Pure. */
import { at } from '../../../shared/at';
import type { SensitivityKind, SensitivityRow } from '../../../shared/layers';
import { wilsonInterval } from '../../core/metrics/wilson-interval';
import type { Answer } from '../evaluate/layers/layer-variants';

/** Of one network, image by image in list order, against the FP32 network's answers. Throws when there are none. */
export function rowOf(site: string, answers: readonly Answer[], float: readonly Answer[], labels: readonly number[]): SensitivityRow {
  const images = labels.length;
  if (answers.length !== images || float.length !== images) throw new Error(`${answers.length} answers of ${images} images`);
  const right = answers.filter(({ best }, image) => best === at(labels, image)).length;
  const same = answers.filter(({ best }, image) => best === at(float, image).best).length;
  const [low, high] = wilsonInterval(right, images);
  return { site, images, kl: answers.reduce((sum, { kl }) => sum + kl, 0) / images, agreement: same / images, top1: (100 * right) / images, ci95: [100 * low, 100 * high] };
}

/** Worst first: alone in FP32 company the sites that move the answer most, alone in FP32 those whose absence leaves least of the damage. */
export function worstSites(rows: readonly SensitivityRow[], kind: SensitivityKind, most: number): string[] {
  const sign = kind === 'on-alone' ? -1 : 1;
  return [...rows].sort((a, b) => sign * (a.kl - b.kl)).slice(0, most).map(({ site }) => site);
}
