import { useTranslation } from 'react-i18next';
import type { WindowsEdition, WindowsMediaInfo } from '../../../contract/index.ts';
import { Bytes } from '../../components/Bytes.tsx';
import { Icon } from '../../components/Icon.tsx';
import { Notice } from '../../components/Notice.tsx';
import { formatDay } from '../../formatting/numbers.ts';

/** Which Windows a disc installs, and on what. */
export function MediaCard({ media }: { media: WindowsMediaInfo }) {
  const { t, i18n } = useTranslation();
  const starts = [...media.uefi.map((architecture) => `UEFI ${architecture}`), ...(media.bios ? ['BIOS'] : [])];
  return (
    <section className="panel image-card" aria-labelledby="media-name">
      <div className="image-head">
        <span className="disk-row-icon"><Icon name="windows" size={30} /></span>
        <div>
          <h2 id="media-name">{titleOf(media.editions) || media.name}</h2>
          <p>{[media.name, media.label && `“${media.label}”`].filter(Boolean).join(' · ')}</p>
        </div>
      </div>
      {media.editions.length > 0 ? (
        <table className="editions">
          <caption className="visually-hidden">{t('windows:media.editions')}</caption>
          <thead>
            <tr>{(['number', 'edition', 'architecture', 'languages', 'build', 'size'] as const).map((column) => <th key={column} scope="col">{t(`windows:media.${column}`)}</th>)}</tr>
          </thead>
          <tbody>
            {media.editions.map((edition) => (
              <tr key={`${edition.wim} ${edition.index}`}>
                <td>{edition.index}</td>
                <td><strong>{edition.name}</strong></td>
                <td>{edition.architecture}</td>
                <td>{edition.languages.join(', ')}</td>
                <td>{[edition.version.split('.').slice(2).join('.'), edition.createdAt && formatDay(i18n.language, edition.createdAt)].filter(Boolean).join(' · ')}</td>
                <td><Bytes value={edition.size} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : <Notice kind="info" title={t('windows:media.no-editions')}><p>{t('windows:media.no-editions-text')}</p></Notice>}
      <dl className="facts">
        <div><dt>{t('windows:media.starts')}</dt><dd>{starts.join(', ') || t('media:nothing')}</dd></div>
        <div><dt>{t('windows:media.contents')}</dt><dd>{t('windows:media.files', { count: media.files })}, <Bytes value={media.bytes} /></dd></div>
        {media.installs.map(({ path, size, solid }) => (
          <div key={path}><dt className="mono">{path}</dt><dd><Bytes value={size} />{solid && ` · ${t('media:solid')}`}</dd></div>
        ))}
      </dl>
    </section>
  );
}

/** What all editions are called up to where they differ: `Windows 11` of Home and Pro. */
function titleOf(editions: readonly WindowsEdition[]): string {
  const [first = [], ...rest] = editions.map(({ name }) => name.split(' '));
  const same = first.findIndex((word, at) => rest.some((other) => other[at] !== word));
  return (same < 0 ? first : first.slice(0, same)).join(' ');
}
