import { compareDriverVersions } from './driver-version.ts';
import { familyOf, type DriverPackage } from './package.ts';

/** What a package is beside the others that were found. */
export type PackageStanding =
  | { readonly kind: 'newest' }
  /** The same package lies there as well. */
  | { readonly kind: 'duplicate'; readonly of: string }
  /** A newer version of it does. */
  | { readonly kind: 'older'; readonly than: string };

/**
 * Which packages are the newest of their kind, which lie there twice and which are old. One that is newer than the one to take, and only lacks files
 * or a signature, is not called old. In the order they came.
 */
export function standings(packages: readonly DriverPackage[]): PackageStanding[] {
  const families = new Map<string, DriverPackage[]>();
  for (const each of packages) {
    // Packages for different architectures are different drivers, whatever they are called.
    const family = `${familyOf(each)}|${[...each.architectures].sort().join(' ')}`;
    families.set(family, [...(families.get(family) ?? []), each]);
  }
  const standing = new Map<DriverPackage, PackageStanding>();
  for (const family of families.values()) {
    const sorted = family.sort(preferred);
    for (const [i, each] of sorted.entries()) {
      const better = sorted.slice(0, i).find((other) => compareDriverVersions(other, each) >= 0);
      if (!better) standing.set(each, { kind: 'newest' });
      else standing.set(each, compareDriverVersions(better, each) === 0 ? { kind: 'duplicate', of: better.path } : { kind: 'older', than: better.path });
    }
  }
  return packages.map((each) => standing.get(each) ?? { kind: 'newest' });
}

/** Order of packages for the same device, the one to take first: usable, signed, newer; then by place, so that the order is always the same. */
export function preferred(a: DriverPackage, b: DriverPackage): number {
  return Number(a.missing.length > 0) - Number(b.missing.length > 0)
    || Number(a.catalog !== 'present') - Number(b.catalog !== 'present')
    || compareDriverVersions(b, a)
    || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}
