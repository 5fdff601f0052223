import type { ReactNode } from 'react';
import { FieldError, Input, Label, Text, TextField, type TextFieldProps } from 'react-aria-components';

interface TextInputProps extends Omit<TextFieldProps, 'children' | 'className'> {
  readonly label: string;
  readonly description?: ReactNode;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly mono?: boolean;
  readonly maxLength?: number;
}

/** A field with its label above, and what is wrong with it below. */
export function TextInput({ label, description, error, placeholder, mono = false, ...props }: TextInputProps) {
  return (
    <TextField {...props} className="field" isInvalid={error !== undefined} validationBehavior="aria">
      <Label>{label}</Label>
      <Input className={mono ? 'mono' : ''} placeholder={placeholder ?? ''} spellCheck={false} autoComplete="off" />
      {description && <Text slot="description" className="field-description">{description}</Text>}
      <FieldError className="field-error">{error}</FieldError>
    </TextField>
  );
}
