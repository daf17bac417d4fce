/** Remarks on a reproduction as sentences of the window's language. */
import { useI18n } from 'vue-i18n';
import { assertNever } from '../../../shared/assert-never';
import type { ReproductionRemark } from '../../../shared/reproduction-remarks';
import { useFormat } from './use-format';

/** Remarks that say the same of several models are one sentence; `details` lists what each says by itself. */
export interface RemarkLine {
  readonly text: string;
  readonly details: string | undefined;
}

export function useReproductionWords(): { remark(remark: ReproductionRemark): string; lines(remarks: readonly ReproductionRemark[]): RemarkLine[]; figure(value: number): string } {
  const { t } = useI18n();
  const format = useFormat();

  /** With the digits that it was published with. */
  const figure = (value: number): string => format.percent(value, Number.isInteger(Number((value * 100).toFixed(6))) ? 2 : 3);

  function remark(said: ReproductionRemark): string {
    switch (said.kind) {
      case 'missing': return t('reproduce.remarks.missing', { title: said.title, weights: said.weights });
      case 'otherWeights': return t('reproduce.remarks.otherWeights', { title: said.title, weights: said.weights, tag: said.tag });
      case 'unsaidWeights': return t('reproduce.remarks.unsaidWeights', { title: said.title, weights: said.weights });
      case 'preprocess': return t('reproduce.remarks.preprocess', { title: said.title });
      case 'notImagenet': case 'noTrain': case 'integer': return t(`reproduce.remarks.${said.kind}`);
      case 'otherTrain': case 'otherImages': case 'otherDraw': return t(`reproduce.remarks.${said.kind}`, { images: format.count(said.images), expected: format.count(said.expected) });
      case 'unfinished': return t('reproduce.remarks.unfinished', { title: said.title, runs: format.count(said.runs) }, said.runs);
      case 'takenFrom': return t('reproduce.remarks.takenFrom', { as: said.as, scheme: said.scheme });
      case 'logDiffers': return t('reproduce.remarks.logDiffers', { title: said.title, scheme: said.scheme, page: figure(said.page), log: figure(said.log) });
      case 'logOnly': return t('reproduce.remarks.logOnly', { schemes: said.schemes.join(', ') });
      case 'unpublished': return t('reproduce.remarks.unpublished', { titles: said.titles.join(', ') });
      default: return assertNever(said, 'remark');
    }
  }

  /** In the order of the first of each kind. */
  function lines(remarks: readonly ReproductionRemark[]): RemarkLine[] {
    const kinds = [...new Set(remarks.map(({ kind }) => kind))];
    return kinds.flatMap((kind): RemarkLine[] => {
      const alike = remarks.filter((said) => said.kind === kind);
      const titles = alike.flatMap((said) => ('title' in said ? [said.title] : []));
      const alone = alike.map(remark);
      if ((kind !== 'unsaidWeights' && kind !== 'preprocess' && kind !== 'missing') || titles.length < 2) return alone.map((text) => ({ text, details: undefined }));
      return [{ text: t(`reproduce.remarks.${kind}Many`, { titles: titles.join(', ') }), details: alone.join('\n') }];
    });
  }

  return { remark, lines, figure };
}
