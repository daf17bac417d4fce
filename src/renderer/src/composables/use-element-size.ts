/** The size of an element's content, without its padding, as long as it is there; 0 x 0 before it was measured. */
import type { Ref } from 'vue';
import { onScopeDispose, ref, watch } from 'vue';

export function useElementSize(element: Ref<HTMLElement | null>): { readonly width: Ref<number>; readonly height: Ref<number> } {
  const width = ref(0);
  const height = ref(0);
  const observer = new ResizeObserver((entries) => {
    for (const { contentRect } of entries) {
      width.value = contentRect.width;
      height.value = contentRect.height;
    }
  });
  watch(element, (next, before) => {
    if (before) observer.unobserve(before);
    if (next) observer.observe(next);
  }, { immediate: true });
  onScopeDispose(() => observer.disconnect());
  return { width, height };
}
