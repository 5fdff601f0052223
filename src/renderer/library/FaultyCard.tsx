import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { errorTexts } from '../app/i18n.ts';
import { Notice } from '../components/Notice.tsx';

/** A file that looks like an image and cannot be read as one. */
export function FaultyCard({ path, error }: { path: string; error: PlainError }) {
  const { t } = useTranslation();
  const { title, remedy } = errorTexts(t, error);
  return <Notice kind="error" title={title}><p className="mono">{path}</p><p>{remedy}</p></Notice>;
}
