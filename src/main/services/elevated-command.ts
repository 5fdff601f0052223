/** Where this program lives, as far as starting it again goes. */
export interface ProgramPlace {
  readonly platform: NodeJS.Platform;
  readonly execPath: string;
  /** The AppImage file this runs from, `process.env.APPIMAGE`. */
  readonly appImage: string | undefined;
  /** The program's folder when it is not packaged, else null. */
  readonly appPath: string | null;
  /** `process.execPath` is plain Node (the Chromium preview): the engine host's own file, else null. */
  readonly engineHostFile: string | null;
}

/**
 * Chromium refuses to start as root with its sandbox on, and wants a display.
 * The engine host opens no page and ends before Chromium is up, so it needs neither.
 */
const LINUX_SWITCHES = ['--no-sandbox', '--no-zygote', '--ozone-platform=headless'];

/** The program and arguments that start this program a second time, as an engine host. */
export function elevatedCommand(place: ProgramPlace, hostArguments: readonly string[]): { program: string; args: string[] } {
  if (place.engineHostFile !== null) return { program: place.execPath, args: [place.engineHostFile, ...hostArguments] };
  // What an AppImage has mounted only its own user can read, root included: root has to mount the file itself.
  const program = place.platform === 'linux' && place.appImage ? place.appImage : place.execPath;
  const switches = place.platform === 'linux' ? LINUX_SWITCHES : [];
  return { program, args: [...(place.appPath === null ? [] : [place.appPath]), ...switches, ...hostArguments] };
}
