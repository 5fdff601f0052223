import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { ErrorBoundary } from './app/ErrorBoundary.tsx';
import { listenToEverything } from './app/events.ts';
import { startTexts } from './app/i18n.ts';
import { useDisks } from './stores/disks.ts';
import { useJobs } from './stores/jobs.ts';
import { goToJob } from './stores/navigation.ts';
import { languageOf, useSettings } from './stores/settings.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/layout.css';
import './styles/controls.css';
import './styles/disks.css';
import './styles/jobs.css';
import './styles/imaging.css';
import './styles/preflight.css';
import './styles/windows.css';
import './styles/discs.css';

/** A window that was closed and opened again finds its running job where it is now. */
async function findJobs(): Promise<void> {
  await useJobs.getState().load();
  const running = Object.values(useJobs.getState().jobs).filter((job) => job.report === null);
  const only = running.length === 1 ? running[0] : undefined;
  if (only) goToJob(only.jobId);
}

listenToEverything();
const { load } = useSettings.getState();
await load().catch(() => undefined);
const { settings, info } = useSettings.getState();
await startTexts(languageOf(settings, info?.systemLanguage ?? navigator.language));
// The first screen does not wait for the engine host, which may still be starting.
void useDisks.getState().load();
void findJobs().catch(() => undefined);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <ErrorBoundary>
      <App />
    </ErrorBoundary>
  </StrictMode>,
);
