/** F6: from one region of the window to the next, as in other programs with panels. */

const focusable = 'button:not(:disabled), input:not(:disabled), [tabindex]:not([tabindex="-1"]), a[href]';

/** Regions are marked `data-region`; those with nothing to focus are passed over. */
export function stepRegion(by: 1 | -1): void {
  const regions = [...document.querySelectorAll<HTMLElement>('[data-region]')].filter((region) => region.querySelector(focusable) !== null);
  if (regions.length === 0) return;
  const here = regions.findIndex((region) => region.contains(document.activeElement));
  const start = here < 0 && by < 0 ? 0 : here;
  const next = regions[(start + by + regions.length) % regions.length];
  // What is selected in the region is where one goes on; else its first control.
  const target = next?.querySelector<HTMLElement>('[aria-current="page"], [aria-pressed="true"].cell, [aria-pressed="true"].entry') ?? next?.querySelector<HTMLElement>(focusable);
  target?.focus();
}
