import { Label, Text, TextArea, TextField } from 'react-aria-components';

interface TextLinesProps {
  readonly label: string;
  readonly description?: string;
  readonly value: readonly string[];
  readonly onChange: (lines: string[]) => void;
}

/** Several lines of text, one thing a line. */
export function TextLines({ label, description, value, onChange }: TextLinesProps) {
  return (
    <TextField className="field" value={value.join('\n')} onChange={(text) => onChange(text === '' ? [] : text.split('\n'))}>
      <Label>{label}</Label>
      <TextArea className="mono" rows={3} spellCheck={false} />
      {description && <Text slot="description" className="field-description">{description}</Text>}
    </TextField>
  );
}
