/** English and Korean. Both files have the same keys: the type of one is the type of the other, and a test compares them at run time too. */
import { createI18n } from 'vue-i18n';
import { en } from './locales/en';
import { ko } from './locales/ko';

export const i18n = createI18n<[typeof en], 'en' | 'ko', false>({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en, ko },
});
