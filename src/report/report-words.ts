/** The report's languages. */
import { assertNever } from '../shared/assert-never';
import { englishWords, type ReportLanguage, type ReportWords } from './words';
import { koreanWords } from './words-ko';

export const reportLanguages: readonly ReportLanguage[] = ['en', 'ko'];

export function reportWords(language: ReportLanguage): ReportWords {
  switch (language) {
    case 'en': return englishWords;
    case 'ko': return koreanWords;
    default: return assertNever(language, 'language of a report');
  }
}
