import type { ReactNode } from 'react';
import { Checkbox as AriaCheckbox, type CheckboxProps as AriaCheckboxProps } from 'react-aria-components';
import { Icon } from './Icon.tsx';

interface CheckboxProps extends Omit<AriaCheckboxProps, 'children' | 'className'> {
  readonly children: ReactNode;
  readonly className?: string;
}

/** A box to tick, with its whole row as the target. */
export function Checkbox({ children, className = '', ...props }: CheckboxProps) {
  return (
    <AriaCheckbox {...props} className={`check ${className}`}>
      <span className="check-box"><Icon name="check" size={20} /></span>
      <span className="check-text">{children}</span>
    </AriaCheckbox>
  );
}
