import type { Phase, Report } from '../contract/index.ts';

type Point = Report['speedCurve'][number];

/** Points a curve has at most; a long job's points stand further apart. */
const MOST_POINTS = 240;

/** The speed of a job over its life, for the drawn curve of its report. */
export class SpeedCurve {
  #points: Point[] = [];
  #interval = 0.5;
  #next = 0;

  add(seconds: number, speed: number, phase: Phase): void {
    if (seconds < this.#next) return;
    this.#points.push({ seconds, speed, phase });
    if (this.#points.length >= MOST_POINTS) {
      this.#points = this.#points.filter((_, index) => index % 2 === 0);
      this.#interval *= 2;
    }
    this.#next = seconds + this.#interval;
  }

  points(): Point[] {
    return [...this.#points];
  }
}
