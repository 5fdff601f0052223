import { useTranslation } from 'react-i18next';
import type { WindowsMediaInfo } from '../../../contract/index.ts';
import { Checkbox } from '../../components/Checkbox.tsx';
import { Fold } from '../../components/Fold.tsx';
import { Notice } from '../../components/Notice.tsx';
import { formatBytes } from '../../formatting/numbers.ts';
import { useWindowsStick } from '../../stores/windows-stick.ts';

/** Larger files FAT32 does not take. */
const FAT32_MAX_FILE = 2 ** 32 - 1;

/** Which Windows go along, and that one which FAT32 cannot take as it is will be packed anew. */
export function EditionChoice({ media }: { media: WindowsMediaInfo }) {
  const { t, i18n } = useTranslation();
  const { editions, setOptions } = useWindowsStick();
  const [install, ...others] = media.installs;
  if (!install) return null;
  const numbers = media.editions.map(({ index }) => index);
  const isChosen = (index: number): boolean => editions.length === 0 || editions.includes(index);
  const choose = (index: number, chosen: boolean) => {
    const wanted = numbers.filter((number) => (number === index ? chosen : isChosen(number)));
    // None is no stick; all of them need no choice.
    if (wanted.length > 0) setOptions({ editions: wanted.length === numbers.length ? [] : wanted });
  };
  const large = media.installs.find(({ solid, size }) => solid && size > FAT32_MAX_FILE);
  return (
    <>
      {large && <Notice kind="info" title={t('windows:repack.title', { path: large.path, size: formatBytes(i18n.language, large.size) })}><p>{t('windows:repack.text')}</p></Notice>}
      {others.length === 0 && numbers.length > 1 && (
        <Fold title={t('windows:editions.title')} hint={editions.length === 0 ? t('windows:editions.all') : t('windows:editions.some', { count: editions.length, of: numbers.length })}>
          <div className="panel">
            <p className="field-description">{t('windows:editions.text')}</p>
            {media.editions.map(({ index, name }) => (
              <Checkbox key={index} isSelected={isChosen(index)} onChange={(chosen) => choose(index, chosen)}>{name}</Checkbox>
            ))}
          </div>
        </Fold>
      )}
    </>
  );
}
