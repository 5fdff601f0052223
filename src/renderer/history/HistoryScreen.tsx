import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry, PlainError } from '../../contract/index.ts';
import { errorTexts } from '../app/i18n.ts';
import { call, toPlainError } from '../bridge.ts';
import { Button } from '../components/Button.tsx';
import { Fold } from '../components/Fold.tsx';
import { Icon, type IconName } from '../components/Icon.tsx';
import { ErrorNotice, Notice } from '../components/Notice.tsx';
import { ShowMore, useFirst } from '../components/ShowMore.tsx';
import { StepHeading } from '../components/StepHeading.tsx';
import { TextInput } from '../components/TextInput.tsx';
import { formatDuration, formatMoment } from '../formatting/numbers.ts';
import { useHistory } from '../stores/history.ts';
import { goHome, useNavigation } from '../stores/navigation.ts';

/** All jobs that have ended, newest first: to be found again for a ticket. */
export function HistoryScreen() {
  const { t } = useTranslation();
  const { list, error, search, load, find } = useHistory();
  useEffect(() => {
    void load();
  }, [load]);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) goHome();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
  const entries = list?.entries ?? [];
  const { first, rest, showMore } = useFirst(entries, search);
  return (
    <main className="home">
      <div className="home-inner history">
        <div className="library-top">
          <StepHeading lead={t('history:lead')}>{t('history:title')}</StepHeading>
          <Button onPress={goHome}><Icon name="back" size={20} />{t('wizard:home')}</Button>
        </div>
        {error && <ErrorNotice error={error}><Button onPress={() => void load()}>{t('wizard:plan.again')}</Button></ErrorNotice>}
        <div className="history-tools">
          <TextInput label={t('history:search')} description={t('history:search-text')} value={search} onChange={find} maxLength={200} />
          <ExportAll count={entries.length} />
        </div>
        {list === null && !error && <p className="busy" role="status"><span className="spinner" aria-hidden="true" />{t('history:looking')}</p>}
        {list && (
          <>
            <p className="visually-hidden" role="status">{t('history:found', { count: entries.length })}</p>
            {entries.length === 0 && (
              <div className="empty">
                <Icon name="history" size={44} />
                <strong>{t(search.trim() === '' ? 'history:none' : 'history:none-found')}</strong>
                <p>{t(search.trim() === '' ? 'history:none-text' : 'history:none-found-text')}</p>
              </div>
            )}
            {entries.length > 0 && <ul className="history-list">{first.map((entry) => <Entry key={entry.id} entry={entry} />)}</ul>}
            <ShowMore rest={rest} onPress={showMore} />
            {list.faulty.length > 0 && (
              <Fold title={t('history:faulty', { count: list.faulty.length })}>
                <ul className="notes">
                  {list.faulty.map(({ path, error: fault }) => <li key={path} className="note-warns"><Icon name="warning" size={20} /><span>{errorTexts(t, fault).title}</span></li>)}
                </ul>
              </Fold>
            )}
            <p className="history-place">{t('history:place')} <span className="mono">{list.folder}</span></p>
          </>
        )}
      </div>
    </main>
  );
}

const OUTCOME_ICONS: Readonly<Record<HistoryEntry['outcome'], IconName>> = { done: 'check', partly: 'warning', failed: 'danger', cancelled: 'stop', unknown: 'question' };

function Entry({ entry }: { entry: HistoryEntry }) {
  const { t, i18n } = useTranslation();
  const { id, kind, outcome, startedAt, elapsedSeconds, computer, disks, image } = entry;
  const go = useNavigation((state) => state.go);
  const [first, ...more] = disks;
  const about = [image, first && [first.model, first.serial].filter((part) => part !== '').join(' '), more.length > 0 ? t('history:more', { count: more.length }) : ''].filter((part) => part);
  const title = `${t(`jobs:kind.${kind}`)}, ${formatMoment(i18n.language, startedAt)}`;
  return (
    <li className="job-card">
      <span className={`job-card-icon outcome-${outcome}`}><Icon name={OUTCOME_ICONS[outcome]} size={24} /></span>
      <div className="job-card-text">
        <strong>{t(`jobs:kind.${kind}`)} <span className={`history-outcome outcome-word-${outcome}`}>{t(`jobs:outcome.${outcome}`)}</span></strong>
        <span className="history-about">{about.join(' · ')}</span>
        <span className="history-when">{formatMoment(i18n.language, startedAt)} · {formatDuration(i18n.language, elapsedSeconds)} · {computer}</span>
      </div>
      <Button aria-label={t('history:open-of', { job: title })} onPress={() => go({ name: 'past', id })}>{t('history:open')}</Button>
    </li>
  );
}

/** All that the search finds, into a folder. */
function ExportAll({ count }: { count: number }) {
  const { t, i18n } = useTranslation();
  const search = useHistory((state) => state.search);
  const [saved, setSaved] = useState<{ path: string; count: number } | null>(null);
  const [error, setError] = useState<PlainError | null>(null);
  const attempt = async (act: () => Promise<void>) => {
    setError(null);
    try {
      await act();
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  const save = () => attempt(async () => {
    const done = await call('history.export', { search, language: i18n.language === 'nl' ? 'nl' : 'en' });
    if (done) setSaved(done);
  });
  return (
    <>
      <Button isDisabled={count === 0} onPress={() => void save()}><Icon name="save" size={20} />{t('history:export', { count })}</Button>
      {(saved !== null || error !== null) && (
        <div className="history-saved">
          {saved && (
            <Notice kind="success" announced title={t('history:exported', { count: saved.count })}>
              <p className="mono">{saved.path}</p>
              <div className="notice-actions">
                <Button onPress={() => void attempt(async () => { await call('report.show', { path: saved.path }); })}><Icon name="folder" size={20} />{t('report-view:show')}</Button>
              </div>
            </Notice>
          )}
          {error && <ErrorNotice error={error} />}
        </div>
      )}
    </>
  );
}
