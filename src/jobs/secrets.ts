/** Fields of requests and plans that no report may show. */
const SECRET = new Set(['password', 'productKey']);

/** The same value with what is secret in it made unreadable: for reports, which are saved and sent around. */
export function withoutSecrets<T>(value: T): T {
  return JSON.parse(JSON.stringify(value, (key, each: unknown) => (SECRET.has(key) && typeof each === 'string' && each !== '' ? '***' : each))) as T;
}
