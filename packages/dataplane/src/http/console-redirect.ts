// Where the console may send a browser: to itself under its public name, and to the identity providers. Pure.

export interface RedirectRules {
  /** Origin under which the browser sees the console. */
  readonly publicOrigin: string;
  /** Origin under which this proxy reaches it; never shown. */
  readonly consoleOrigin: string;
  readonly identityOrigins: readonly string[];
}

/** The `Location` for the browser, or undefined for a redirect to somewhere else. */
export function judgeRedirect(location: string, requestPath: string, rules: RedirectRules): string | undefined {
  const target = URL.parse(location, rules.publicOrigin + requestPath);
  if (target === null || target.username !== '' || target.password !== '') return undefined;
  const path = `${target.pathname}${target.search}${target.hash}`;
  // With its origin in front, a path that begins with two slashes stays a path.
  if (target.origin === rules.consoleOrigin) return rules.publicOrigin + path;
  const isAllowed = isSamePlace(target, new URL(rules.publicOrigin)) || rules.identityOrigins.includes(target.origin);
  return isAllowed ? location : undefined;
}

/** `localhost` and `127.0.0.1` are one listener; the console knows only one of its names. */
function isSamePlace(left: URL, right: URL): boolean {
  if (left.origin === right.origin) return true;
  return left.protocol === right.protocol && left.port === right.port && isLoopback(left) && isLoopback(right);
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
