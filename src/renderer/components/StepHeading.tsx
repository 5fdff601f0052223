import { useEffect, useRef, type ReactNode } from 'react';

/** The heading of a screen or a step. It takes the focus when it appears, so that a screen reader starts reading there. */
export function StepHeading({ children, lead }: { children: ReactNode; lead?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  return (
    <div className="step-heading">
      <h1 ref={heading} tabIndex={-1}>{children}</h1>
      {lead && <p>{lead}</p>}
    </div>
  );
}
