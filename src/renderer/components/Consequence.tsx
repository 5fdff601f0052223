import type { ReactNode } from 'react';
import { Icon } from './Icon.tsx';

/** Said right before the button, on a line of its own. */
export function Consequence({ erases, children }: { erases: boolean; children: ReactNode }) {
  return (
    <div className={`wizard-footer-text consequence ${erases ? 'consequence-erase' : ''}`} role="status">
      <Icon name={erases ? 'danger' : 'info'} size={22} />
      <span>{children}</span>
    </div>
  );
}
