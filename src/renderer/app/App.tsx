import { useEffect } from 'react';
import { I18nProvider } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { JobScreen } from '../components/job/JobScreen.tsx';
import { useNavigation } from '../stores/navigation.ts';
import { languageOf, useSettings } from '../stores/settings.ts';
import { HistoryScreen } from '../history/HistoryScreen.tsx';
import { PastJobScreen } from '../history/PastJobScreen.tsx';
import { LibraryScreen } from '../library/LibraryScreen.tsx';
import { CaptureWizard } from '../wizards/capture/CaptureWizard.tsx';
import { DriversWizard } from '../wizards/drivers/DriversWizard.tsx';
import { ExtractWizard } from '../wizards/extract/ExtractWizard.tsx';
import { FormatWizard } from '../wizards/format/FormatWizard.tsx';
import { IsoWizard } from '../wizards/iso/IsoWizard.tsx';
import { ReadWizard } from '../wizards/read/ReadWizard.tsx';
import { RestoreWizard } from '../wizards/restore/RestoreWizard.tsx';
import { WindowsStickWizard } from '../wizards/windows-stick/WindowsStickWizard.tsx';
import { WinpeWizard } from '../wizards/winpe/WinpeWizard.tsx';
import { WriteWizard } from '../wizards/write/WriteWizard.tsx';
import { DropArea } from './DropArea.tsx';
import { EngineGone } from './EngineGone.tsx';
import { Header } from './Header.tsx';
import { Home } from './Home.tsx';
import { changeLanguage } from './i18n.ts';

export function App() {
  const { i18n } = useTranslation();
  const language = useSettings((state) => languageOf(state.settings, state.info?.systemLanguage ?? 'en'));
  useTheme();
  useEffect(() => {
    if (i18n.language !== language) void changeLanguage(language);
  }, [i18n, language]);
  return (
    <I18nProvider locale={i18n.language}>
      <div className="app">
        <Header />
        <EngineGone />
        <CurrentScreen />
      </div>
      <DropArea />
    </I18nProvider>
  );
}

function CurrentScreen() {
  const screen = useNavigation((state) => state.screen);
  switch (screen.name) {
    case 'home': return <Home />;
    case 'capture': return <CaptureWizard />;
    case 'restore': return <RestoreWizard />;
    case 'library': return <LibraryScreen />;
    case 'history': return <HistoryScreen />;
    case 'past': return <PastJobScreen key={screen.id} id={screen.id} />;
    case 'write': return <WriteWizard />;
    case 'windows-stick': return <WindowsStickWizard />;
    case 'winpe': return <WinpeWizard />;
    case 'drivers': return <DriversWizard />;
    case 'iso': return <IsoWizard />;
    case 'extract': return <ExtractWizard />;
    case 'format': return <FormatWizard />;
    case 'read': return <ReadWizard />;
    case 'job': return <JobScreen key={screen.jobId} jobId={screen.jobId} />;
  }
}

/** A chosen theme is put on the document; "system" leaves it to the system, which the main process may report. */
function useTheme(): void {
  const theme = useSettings((state) => (state.settings.theme !== 'system' ? state.settings.theme : null));
  const systemDark = useSettings((state) => state.systemDark);
  useEffect(() => {
    const shown = theme ?? (systemDark === null ? null : systemDark ? 'dark' : 'light');
    if (shown) document.documentElement.dataset['theme'] = shown;
    else delete document.documentElement.dataset['theme'];
  }, [theme, systemDark]);
}
