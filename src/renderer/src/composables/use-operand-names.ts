/** Operands in the language of the window: "input", "attention map, head 3". */
import { useI18n } from 'vue-i18n';
import { operandWord } from '../calibration/operand-words';

export function useOperandNames(): (site: string, operand: string) => string {
  const { t } = useI18n();
  return (site, operand) => {
    const { word, head } = operandWord(site, operand);
    const name = t(`calibration.operands.${word}`);
    return head === null ? name : t('calibration.operandOfHead', { name, head });
  };
}
