import { assemble, type FunctionSpec } from './assembler.ts';

const PAGE_BYTES = 65536;
/** Of 32-bit addresses. */
const MOST_PAGES = 65536;

/** What is compiled once and instantiated for each decoder, built when it is first needed. */
export class WasmProgram<Exports> {
  readonly #functions: () => readonly FunctionSpec[];
  readonly #shared: boolean;
  #compiled: WebAssembly.Module | null = null;

  /** @param shared its memories can be handed to other threads, which then see the same bytes */
  constructor(functions: () => readonly FunctionSpec[], shared = false) {
    this.#functions = functions;
    this.#shared = shared;
  }

  /** Of `bytes` bytes and never more; none of them takes room before it is written. */
  memory(bytes: number): WebAssembly.Memory {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: this.#shared });
  }

  /** @param on a memory of its own of so many bytes, or one that {@link memory} made, in this thread or another */
  instantiate(on: number | WebAssembly.Memory): Exports & { readonly memory: WebAssembly.Memory } {
    this.#compiled ??= new WebAssembly.Module(assemble(this.#functions(), this.#shared ? MOST_PAGES : null));
    const memory = typeof on === 'number' ? this.memory(on) : on;
    const { exports } = new WebAssembly.Instance(this.#compiled, { env: { memory } });
    return { memory, ...(exports as unknown as Exports) };
  }
}
