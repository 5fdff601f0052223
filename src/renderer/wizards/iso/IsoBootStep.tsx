import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Checkbox } from '../../components/Checkbox.tsx';
import { Fold } from '../../components/Fold.tsx';
import { Icon } from '../../components/Icon.tsx';
import { ErrorNotice } from '../../components/Notice.tsx';
import { PathInput } from '../../components/PathInput.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { StepHeading } from '../../components/StepHeading.tsx';
import { useIso, type BootWish } from '../../stores/iso.ts';
import { NamesBox } from './NamesBox.tsx';

/** What machines start from the disc: found in the folder, named by hand, or nothing. */
export function IsoBootStep() {
  const { t } = useTranslation();
  const { found, plain, hybrid, names, udf, bootInfo, bios, setOptions } = useIso();
  return (
    <>
      <StepHeading lead={t('iso:boot.lead')}>{t('iso:boot.title')}</StepHeading>
      <RadioCards
        small
        label={t('iso:boot.title')}
        value={plain ? 'plain' : 'bootable'}
        onChange={(value) => setOptions({ plain: value === 'plain' })}
        options={(['bootable', 'plain'] as const).map((value) => ({ value, name: t(`iso:boot.${value}`), text: t(`iso:boot.${value}-text`) }))}
      />
      {found?.bootError && <ErrorNotice error={found.bootError} />}
      {!plain && (
        <>
          <Firmware kind="efi" />
          <Firmware kind="bios" />
          <section className="panel options" aria-label={t('iso:boot.stick')}>
            <Checkbox isSelected={hybrid} onChange={(on) => setOptions({ hybrid: on })}>{t('iso:boot.hybrid')}<span className="confirmation-why">{t('iso:boot.hybrid-text')}</span></Checkbox>
          </section>
        </>
      )}
      <Fold title={t('iso:boot.more')}>
        <div className="panel options">
          {!found?.nameError && <NamesBox />}
          <Checkbox isSelected={!udf || names === 'linux'} isDisabled={names === 'linux'} onChange={(without) => setOptions({ udf: !without })}>{t('iso:boot.no-udf')}<span className="confirmation-why">{t('iso:boot.no-udf-text')}</span></Checkbox>
          {!plain && bios !== 'none' && (
            <Checkbox isSelected={bootInfo || (found?.boot.bootInfo === true && bios === 'found')} isDisabled={found?.boot.bootInfo === true && bios === 'found'} onChange={(on) => setOptions({ bootInfo: on })}>
              {t('iso:boot.info')}<span className="confirmation-why">{t('iso:boot.info-text')}</span>
            </Checkbox>
          )}
        </div>
      </Fold>
    </>
  );
}

/** What machines with one kind of firmware start. */
function Firmware({ kind }: { kind: 'bios' | 'efi' }) {
  const { t } = useTranslation();
  const state = useIso();
  const path = state.found?.boot[kind] ?? null;
  const set = (value: BootWish) => state.setOptions(kind === 'bios' ? { bios: value } : { efi: value });
  const made = path === 'efi.img';
  return (
    <section className="panel" aria-labelledby={`boot-${kind}`}>
      <h2 id={`boot-${kind}`} className="boot-head"><Icon name="chip" size={24} />{t(`iso:boot.${kind}`)}</h2>
      <RadioCards
        small
        label={t(`iso:boot.${kind}`)}
        value={state[kind]}
        onChange={set}
        options={[
          { value: 'found', name: path === null ? t('iso:boot.found-nothing') : made ? t('iso:boot.made') : <Path path={path} />, text: path === null ? t(`iso:boot.looked-${kind}`) : t(made ? 'iso:boot.made-text' : 'iso:boot.found'), disabled: path === null },
          { value: 'file', name: t('iso:boot.file'), text: t(`iso:boot.file-${kind}`) },
          { value: 'none', name: t('iso:boot.none'), text: t(`iso:boot.none-${kind}`) },
        ]}
      />
      {state[kind] === 'file' && (
        <PathInput
          kind="file"
          label={t(`iso:boot.path-${kind}`)}
          value={kind === 'bios' ? state.biosFile : state.efiFile}
          onChange={(file) => state.setOptions(kind === 'bios' ? { biosFile: file } : { efiFile: file })}
        />
      )}
    </section>
  );
}

/** Broken after a slash where it is too long for its line, not in the middle of a name. */
function Path({ path }: { path: string }) {
  return <span className="mono">{path.split('/').map((part, index) => <Fragment key={index}>{index > 0 && <>/<wbr /></>}{part}</Fragment>)}</span>;
}
