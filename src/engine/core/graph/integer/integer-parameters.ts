import { roundHalfEven } from '../../kernels/round-half-even';
import type { NetworkParameters } from '../parameters';

/**
 * Parameters of integer arithmetic from what calibration found: the zero point of each reparameterised input is rounded. Calibration itself is
 * the same, since every other parameter is found before the reparameterisation or does not depend on that zero point.
 */
export function integerParameters(parameters: NetworkParameters): NetworkParameters {
  const sites = Object.entries(parameters.sites).map(([name, fields]) => {
    const { input } = fields;
    if (!(name in parameters.reparameterisation) || input?.zero_point === undefined) return [name, fields] as const;
    return [name, { ...fields, input: { ...input, zero_point: input.zero_point.map(roundHalfEven) } }] as const;
  });
  return { ...parameters, sites: Object.fromEntries(sites) };
}
