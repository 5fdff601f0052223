import type { ReactNode } from 'react';
import { Radio, RadioGroup } from 'react-aria-components';

interface Option<Value extends string> {
  readonly value: Value;
  /** For screen readers and the tooltip. */
  readonly name: string;
  readonly shown: ReactNode;
  readonly lang?: string;
}

interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly Option<Value>[];
  readonly onChange: (value: Value) => void;
}

/** A few choices side by side, one of them chosen. */
export function Segmented<Value extends string>({ label, value, options, onChange }: SegmentedProps<Value>) {
  return (
    <RadioGroup className="segmented" aria-label={label} orientation="horizontal" value={value} onChange={(chosen) => onChange(chosen as Value)}>
      {options.map((option) => (
        <Radio key={option.value} value={option.value} aria-label={option.name} className="segmented-option">
          <span aria-hidden="true" lang={option.lang} title={option.name}>{option.shown}</span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
