/**
 * A run's settings as the workspace holds them: JSON with sorted keys, so that equal settings are equal texts. The order of overrides has a
 * meaning that sorting would destroy, so they are stored as a list of [pattern, value], and not at all when there are none.
 */
import { someOverrides } from '../../../shared/overrides';
import { runSettingsSchema, type RunSettings } from '../../../shared/settings';
import { canonicalJson, parseStored } from './stored-json';

export function settingsText({ overrides, ...rest }: RunSettings): string {
  const some = someOverrides(overrides);
  return canonicalJson(some === undefined ? rest : { ...rest, overrides: Object.entries(some) });
}

/** Throws when the text does not fit its record. */
export function parseSettings(text: string): RunSettings {
  return parseStored(runSettingsSchema, text.includes('"overrides"') ? asRecord(text) : text, 'run settings');
}

function asRecord(text: string): string {
  return JSON.stringify(JSON.parse(text, (key, value: unknown) => (key === 'overrides' && Array.isArray(value) ? Object.fromEntries(value) : value)));
}
