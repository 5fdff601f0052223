import { useTranslation } from 'react-i18next';
import type { CheckState } from '../../../contract/index.ts';

type Map = NonNullable<CheckState['map']>;

const COLUMNS = 64;
const CELL = 12;
const KINDS = ['good', 'slow', 'bad', 'unread'] as const satisfies readonly Map[number][];

/** The whole disk from its first byte to its last, a square for each equal piece: by colour, by sign, and in words. */
export function SurfaceMap({ map }: { map: Map }) {
  const { t } = useTranslation();
  const rows = Math.ceil(map.length / COLUMNS);
  const counts = Object.fromEntries(KINDS.map((kind) => [kind, map.filter((piece) => piece === kind).length])) as Record<Map[number], number>;
  const words = KINDS.map((kind) => t(`check:map.${kind}`, { count: counts[kind] })).join(', ');
  return (
    <figure className="surface">
      <svg viewBox={`0 0 ${COLUMNS * CELL} ${rows * CELL}`} role="img" aria-label={t('check:map.label', { pieces: map.length, words })}>
        {map.map((kind, index) => {
          const [x, y] = [(index % COLUMNS) * CELL, Math.floor(index / COLUMNS) * CELL];
          return (
            <g key={index} className={`piece-${kind}`}>
              <rect x={x + 0.75} y={y + 0.75} width={CELL - 1.5} height={CELL - 1.5} rx="1.5" />
              {kind === 'bad' && <path d={`M${x + 3} ${y + 3}l6 6m0-6l-6 6`} />}
              {kind === 'slow' && <path d={`M${x + 3} ${y + 9}l6-6`} />}
            </g>
          );
        })}
      </svg>
      <figcaption>
        {KINDS.map((kind) => (
          <span key={kind} className="surface-key">
            <svg width="14" height="14" viewBox="0 0 12 12" aria-hidden="true" className={`piece-${kind}`}>
              <rect x="0.75" y="0.75" width="10.5" height="10.5" rx="1.5" />
              {kind === 'bad' && <path d="M3 3l6 6m0-6l-6 6" />}
              {kind === 'slow' && <path d="M3 9l6-6" />}
            </svg>
            {t(`check:map.${kind}`, { count: counts[kind] })}
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
