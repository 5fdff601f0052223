import type { ReactNode } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';
import { Icon } from './Icon.tsx';

interface RadioCardsProps<Value extends string> {
  readonly label: string;
  /** Shows the label above the choices; else it is only spoken. */
  readonly labelled?: boolean;
  readonly value: Value | null;
  readonly onChange: (value: Value) => void;
  readonly options: readonly { readonly value: Value; readonly name: ReactNode; readonly text?: ReactNode; readonly disabled?: boolean }[];
  /** Side by side where there is room. */
  readonly small?: boolean;
}

/** A question with a few answers, each explained in a line. */
export function RadioCards<Value extends string>({ label, labelled = false, value, onChange, options, small = false }: RadioCardsProps<Value>) {
  return (
    <div className="radio-cards">
      {labelled && <p className="field-label" aria-hidden="true">{label}</p>}
      <RadioGroup className={`choices ${small ? 'choices-small' : ''}`} aria-label={label} value={value} onChange={(chosen) => onChange(chosen as Value)}>
        {options.map((option) => (
          <Radio key={option.value} value={option.value} className="choice" isDisabled={option.disabled ?? false}>
            <span className="check-box check-round"><Icon name="check" size={20} /></span>
            <span className="choice-text"><strong>{option.name}</strong>{option.text && <span>{option.text}</span>}</span>
          </Radio>
        ))}
      </RadioGroup>
    </div>
  );
}
