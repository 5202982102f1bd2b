// The order in which a new connection tries the pods.

/** All backends from this turn's on, ready ones first: an unready pod still answers its own clear error. */
export function orderBackends(
  backends: readonly number[],
  ready: ReadonlySet<number>,
  turn: number,
): readonly number[] {
  const readyOnes = backends.filter((backend) => ready.has(backend));
  const others = backends.filter((backend) => !ready.has(backend));
  return [...rotate(readyOnes, turn), ...rotate(others, turn)];
}

function rotate(items: readonly number[], turn: number): readonly number[] {
  const start = items.length === 0 ? 0 : turn % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
