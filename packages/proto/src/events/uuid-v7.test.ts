import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uuidV7, uuidV7Time } from './uuid-v7.ts';

test('the example of RFC 9562, appendix A.6', () => {
  const random = Uint8Array.from([0x0c, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);

  expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
});

test('keeps its time, its form and the order of times', () => {
  const time = fc.integer({ min: 0, max: 2 ** 48 - 1 });
  const random = fc.uint8Array({ minLength: 10, maxLength: 10 });

  fc.assert(
    fc.property(time, time, random, (first, second, bytes) => {
      const id = uuidV7(first, bytes);

      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(uuidV7Time(id)).toBe(first);
      if (first < second) expect(id < uuidV7(second, bytes)).toBe(true);
    }),
  );
});
