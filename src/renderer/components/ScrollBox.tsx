import type { ReactNode } from 'react';

/** More rows than this do not fit: they scroll, and the keyboard has to get there. */
const FIT = 8;

/** A long list or table that scrolls by itself, so that what comes below it stays near. */
export function ScrollBox({ label, rows, className = '', children }: { readonly label: string; readonly rows: number; readonly className?: string; readonly children: ReactNode }) {
  return (
    <div className={`scroll-box ${className}`} {...(rows > FIT && { role: 'region', 'aria-label': label, tabIndex: 0 })}>
      {children}
    </div>
  );
}
