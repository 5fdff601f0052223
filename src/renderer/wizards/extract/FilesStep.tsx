import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Bytes } from '../../components/Bytes.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { TextInput } from '../../components/TextInput.tsx';
import { useExtract } from '../../stores/extract.ts';
import { DiscTree } from './DiscTree.tsx';

/** Everything, or chosen files and folders. The tree can be looked at either way. */
export function FilesStep() {
  const { t } = useTranslation();
  const { disc, all, search, hits, listError, find, setOptions } = useExtract();
  return (
    <>
      <StepHeading lead={t('extract:files.lead', { name: disc?.label || disc?.name })}>{t('extract:files.title')}</StepHeading>
      <RadioCards
        small
        label={t('extract:files.title')}
        value={all ? 'all' : 'some'}
        onChange={(value) => setOptions({ all: value === 'all' })}
        options={[
          { value: 'all', name: t('extract:files.all'), text: disc && <>{t('iso:files', { count: disc.files })}, <Bytes value={disc.bytes} /></> },
          { value: 'some', name: t('extract:files.some'), text: t('extract:files.some-text') },
        ]}
      />
      <section className="panel disc-browser" aria-label={t('extract:files.on-disc')}>
        <FindField value={search} onFind={(text) => void find(text)} />
        <p className="disc-found" role="status">{hits && t('extract:files.found', { count: hits.total })}</p>
        {listError && <ErrorNotice error={listError} />}
        <DiscTree />
      </section>
    </>
  );
}

/** Escape empties it before it goes back a step. */
function FindField({ value, onFind }: { value: string; onFind: (text: string) => void }) {
  const { t } = useTranslation();
  const field = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const place = field.current;
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || value === '') return;
      event.preventDefault();
      onFind('');
    };
    place?.addEventListener('keydown', press);
    return () => place?.removeEventListener('keydown', press);
  }, [value, onFind]);
  return <div ref={field}><TextInput label={t('extract:files.find')} placeholder={t('extract:files.find-example')} value={value} onChange={onFind} /></div>;
}
