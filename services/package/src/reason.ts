/** What an error says; Node's for a host with several addresses has a code and no message. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.message || ("code" in error ? String(error.code) : error.name);
}
