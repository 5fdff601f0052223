import { parentPort, workerData } from 'node:worker_threads';
import { toEngineError } from '../../base/errors.ts';
import { Control } from './control.ts';
import type { CrewMessage } from './node-crew.ts';

export interface Member<M> {
  readonly control: Control;
  readonly index: number;
  tell(message: M, transfer?: ArrayBuffer[]): void;
}

/** The whole life of a worker thread of a crew: `work` with the data it was given, its failure told by name. */
export async function runMember<Data, M>(work: (data: Data, member: Member<M>) => Promise<void> | void): Promise<void> {
  const data = workerData as Data & { control: SharedArrayBuffer; index: number };
  const post = (message: CrewMessage<M>, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer);
  const control = new Control(data.control);
  try {
    await work(data, { control, index: data.index, tell: (message, transfer) => post({ kind: 'told', message }, transfer) });
    post({ kind: 'ended' });
  } catch (error) {
    // Told before anybody is stopped by it, so that the first cause is the one that is reported.
    post({ kind: 'failed', error: toEngineError(error).toPlain() });
    control.stop();
  }
}
