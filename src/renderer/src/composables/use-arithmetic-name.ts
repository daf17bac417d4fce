/** How an arithmetic is called in the window: one word where it only tells rows apart. */
import { useI18n } from 'vue-i18n';
import { arithmetics } from '../../../shared/settings';

export function useArithmeticName(): (id: string) => string {
  const { t } = useI18n();
  return (id) => {
    const known = arithmetics.find((other) => other === id);
    // A workspace of a newer version may know more of them.
    return known === undefined ? id : t(`arithmetics.${known}.short`);
  };
}
