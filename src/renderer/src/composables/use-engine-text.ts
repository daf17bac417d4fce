/** Sentences of the engine in the language of the window. */
import { useI18n } from 'vue-i18n';
import { locales } from '../../../shared/window-contract';
import type { Failure } from '../../../shared/failure';
import type { SkippedImage } from '../../../shared/records';
import { engineSentence, failureText, skipText } from '../engine-text/engine-words';

export interface EngineText {
  sentence(text: string): string;
  failure(failure: Failure): Failure;
  skipped(image: SkippedImage): string;
}

export function useEngineText(): EngineText {
  const { locale } = useI18n();
  const language = (): (typeof locales)[number] => locales.find((other) => other === locale.value) ?? 'en';
  return {
    sentence: (text) => engineSentence(text, language()),
    failure: (failure) => failureText(failure, language()),
    skipped: (image) => skipText(image, language()),
  };
}
