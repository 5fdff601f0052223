import { Checkbox } from './Checkbox.tsx';

interface OverwriteBoxProps {
  /** Something is there already, or was. */
  readonly shown: boolean;
  readonly agreed: boolean;
  readonly children: string;
  readonly onChange: (agreed: boolean) => void;
}

/** Nothing that exists is written over unless its user says so. */
export function OverwriteBox({ shown, agreed, children, onChange }: OverwriteBoxProps) {
  if (!shown) return null;
  return (
    <div className="panel panel-ask">
      <Checkbox className="confirmation" isSelected={agreed} onChange={onChange}>{children}</Checkbox>
    </div>
  );
}
