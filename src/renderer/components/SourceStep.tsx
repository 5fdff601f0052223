import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { Button } from './Button.tsx';
import { chooseAndLook, ChooseOther } from './ChooseFile.tsx';
import { Icon, type IconName } from './Icon.tsx';
import { ErrorNotice } from './Notice.tsx';
import { StepHeading } from './StepHeading.tsx';
import { TextInput } from './TextInput.tsx';

export interface SourceTexts {
  readonly title: string;
  readonly lead: string;
  readonly choose: string;
  /** In place of `choose`, once something was found. */
  readonly chooseOther: string;
  readonly location: string;
  readonly example: string;
  readonly looking: string;
  readonly drop: string;
  /** What may be dropped. */
  readonly kinds: string;
}

export interface SourceStepProps {
  readonly dialog: 'dialog.image' | 'dialog.folder';
  readonly icon: IconName;
  readonly texts: SourceTexts;
  readonly location: string;
  readonly inspecting: boolean;
  readonly error: PlainError | null;
  /** What was found there; null: nothing yet. */
  readonly found: ReactNode | null;
  readonly onLocation: (location: string) => void;
  readonly onInspect: (location: string) => Promise<void>;
  readonly onError: (error: PlainError) => void;
  /** A way out of `error`, before the one of choosing something else. */
  readonly wayOut?: ReactNode;
}

/** The first step of a wizard that starts from a file or a folder: chosen, dropped or typed, then looked at. */
export function SourceStep({ dialog, icon, texts, location, inspecting, error, found, onLocation, onInspect, onError, wayOut }: SourceStepProps) {
  const { t } = useTranslation();
  const choose = () => void chooseAndLook(dialog, onInspect, onError);
  return (
    <>
      <StepHeading lead={texts.lead}>{texts.title}</StepHeading>
      <div className="image-source">
        <Button kind={found ? 'plain' : 'primary'} className="image-choose" onPress={choose}>
          <Icon name="folder" />{found ? texts.chooseOther : texts.choose}
        </Button>
        <span className="image-or">{t('wizard:image.or')}</span>
        <div className="image-typed">
          <TextInput label={texts.location} value={location} onChange={onLocation} placeholder={texts.example} />
          <Button isDisabled={location.trim() === '' || inspecting || found !== null} onPress={() => void onInspect(location)}>{t('wizard:image.look')}</Button>
        </div>
      </div>
      <div aria-live="polite">
        {inspecting && <p className="busy"><span className="spinner" aria-hidden="true" />{texts.looking}</p>}
        {error && <ErrorNotice error={error}>{wayOut}<ChooseOther label={texts.chooseOther} onChoose={choose} /></ErrorNotice>}
        {found}
        {!found && !error && !inspecting && (
          <div className="drop-hint">
            <Icon name={icon} size={44} />
            <strong>{texts.drop}</strong>
            <span>{texts.kinds}</span>
          </div>
        )}
      </div>
    </>
  );
}
