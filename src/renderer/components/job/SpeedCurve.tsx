import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { bandsOf, type Sample } from '../../formatting/curve.ts';
import { formatDuration, formatSpeed } from '../../formatting/numbers.ts';

const WIDTH = 600;
const HEIGHT = 100;

/** Speed over time; each phase has its own colour, its own texture and its name below. */
export const SpeedCurve = memo(function SpeedCurve({ samples, label }: { samples: readonly Sample[]; label: string }) {
  const { t, i18n } = useTranslation();
  const { bands, top, seconds } = bandsOf(samples, WIDTH, HEIGHT);
  return (
    <figure className="curve" role="img" aria-label={label}>
      <div className="curve-scale" aria-hidden="true"><span>{samples.length > 0 && formatSpeed(i18n.language, top)}</span><span>0</span></div>
      <div className="curve-plot">
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
          <defs>
            <pattern id="curve-texture" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <rect width="2" height="6" className="curve-texture" />
            </pattern>
          </defs>
          {[0.25, 0.5, 0.75].map((line) => <line key={line} className="curve-grid" x1="0" x2={WIDTH} y1={HEIGHT * line} y2={HEIGHT * line} />)}
          {bands.map((band, index) => (
            <g key={index} className={`curve-${band.phase}`}>
              <path className="curve-area" d={band.area} />
              {band.phase === 'verifying' && <path d={band.area} fill="url(#curve-texture)" />}
              <path className="curve-line" d={band.line} />
            </g>
          ))}
        </svg>
        <div className="curve-phases" aria-hidden="true">
          {bands.map((band, index) => (
            <span key={index} className={`curve-phase curve-${band.phase}`} style={{ left: `${band.from * 100}%`, width: `${(band.to - band.from) * 100}%` }}>
              {band.to - band.from > 0.12 && t(`jobs:phase.${band.phase}`)}
            </span>
          ))}
          <span className="curve-end">{formatDuration(i18n.language, seconds)}</span>
        </div>
      </div>
    </figure>
  );
});
