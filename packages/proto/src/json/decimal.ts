// Decimal source text to scaled integers without ever passing through a float: prices and limits are exact.

/** No price or limit needs more; also keeps the power of ten small. */
export const maxDecimalLength = 64;
const maxDecimalExponent = 64;

/**
 * Reads a JSON number's source text as an integer of `10^-fractionDigits` units: `parseDecimal('2.50', 6)` is
 * 2500000n. Undefined when it is not a JSON number or when it has digits below the unit (trailing zeros are none).
 */
export function parseDecimal(source: string, fractionDigits: number): bigint | undefined {
  if (source.length > maxDecimalLength) return undefined;
  const match = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(source);
  if (match === null) return undefined;
  const [, sign = '', integer = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > maxDecimalExponent) return undefined;

  const digits = BigInt(integer + fraction);
  const magnitude = scaleByTen(digits, exponent - fraction.length + fractionDigits);
  return magnitude !== undefined && sign === '-' ? -magnitude : magnitude;
}

function scaleByTen(digits: bigint, power: number): bigint | undefined {
  if (power >= 0) return digits * 10n ** BigInt(power);
  const divisor = 10n ** BigInt(-power);
  return digits % divisor === 0n ? digits / divisor : undefined;
}
