/** A share of the window's height, in pixels: charts use a large screen and leave a small one to the tables. */
import type { Ref } from 'vue';
import { onScopeDispose, ref } from 'vue';

export function useTall(share: number, least: number, most: number): Readonly<Ref<number>> {
  const wanted = (): number => Math.round(Math.min(most, Math.max(least, share * window.innerHeight)));
  const tall = ref(wanted());
  const onResize = (): void => { tall.value = wanted(); };
  window.addEventListener('resize', onResize);
  onScopeDispose(() => window.removeEventListener('resize', onResize));
  return tall;
}
