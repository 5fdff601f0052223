import { useTranslation } from 'react-i18next';
import { Notice } from '../../components/Notice.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { formatBytes, formatMoment } from '../../formatting/numbers.ts';
import { useCapture } from '../../stores/capture.ts';

/** An interrupted capture lies at the destination: go on with it, or throw it away. `onChange` is told the answer. */
export function UnfinishedChoice({ onChange }: { onChange?: () => void }) {
  const { t, i18n } = useTranslation();
  const { unfinished, resume, overwrite, setOptions } = useCapture();
  if (!unfinished) return null;
  const { source, startedAt, storedBytes } = unfinished;
  return (
    <Notice kind="warning" announced title={t('wizard:unfinished.title')}>
      <p>{t('wizard:unfinished.text', { disk: source.model || t('wizard:disk.nameless'), at: formatMoment(i18n.language, startedAt), stored: formatBytes(i18n.language, storedBytes) })}</p>
      <RadioCards
        label={t('wizard:unfinished.title')}
        value={resume ? 'resume' : overwrite ? 'again' : null}
        onChange={(value) => {
          setOptions({ resume: value === 'resume', overwrite: value === 'again' });
          onChange?.();
        }}
        options={[
          { value: 'resume', name: t('wizard:unfinished.resume'), text: t('wizard:unfinished.resume-text') },
          { value: 'again', name: t('wizard:unfinished.again'), text: t('wizard:unfinished.again-text') },
        ]}
      />
    </Notice>
  );
}
