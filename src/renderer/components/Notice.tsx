import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlainError } from '../../contract/index.ts';
import { errorTexts } from '../app/i18n.ts';
import { Icon, type IconName } from './Icon.tsx';

interface NoticeProps {
  readonly kind: 'error' | 'warning' | 'info' | 'success';
  readonly title: ReactNode;
  readonly children?: ReactNode;
  /** Errors and warnings that appear by themselves are spoken; those that were there from the start need not be. */
  readonly announced?: boolean;
}

const ICONS: Record<NoticeProps['kind'], IconName> = { error: 'danger', warning: 'warning', info: 'info', success: 'check' };

export function Notice({ kind, title, children, announced = false }: NoticeProps) {
  const role = announced ? (kind === 'error' ? 'alert' : 'status') : undefined;
  return (
    <div className={`notice notice-${kind}`} role={role}>
      <Icon name={ICONS[kind]} size={26} />
      <div className="notice-text">
        <strong>{title}</strong>
        {children}
      </div>
    </div>
  );
}

/** An error in place: what happened, and what to do about it. */
export function ErrorNotice({ error, children }: { error: PlainError; children?: ReactNode }) {
  const { t } = useTranslation();
  const { title, remedy } = errorTexts(t, error);
  return (
    <Notice kind="error" title={title} announced>
      <p>{remedy}</p>
      {children && <div className="notice-actions">{children}</div>}
    </Notice>
  );
}
