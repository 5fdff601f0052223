/** Line icons on a 24 unit grid, drawn for this program. They are decoration: the words beside them carry the meaning. */
const PATHS = {
  image: 'M6 3h8l4 4v14H6zM14 3v4h4M12 17a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 14h.01',
  windows: 'M4 6l7-1v7H4zM13 4.7L20 3.5V12h-7zM4 14h7v7l-7-1zM13 14h7v8.5l-7-1.2z',
  write: 'M12 3v10m0 0 4-4m-4 4L8 9M5 16v4h14v-4',
  read: 'M12 14V4m0 0 4 4m-4-4L8 8M5 16v4h14v-4',
  refresh: 'M20 11a8 8 0 0 0-14.3-4L4 9m0-5v5h5M4 13a8 8 0 0 0 14.3 4l1.7-2m0 5v-5h-5',
  stick: 'M8 9h8v12H8zM10 3h4v6h-4zM10.5 6h.01M13.5 6h.01',
  card: 'M7 3h8l3 4v14H7zM10 3.5V7M13 3.5V7',
  chip: 'M7 7h10v10H7zM10 3v4m4-4v4m-4 10v4m4-4v4M3 10h4m-4 4h4m10-4h4m-4 4h4',
  drive: 'M4 5h16v14H4zM4 14h16M16.5 16.5h.01M13.5 16.5h.01',
  practice: 'M9 3h6M10 3v6l-5.5 9A2 2 0 0 0 6.2 21h11.6a2 2 0 0 0 1.7-3L14 9V3M7.5 15h9',
  check: 'm4.5 12.5 5 5 10-11',
  warning: 'M12 3.5 22 20.5H2zM12 10v5M12 17.6v.01',
  danger: 'M8.2 2.5h7.6l5.7 5.7v7.6l-5.7 5.7H8.2l-5.7-5.7V8.2zM12 7.5v5.5M12 16v.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5M12 8v.01',
  question: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.5 9.5a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.9-1.1 1.8M12 16.5v.01',
  stop: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 12h7',
  history: 'M4 12a8 8 0 1 0 2.5-5.8M4 4v4.5h4.5M12 8v4.5l3 1.8',
  clock: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3M12 14.5v2',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  forward: 'm9 5 7 7-7 7',
  back: 'm15 5-7 7 7 7',
  down: 'm5 9 7 7 7-7',
  close: 'm6 6 12 12M18 6 6 18',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2.5M12 19.5V22M2 12h2.5M19.5 12H22M5 5l1.7 1.7M17.3 17.3 19 19M5 19l1.7-1.7M17.3 6.7 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z',
  'system-theme': 'M3 5h18v11H3zM9 20h6M12 16v4',
  eject: 'M12 5l7 9H5zM5 18h14',
  save: 'M5 4h11l3 3v13H5zM8 4v5h7V4M8 20v-6h8v6',
  plus: 'M12 5v14M5 12h14',
  trash: 'M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13',
  shield: 'M12 3l7 3v5c0 5-3 8.5-7 10-4-1.5-7-5-7-10V6zM9 12l2.2 2.2L15.5 10',
  capture: 'M4 4h16v16H4zM12 8v6m0 0 3-3m-3 3-3-3M8 17h8',
  restore: 'M4 4h16v16H4zM12 14V8m0 0 3 3m-3-3-3 3M8 17h8',
  library: 'M4 4h5v16H4zM9 7h5v13H9zM14.5 7.5l4-1 3 12.5-4 1z',
  shell: 'M3 5h18v14H3zM7 9.5l3 2.5-3 2.5M12 15h5',
  grow: 'M4 12h16M8 8l-4 4 4 4M16 8l4 4-4 4',
  newer: 'M12 20V5m0 0-6 6m6-6 6 6',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1.5 1.5M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1.5-1.5',
  disc: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  'disc-look': 'M11 19a8 8 0 1 1 8-8M11 13a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17 20a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM19.2 19.2 22 22',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  gauge: 'M4 18a9 9 0 1 1 16 0M12 14l4-5M12 14h.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 24 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
