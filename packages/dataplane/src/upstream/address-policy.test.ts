import { describe, expect, test } from 'vitest';
import { addressJudge, authorityJudge } from './address-policy.ts';

const anywhere = addressJudge({ allowedCidrs: [] });

describe('a listed name without CIDRs', () => {
  test.each([
    '93.184.216.34',
    '10.0.0.8',
    '192.168.1.1',
    '172.20.0.3',
    '2606:2800:220:1::1',
    'fd12:3456::1',
    '::ffff:10.0.0.8',
    '64:ff9b::5db8:d822',
  ])('may resolve to %s', (address) => {
    expect(anywhere('models.example.com', address)).toBe(true);
  });

  test.each([
    '127.0.0.1',
    '127.8.8.8',
    '0.0.0.0',
    '169.254.169.254',
    '169.254.170.2',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '224.0.0.1',
    '255.255.255.255',
    '240.1.1.1',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'fd00:ec2::254',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:169.254.169.254',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b::7f00:1',
    '64:ff9b:1::1',
    '2002:7f00:1::1',
    'not an address',
    '',
  ])('P39 never reaches %s', (address) => {
    expect(anywhere('models.example.com', address)).toBe(false);
  });
});

describe('CIDRs', () => {
  const judge = addressJudge({ allowedCidrs: ['10.1.0.0/16', '2001:db8::/32', '192.0.2.7'] });

  test.each(['10.1.255.255', '::ffff:10.1.0.1', '2001:db8::5', '192.0.2.7'])(
    'P40 allow a new address %s',
    (address) => {
      expect(judge('models.example.com', address)).toBe(true);
    },
  );

  test.each(['10.2.0.1', '192.0.2.8', '2001:db9::1', '93.184.216.34', '127.0.0.1'])('refuse %s', (address) => {
    expect(judge('models.example.com', address)).toBe(false);
  });
});

describe('a host that is an address or localhost', () => {
  test.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['[::1]', '::1', true],
    ['[::ffff:7f00:1]', '127.0.0.1', true],
    ['169.254.169.254', '169.254.169.254', true],
    ['localhost', '127.0.0.1', true],
    ['localhost', '::1', true],
    ['localhost', '10.0.0.1', false],
    ['localhost.', '127.0.0.1', false],
    ['api.localhost', '127.0.0.1', false],
  ])('%s at %s: %s', (hostname, address, isAllowed) => {
    expect(anywhere(hostname, address)).toBe(isAllowed);
  });
});

describe('an authority that the file names', () => {
  test.each([
    ['login.example.com', '93.184.216.34', true],
    ['login.corp.internal', '10.0.0.8', true],
    ['login.example.com', '127.0.0.1', false],
    ['login.example.com', '::1', false],
    ['login.example.com', '::ffff:127.0.0.1', false],
    ['login.example.com', '169.254.169.254', false],
    ['login.example.com', '0.0.0.0', false],
    ['169.254.169.254', '169.254.169.254', false],
    ['[::ffff:169.254.169.254]', '::ffff:169.254.169.254', false],
    ['0.0.0.0', '0.0.0.0', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['[::1]', '::1', true],
    ['localhost', '127.0.0.1', true],
    ['localhost', '169.254.169.254', false],
    ['api.localhost', '127.0.0.1', false],
  ])('%s at %s: %s', (hostname, address, isAllowed) => {
    expect(authorityJudge(hostname, address)).toBe(isAllowed);
  });
});
