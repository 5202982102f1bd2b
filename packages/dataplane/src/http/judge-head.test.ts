import { describe, expect, test } from 'vitest';
import { judgeHead, type RequestHead } from './judge-head.ts';

const MAX_HEADERS = 3;

describe('judgeHead', () => {
  test.each([
    ['a plain request', {}],
    ['HTTP/1.0 without a Host', { httpVersion: '1.0', rawHeaders: [] }],
    ['a Host with a port', { rawHeaders: ['Host', 'gateway.test:8443'] }],
    ['an IPv6 Host', { rawHeaders: ['Host', '[::1]:18800'] }],
    ['chunked in any case', { rawHeaders: ['Host', 'a', 'Transfer-Encoding', 'Chunked'] }],
    ['Expect: 100-continue in any case', { rawHeaders: ['Host', 'a', 'expect', '100-Continue'] }],
    ['an offer of h2c', { rawHeaders: ['Host', 'a', 'Upgrade', 'h2c'] }],
    ['a model id with an encoded slash', { url: '/v1/models/local%2Fsmall' }],
    ['dots inside a segment', { url: '/v1/models/gpt-4.1...mini' }],
    ['anything in the query', { url: '/admin?next=//evil.test/../;\\' }],
    ['as many headers as allowed', { rawHeaders: ['Host', 'a', 'X', 'b', 'X', 'c'] }],
  ])('lets %s pass', (_name, head) => {
    expect(judgeHead(requestHead(head), MAX_HEADERS)).toBeUndefined();
  });

  test.each([
    ['one header too many', { rawHeaders: ['Host', 'a', 'X', 'b', 'X', 'c', 'X', 'd'] }, 'headers_too_large'],
    ['HTTP/2.0 in text', { httpVersion: '2.0' }, 'invalid_request'],
    ['no Host', { rawHeaders: [] }, 'invalid_request'],
    ['an empty Host', { rawHeaders: ['Host', ''] }, 'invalid_request'],
    ['a Host that is a URL', { rawHeaders: ['Host', 'http://a'] }, 'invalid_request'],
    ['a Host twice', { rawHeaders: ['Host', 'a', 'host', 'a'] }, 'invalid_request'],
    ['chunked in HTTP/1.0', { httpVersion: '1.0', rawHeaders: ['Transfer-Encoding', 'chunked'] }, 'invalid_request'],
    ['a second coding', { rawHeaders: ['Host', 'a', 'Transfer-Encoding', 'gzip, chunked'] }, 'invalid_request'],
    ['another expectation', { rawHeaders: ['Host', 'a', 'Expect', 'tea'] }, 'expectation_failed'],
    ['a WebSocket among offers', { rawHeaders: ['Host', 'a', 'Upgrade', 'h2c, WebSocket'] }, 'upgrade_refused'],
    ['TRACE', { method: 'TRACE' }, 'method_not_allowed'],
    ['the absolute form', { url: 'http://a/v1' }, 'invalid_request'],
    ['the asterisk form', { method: 'OPTIONS', url: '*' }, 'invalid_request'],
    ['a dot segment at the end', { url: '/v1/..' }, 'not_found'],
    ['an encoded dot segment', { url: '/%2E%2e/admin' }, 'not_found'],
    ['a dot segment behind an encoded slash', { url: '/v1%2f../admin' }, 'not_found'],
    ['an encoded backslash', { url: '/v1%5Cadmin' }, 'not_found'],
    ['an encoded line end', { url: '/v1%0d%0aX' }, 'not_found'],
    ['a broken escape', { url: '/v1/100%' }, 'not_found'],
  ])('refuses %s', (_name, head, code) => {
    expect(judgeHead(requestHead(head), MAX_HEADERS)?.code).toBe(code);
  });

  test('names the header at fault', () => {
    const twice = requestHead({ rawHeaders: ['Host', 'a', 'Authorization', 'x', 'AUTHORIZATION', 'x'] });

    expect(judgeHead(twice, MAX_HEADERS)?.details.param).toBe('authorization');
  });
});

function requestHead(head: Partial<RequestHead>): RequestHead {
  return { method: 'GET', url: '/v1/models', httpVersion: '1.1', rawHeaders: ['Host', 'gateway.test'], ...head };
}
