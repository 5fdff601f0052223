/** The mark: a stick held in the vise of a workbench; the same shapes as resources/icons/icon.svg. */
export function AppMark({ size }: { size: number }) {
  return (
    <svg className="app-mark" width={size} height={size} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <rect width="64" height="64" rx="14" className="mark-tile" />
      <path className="mark-vise" d="M14 24a2 2 0 0 1 2-2h9v18H14zM39 22h5a2 2 0 0 1 2 2v16h-7zM46 28h6v5h-6zM52 22h4a1 1 0 0 1 1 1v15a1 1 0 0 1-1 1h-4z" />
      <path className="mark-stick" d="M25 20a2 2 0 0 1 2-2h10a2 2 0 0 1 2 2v20H25z" />
      <path className="mark-plug" d="M28 8h8v10h-8z" />
      <path className="mark-tile" d="M30 11h1.5v3.5H30zM32.5 11H34v3.5h-1.5z" />
      <path className="mark-bench" d="M8 40h48a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1v-5a1 1 0 0 1 1-1zM12 47h7v9a1 1 0 0 1-1 1h-5a1 1 0 0 1-1-1zM45 47h7v9a1 1 0 0 1-1 1h-5a1 1 0 0 1-1-1z" />
    </svg>
  );
}
