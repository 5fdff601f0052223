import type { ReactNode } from 'react';
import { Button, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue, Text } from 'react-aria-components';
import { Icon } from './Icon.tsx';

interface SelectProps<Value extends string> {
  readonly label: string;
  readonly description?: ReactNode;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly name: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of more answers than fit side by side. Typing jumps to what begins with it. */
export function Select<Value extends string>({ label, description, value, options, onChange }: SelectProps<Value>) {
  return (
    <AriaSelect className="field select" selectedKey={value} onSelectionChange={(key) => key !== null && onChange(String(key) as Value)}>
      <Label className="field-label">{label}</Label>
      <Button className="select-button"><SelectValue /><Icon name="down" size={20} /></Button>
      {description && <Text slot="description" className="field-description">{description}</Text>}
      <Popover className="select-popover">
        <ListBox className="select-list">
          {options.map((option) => <ListBoxItem key={option.value} id={option.value} className="select-item">{option.name}</ListBoxItem>)}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
