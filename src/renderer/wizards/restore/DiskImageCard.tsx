import { useTranslation } from 'react-i18next';
import type { DiskImageInfo } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { DiskBar } from '../../components/DiskBar.tsx';
import { FindParent } from '../../components/FindParent.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice, Notice } from '../../components/Notice.tsx';
import { formatBytes, formatMoment } from '../../formatting/numbers.ts';
import { useRestore } from '../../stores/restore.ts';

/** What an image of a disk is, in words and drawn, and what it builds on. */
export function DiskImageCard({ image }: { image: DiskImageInfo }) {
  const { t, i18n } = useTranslation();
  const describe = useRestore((state) => state.describe);
  const { identity } = image;
  const bad = identity?.bad.bytes ?? 0;
  return (
    <section className="panel image-card" aria-labelledby="image-name">
      <div className="image-head">
        <span className="disk-row-icon"><Icon name="image" size={30} /></span>
        <div>
          <h2 id="image-name">{image.name}</h2>
          <p>{[t(`jobs:format.${image.format}`), image.variant, identity?.description].filter(Boolean).join(' · ')}</p>
        </div>
      </div>
      {image.chain.map(({ error }, index) => error && <ErrorNotice key={index} error={error}><FindParent error={error} onAgain={() => void describe(image.location)} /></ErrorNotice>)}
      {image.size > 0 && <DiskBar size={image.size} partitions={image.partitions} table={image.table} />}
      <DiskImageFacts image={image} />
      {image.chain.length > 0 && (
        <ol className="chain" aria-label={t('wizard:library.builds-on')}>
          {image.chain.map((link, index) => (
            <li key={index}>
              <p><Icon name="link" size={18} /><span>{t('wizard:library.builds-on')} <strong>{link.name}</strong>{link.createdAt && `, ${formatMoment(i18n.language, link.createdAt)}`}</span></p>
            </li>
          ))}
        </ol>
      )}
      {bad > 0 && <Notice kind="warning" title={t('wizard:restore.holes', { size: formatBytes(i18n.language, bad) })}><p>{t('wizard:restore.holes-text')}</p></Notice>}
    </section>
  );
}

export function DiskImageFacts({ image }: { image: DiskImageInfo }) {
  const { t, i18n } = useTranslation();
  const { identity } = image;
  return (
    <dl className="facts">
      <div><dt>{t('wizard:restore.disk-size')}</dt><dd><Bytes value={image.size} /></dd></div>
      <div>
        <dt>{t('wizard:restore.content')}</dt>
        <dd>
          {image.usedBytes === null ? <Bytes value={image.storedBytes} /> : t('wizard:restore.used-stored', { used: formatBytes(i18n.language, image.usedBytes), stored: formatBytes(i18n.language, image.storedBytes) })}
        </dd>
      </div>
      {identity && (
        <>
          <div><dt>{t('wizard:restore.made')}</dt><dd>{formatMoment(i18n.language, identity.createdAt)}</dd></div>
          {identity.source.machine && <div><dt>{t('wizard:restore.machine')}</dt><dd>{[identity.source.machine, identity.source.system].filter(Boolean).join(' · ')}</dd></div>}
          <div><dt>{t('wizard:restore.source')}</dt><dd>{[identity.source.model, identity.source.serial].filter(Boolean).join(' · ') || t('wizard:disk.nameless')}</dd></div>
          {identity.purpose && <div><dt>{t('wizard:restore.purpose')}</dt><dd>{identity.purpose}</dd></div>}
        </>
      )}
    </dl>
  );
}
