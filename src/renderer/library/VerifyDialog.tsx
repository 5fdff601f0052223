import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { LibraryImage } from '../../contract/index.ts';
import { RadioCards } from '../components/RadioCards.tsx';
import { formatPercent } from '../formatting/numbers.ts';
import { verifyImage } from '../stores/library.ts';
import { LibraryDialog } from './LibraryDialog.tsx';

/** Large enough to find an ailing drive, small enough for the end of a working day. */
const SHARE = 0.1;

/** How thoroughly an image is read again. Harms nothing, so that it starts at once. */
export function VerifyDialog({ image, onClose }: { image: LibraryImage; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const [extent, setExtent] = useState<'whole' | 'share'>('whole');
  return (
    <LibraryDialog
      title={t('wizard:library.verify-title', { name: image.name })}
      act={t('wizard:library.verify-act')}
      ready
      onAct={() => verifyImage(image.path, extent === 'whole' ? 1 : SHARE)}
      onClose={onClose}
    >
      <RadioCards
        label={t('wizard:library.verify')}
        value={extent}
        onChange={setExtent}
        options={[
          { value: 'whole', name: t('wizard:library.verify-whole'), text: t('wizard:library.verify-whole-text') },
          { value: 'share', name: t('wizard:library.verify-share', { share: formatPercent(i18n.language, SHARE) }), text: t('wizard:library.verify-share-text') },
        ]}
      />
    </LibraryDialog>
  );
}
