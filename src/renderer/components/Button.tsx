import { Button as AriaButton, type ButtonProps as AriaButtonProps } from 'react-aria-components';

export interface ButtonProps extends Omit<AriaButtonProps, 'className'> {
  /** `danger` erases something; `quiet` has no border; `card` is a whole area that can be pressed. */
  readonly kind?: 'primary' | 'plain' | 'danger' | 'quiet' | 'card';
  readonly className?: string;
}

export function Button({ kind = 'plain', className = '', ...props }: ButtonProps) {
  return <AriaButton {...props} className={`${kind === 'card' ? '' : 'button'} button-${kind} ${className}`} />;
}
