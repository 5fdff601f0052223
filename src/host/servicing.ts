import { EngineError } from '../../native-free-engine/index.ts';

export interface RegisterRequest {
  /** A WIM file on this computer, which is changed. */
  readonly image: string;
  /** Of the image in it, from 1. */
  readonly index: number;
  /** INF files, by their paths. */
  readonly infs: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** What only the system that an image is of can do to it. Nothing here needs it: it is offered where it can be had. */
export interface ImageServicing {
  /**
   * Registers drivers in the driver store of an offline image, so that it finds them for the devices of any machine it starts on. All of
   * them or none: when one cannot be added, or it is cancelled, the image stays as it was.
   * @throws EngineError `servicing-unavailable` on other systems than Windows, `rights-needed`, `driver-not-registered`, `tool-missing`, `tool-failed`; AbortError
   */
  register(request: RegisterRequest): Promise<void>;
}

export const NO_SERVICING: ImageServicing = { register: () => Promise.reject(new EngineError('servicing-unavailable')) };
