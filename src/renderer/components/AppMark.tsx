/** The mark: a stick held in the vise of a workbench. Drawn from resources/icons/icon.svg's shapes. */
export function AppMark({ size }: { size: number }) {
  return (
    <svg className="app-mark" width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="14" className="mark-tile" />
      <path className="mark-stick" d="M27 24h10v17H27zM29 15h6v9h-6z" />
      <path className="mark-vise" d="M14 26h10v15H14zM40 26h8v15h-8zM48 31h6v4h-6zM53 26h3v14h-3z" />
      <path className="mark-bench" d="M8 41h48v6H8zM13 47h6v9h-6zM45 47h6v9h-6z" />
    </svg>
  );
}
