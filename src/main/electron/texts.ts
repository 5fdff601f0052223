import { app } from 'electron';
import type { Settings } from '../../contract/index.ts';
import enJobs from '../../../resources/locales/en/jobs.json' with { type: 'json' };
import en from '../../../resources/locales/en/main.json' with { type: 'json' };
import nlJobs from '../../../resources/locales/nl/jobs.json' with { type: 'json' };
import nl from '../../../resources/locales/nl/main.json' with { type: 'json' };

/** `kinds`: what each kind of job is called. */
export type MainTexts = typeof en & { readonly kinds: typeof enJobs.kind };

/** The language the user has chosen for the whole computer, as a BCP 47 tag. */
export function systemLanguage(): string {
  return app.getPreferredSystemLanguages()[0] ?? app.getLocale();
}

/** The texts of native dialogs, in the language of the window. */
export function mainTexts(settings: Settings): MainTexts {
  const language = settings.language === 'system' ? systemLanguage() : settings.language;
  return language.toLowerCase().startsWith('nl') ? { ...nl, kinds: nlJobs.kind } : { ...en, kinds: enJobs.kind };
}
