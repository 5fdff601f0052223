/** Bytes a second over the last seconds, steady enough to read. */
export class SpeedMeter {
  static readonly WINDOW_MS = 3000;
  readonly #samples: { at: number; total: number }[] = [];

  /** @param total bytes done so far, never less than before */
  add(total: number, now = performance.now()): void {
    const last = this.#samples.at(-1);
    if (last && now - last.at < 50) last.total = total;
    else this.#samples.push({ at: now, total });
    while (this.#samples.length > 2 && now - this.#samples[1]!.at > SpeedMeter.WINDOW_MS) this.#samples.shift();
  }

  reset(): void {
    this.#samples.length = 0;
  }

  bytesPerSecond(now = performance.now()): number {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || now - first.at < 200) return 0;
    return ((last.total - first.total) * 1000) / (now - first.at);
  }

  /** Seconds until `remaining` bytes are done at the present speed, or null while nobody can tell. */
  secondsFor(remaining: number | null): number | null {
    const speed = this.bytesPerSecond();
    return remaining === null || speed <= 0 ? null : remaining / speed;
  }
}
