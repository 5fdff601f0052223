import { useTranslation } from 'react-i18next';
import type { Settings } from '../../contract/index.ts';
import { AppMark } from '../components/AppMark.tsx';
import { Icon } from '../components/Icon.tsx';
import { Segmented } from '../components/Segmented.tsx';
import { goHome, useNavigation } from '../stores/navigation.ts';
import { languageOf, useSettings } from '../stores/settings.ts';
import { Button } from '../components/Button.tsx';
import { RunningJobs } from './RunningJobs.tsx';

/** The bar on top: home, what is running, the history, language and theme. */
export function Header() {
  const { t } = useTranslation();
  const theme = useSettings((state) => state.settings.theme);
  const language = useSettings((state) => languageOf(state.settings, state.info?.systemLanguage ?? 'en'));
  const preview = useSettings((state) => state.info?.preview ?? false);
  const change = useSettings((state) => state.change);
  const keep = (setting: Partial<Settings>) => void change(setting).catch(() => undefined);
  return (
    <header className="header">
      <Button kind="quiet" className="header-home" aria-label={t('app:home.go')} onPress={goHome}>
        <AppMark size={36} />
        <span className="header-name">Werkbank</span>
      </Button>
      {preview && <span className="badge badge-preview" title={t('app:preview.why')}><Icon name="info" size={16} />{t('app:preview.mark')}</span>}
      <div className="header-space" />
      <RunningJobs />
      <Button kind="quiet" className="header-history" aria-label={t('history:title')} onPress={() => useNavigation.getState().go({ name: 'history' })}><Icon name="history" size={20} /><span className="header-history-word">{t('history:title')}</span></Button>
      <Segmented
        label={t('app:language')}
        value={language}
        onChange={(value) => keep({ language: value })}
        options={[
          { value: 'en', name: 'English', shown: 'EN', lang: 'en' },
          { value: 'nl', name: 'Nederlands', shown: 'NL', lang: 'nl' },
        ]}
      />
      <Segmented
        label={t('app:theme.label')}
        value={theme}
        onChange={(value) => keep({ theme: value })}
        options={[
          { value: 'system', name: t('app:theme.system'), shown: <Icon name="system-theme" size={20} /> },
          { value: 'light', name: t('app:theme.light'), shown: <Icon name="sun" size={20} /> },
          { value: 'dark', name: t('app:theme.dark'), shown: <Icon name="moon" size={20} /> },
        ]}
      />
    </header>
  );
}
