import { useTranslation } from 'react-i18next';
import { formatBytes, formatExactBytes } from '../formatting/numbers.ts';

/** A size as printed on sticks; every digit of it on hover, or beside it with `exact`. */
export function Bytes({ value, exact = false }: { value: number; exact?: boolean }) {
  const { i18n } = useTranslation();
  const digits = formatExactBytes(i18n.language, value);
  return (
    <span className="bytes" title={digits}>
      {formatBytes(i18n.language, value)}
      {exact && value >= 1000 && <span className="bytes-exact"> ({digits})</span>}
    </span>
  );
}
