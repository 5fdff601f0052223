import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { Disk } from '../../../contract/index.ts';
import { Checkbox } from '../../components/Checkbox.tsx';
import { Fold } from '../../components/Fold.tsx';
import { LimitInput, MemoryChoice } from '../../components/ImagingOptions.tsx';
import { RadioCards } from '../../components/RadioCards.tsx';
import { formatMoment } from '../../formatting/numbers.ts';
import { FAT32_PART_BYTES, useCapture } from '../../stores/capture.ts';
import { allImages, imagesOf, useLibrary } from '../../stores/library.ts';

const COMPRESSIONS = ['none', 'fast', 'balanced', 'small'] as const;
const WHOLE = 'whole';

/** What a technician may want otherwise; the suggestions fit nearly always. */
export function CaptureOptions({ disk }: { disk: Disk | undefined }) {
  const { t, i18n } = useTranslation();
  const state = useCapture();
  const { listings, load } = useLibrary();
  useEffect(() => {
    void load();
  }, [load]);
  const parents = disk ? imagesOf(allImages(listings), disk) : [];
  return (
    <>
      {parents.length > 0 && (
        <RadioCards
          labelled
          label={t('wizard:options.parent')}
          value={state.parent ?? WHOLE}
          onChange={(value) => state.setOptions({ parent: value === WHOLE ? null : value })}
          options={[
            { value: WHOLE, name: t('wizard:options.parent-none'), text: t('wizard:options.parent-none-text') },
            ...parents.slice(0, 5).map((image) => ({
              value: image.path, name: t('wizard:options.parent-of', { name: image.name }), text: t('wizard:options.parent-of-text', { at: formatMoment(i18n.language, image.identity.createdAt) }),
            })),
          ]}
        />
      )}
      <Fold title={t('wizard:plan.options')} hint={t('wizard:options.hint', { compression: t(`wizard:options.compression-${state.compression}`), memory: t(`wizard:options.memory-${state.memory}`) })}>
        <div className="panel">
          <RadioCards
            small
            labelled
            label={t('wizard:options.compression')}
            value={state.compression}
            onChange={(compression) => state.setOptions({ compression })}
            options={COMPRESSIONS.map((name) => ({ value: name, name: t(`wizard:options.compression-${name}`), text: t(`wizard:options.compression-${name}-text`) }))}
          />
          <MemoryChoice value={state.memory} onChange={(memory) => state.setOptions({ memory })} />
          <LimitInput value={state.bytesPerSecond} onChange={(bytesPerSecond) => state.setOptions({ bytesPerSecond })} />
          <div className="options">
            <Checkbox isSelected={state.partBytes > 0} onChange={(split) => state.setOptions({ partBytes: split ? FAT32_PART_BYTES : 0 })}>
              {t('wizard:options.split')}<span className="confirmation-why">{t('wizard:options.split-text')}</span>
            </Checkbox>
            <Checkbox isSelected={state.leaveOutSwapFiles} onChange={(leaveOutSwapFiles) => state.setOptions({ leaveOutSwapFiles })}>
              {t('wizard:options.swap-files')}<span className="confirmation-why">{t('wizard:options.swap-files-text')}</span>
            </Checkbox>
          </div>
        </div>
      </Fold>
    </>
  );
}
