// Moduli whose factors can be found (ROCA, CVE-2017-15361): one smart-card library made its primes as powers of 65537
// modulo the product of the first primes, which the modulus shows. Such a key forges for whoever pays the computing.

const generator = 65_537;
/** The primes that the library used for keys of 2048 bits; larger keys use these and more. */
const largestPrime = 701;

/** True for a modulus that is a power of 65537 modulo every one of those primes; by chance that never happens. */
export function isGuessableModulus(modulus: bigint): boolean {
  for (let prime = 3; prime <= largestPrime; prime += 2) {
    if (isPrime(prime) && !isPowerOfGenerator(Number(modulus % BigInt(prime)), prime)) return false;
  }
  return true;
}

function isPowerOfGenerator(residue: number, prime: number): boolean {
  let power = 1;
  for (let exponent = 1; exponent < prime; exponent += 1) {
    if (power === residue) return true;
    power = (power * generator) % prime;
  }
  return false;
}

function isPrime(odd: number): boolean {
  for (let divisor = 3; divisor * divisor <= odd; divisor += 2) if (odd % divisor === 0) return false;
  return true;
}
