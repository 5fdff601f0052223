import type { ReactNode } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import { Icon } from './Icon.tsx';

/** What most people need not see, folded away. `hint` says what is in it now. */
export function Fold({ title, hint, children }: { title: ReactNode; hint?: ReactNode; children: ReactNode }) {
  return (
    <Disclosure className="fold fold-panelled">
      <Heading level={2}>
        <AriaButton slot="trigger" className="fold-button">
          <Icon name="forward" size={20} />
          <span>{title}</span>
          {hint && <span className="fold-hint">{hint}</span>}
        </AriaButton>
      </Heading>
      <DisclosurePanel className="fold-panel">{children}</DisclosurePanel>
    </Disclosure>
  );
}
