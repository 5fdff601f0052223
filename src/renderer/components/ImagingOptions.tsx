import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MemoryLevel } from '../../contract/index.ts';
import { RadioCards } from './RadioCards.tsx';
import { TextInput } from './TextInput.tsx';

const LEVELS = ['low', 'medium', 'high'] as const;

/** How much memory imaging may use; each level is a ceiling. */
export function MemoryChoice({ value, onChange }: { value: MemoryLevel; onChange: (value: MemoryLevel) => void }) {
  const { t } = useTranslation();
  return (
    <RadioCards
      small
      labelled
      label={t('wizard:options.memory')}
      value={value}
      onChange={onChange}
      options={LEVELS.map((level) => ({ value: level, name: t(`wizard:options.memory-${level}`), text: t(`wizard:options.memory-${level}-text`) }))}
    />
  );
}

const MB = 1e6;

/** Megabytes a second, empty for as fast as it goes. */
export function LimitInput({ value, onChange }: { value: number; onChange: (bytesPerSecond: number) => void }) {
  const { t, i18n } = useTranslation();
  const [typed, setTyped] = useState(value === 0 ? '' : String(value / MB));
  const parsed = parseLimit(typed, i18n.language);
  return (
    <TextInput
      label={t('wizard:options.limit')}
      description={t('wizard:options.limit-text')}
      error={parsed === null ? t('wizard:options.limit-invalid') : undefined}
      value={typed}
      onChange={(text) => {
        setTyped(text);
        const next = parseLimit(text, i18n.language);
        if (next !== null) onChange(next);
      }}
      maxLength={8}
    />
  );
}

/** Bytes a second out of megabytes as typed; null when it is no such number. A comma is a decimal sign in Dutch. */
export function parseLimit(typed: string, language: string): number | null {
  const text = typed.trim();
  if (text === '') return 0;
  const plain = language.startsWith('nl') ? text.replace(',', '.') : text;
  if (!/^\d{1,6}(\.\d+)?$/.test(plain)) return null;
  return Math.round(Number(plain) * MB);
}
