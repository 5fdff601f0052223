import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../../contract/index.ts';
import { call, toPlainError } from '../../bridge.ts';
import { Button } from '../Button.tsx';
import { Icon } from '../Icon.tsx';
import { ErrorNotice, Notice } from '../Notice.tsx';

/** Keeps the report as a file for the ticket. */
export function SaveReport({ jobId }: { jobId: string }) {
  const { t, i18n } = useTranslation();
  const [saved, setSaved] = useState<string | null>(null);
  const [error, setError] = useState<PlainError | null>(null);

  const attempt = async (act: () => Promise<void>) => {
    setError(null);
    try {
      await act();
    } catch (thrown) {
      setError(toPlainError(thrown));
    }
  };
  const save = (format: 'html' | 'json') => attempt(async () => {
    const path = await call('report.save', { jobId, format, language: i18n.language === 'nl' ? 'nl' : 'en' });
    if (path !== null) setSaved(path);
  });

  return (
    <section className="panel" aria-labelledby="report-save">
      <h2 id="report-save">{t('report-view:save')}</h2>
      <div className="row">
        <Button onPress={() => void save('html')}><Icon name="save" size={20} />{t('report-view:save-html')}</Button>
        <Button onPress={() => void save('json')}><Icon name="save" size={20} />{t('report-view:save-json')}</Button>
      </div>
      {saved && (
        <Notice kind="success" announced title={t('report-view:saved')}>
          <p className="mono">{saved}</p>
          <div className="notice-actions">
            <Button onPress={() => void attempt(async () => { await call('report.show', { path: saved }); })}><Icon name="folder" size={20} />{t('report-view:show')}</Button>
          </div>
        </Notice>
      )}
      {error && <ErrorNotice error={error} />}
    </section>
  );
}
