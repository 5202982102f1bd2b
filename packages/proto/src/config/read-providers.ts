// `providers.<name>`: where models are, and how they are reached.
import type { CredentialReference, EntraCredential, ProviderConfig, ProviderTimeouts } from './config-types.ts';
import { isLoopbackHost } from './ip-range.ts';
import { object, stated } from './object-reader.ts';
import { baseUrl, httpUrl } from './read-url.ts';
import { boolean, environmentName, integer, list, oneOf, oneOrList, type Reader, record, text } from './read-value.ts';

/** Connect / first byte streaming, otherwise / idle / total. */
export const DEFAULT_TIMEOUTS: ProviderTimeouts = {
  connectMs: 5_000,
  firstByteStreamMs: 120_000,
  firstByteMs: 600_000,
  idleMs: 120_000,
  totalMs: 3_600_000,
};

/** Longer than a day is a mistake in the unit. */
const MAX_TIMEOUT_MS = 86_400_000;
const MAX_RATE = 1_000_000_000_000;
const DEFAULT_ENTRA_AUTHORITY = 'https://login.microsoftonline.com';
const DEFAULT_ENTRA_SCOPE = 'https://cognitiveservices.azure.com/.default';

const providerNameText = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  'a provider name of letters, digits, ".", "_" and "-"',
);

/** A provider's name is the first part of its models' ids. */
export const providerName: Reader<string> = (node, place) => {
  const name = providerNameText(node, place);
  return name?.toLowerCase() === 'secrouter' ? place.refuse('"secrouter/auto" means routing by tier') : name;
};

/** One provider. */
export const provider: Reader<ProviderConfig> = object((fields) => {
  const azureAuth = fields.optional('azureAuth', oneOf('api-key', 'entra'));
  const entra = fields.optional('entra', entraCredential);
  const api = fields.withDefault('api', oneOf('openai', 'azure', 'bedrock', 'anthropic'), 'openai');
  const auth = fields.optional('auth', providerAuth);
  if (azureAuth === 'entra' && entra === undefined)
    fields.place.at('entra').refuse('is required with azureAuth "entra"');
  if (azureAuth === 'entra' && api !== 'azure')
    fields.place.at('azureAuth').advise('has an effect with api "azure" only: no Entra token is sent');
  if (azureAuth !== 'entra' && entra !== undefined)
    fields.place.at('entra').advise('has an effect with azureAuth "entra" only: no Entra token is sent');
  if (azureAuth === 'entra' && api === 'azure' && auth !== undefined)
    fields.place.at('auth').advise('is not used with azureAuth "entra": the token is the credential');
  return stated({
    baseUrls: fields.required('baseUrl', oneOrList(baseUrl), []),
    api,
    auth,
    native: fields.withDefault('native', list(oneOf('responses', 'messages')), []),
    streamUsage: fields.withDefault('streamUsage', boolean, true),
    store: fields.withDefault('store', oneOf('forbid', 'allow'), 'forbid'),
    proxy: fields.optional('proxy', proxyUrl),
    caFile: fields.optional('caFile', text()),
    clientCert: fields.optional('clientCert', clientCertificate),
    maxConcurrent: fields.optional('maxConcurrent', integer(1, 1_000_000)),
    requestsPerMinute: fields.optional('rpm', integer(1, MAX_RATE)),
    tokensPerMinute: fields.optional('tpm', integer(1, MAX_RATE)),
    headers: fields.withDefault('headers', record(headerValue, headerName), {}),
    region: fields.optional('region', text()),
    apiVersion: fields.optional('apiVersion', text()),
    azureAuth,
    entra,
    timeouts: fields.withDefault('timeouts', timeouts, DEFAULT_TIMEOUTS),
  });
});

/** A reference to a secret; strategies of older files are accepted and name what replaces them. */
const providerAuth: Reader<CredentialReference> = (node, place) => {
  const kind = node.kind === 'object' ? node.members.get('type')?.value : undefined;
  if (kind?.kind === 'string' && (kind.value === 'profiles' || kind.value === 'keychain')) {
    place.replace(`type "${kind.value}" is not read: use {"type": "env", "key"} or {"type": "file", "filePath"}`);
    return undefined;
  }
  return credentialReference(node, place);
};

const credentialReference: Reader<CredentialReference> = object((fields) => {
  const type = fields.required('type', oneOf('env', 'file'), 'env');
  if (type === 'file') return { type, filePath: fields.required('filePath', text(), '') };
  return { type, key: fields.required('key', environmentName, '') };
});

/** The client's secret is sent there: https, or http on this very machine (a stand-in for the authority). */
const entraAuthority: Reader<string> = (node, place) => {
  const url = httpUrl(node, place);
  if (url === undefined) return undefined;
  if (url.search !== '' || url.hash !== '') return place.refuse('an authority has no query and no fragment');
  const isOwnMachine = isLoopbackHost(url.hostname) && !url.hostname.endsWith('.localhost');
  if (url.protocol === 'http:' && !isOwnMachine) return place.refuse('expected https: the client secret is sent there');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
};

/** The tenant is a segment of the authority's path. */
const tenantId = text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/, "a tenant's id or domain");

const entraCredential: Reader<EntraCredential> = object((fields) => ({
  tenantId: fields.required('tenantId', tenantId, ''),
  clientId: fields.required('clientId', text(), ''),
  clientSecretEnv: fields.required('clientSecretEnv', environmentName, ''),
  authority: fields.withDefault('authority', entraAuthority, DEFAULT_ENTRA_AUTHORITY),
  scope: fields.withDefault('scope', text(), DEFAULT_ENTRA_SCOPE),
}));

const clientCertificate = object((fields) => ({
  certPath: fields.required('certPath', text(), ''),
  keyPath: fields.required('keyPath', text(), ''),
}));

const proxyUrl: Reader<string> = (node, place) => httpUrl(node, place)?.href;

const timeout = integer(1, MAX_TIMEOUT_MS);
const timeouts: Reader<ProviderTimeouts> = object((fields) => ({
  connectMs: fields.withDefault('connectMs', timeout, DEFAULT_TIMEOUTS.connectMs),
  firstByteStreamMs: fields.withDefault('firstByteStreamMs', timeout, DEFAULT_TIMEOUTS.firstByteStreamMs),
  firstByteMs: fields.withDefault('firstByteMs', timeout, DEFAULT_TIMEOUTS.firstByteMs),
  idleMs: fields.withDefault('idleMs', timeout, DEFAULT_TIMEOUTS.idleMs),
  totalMs: fields.withDefault('totalMs', timeout, DEFAULT_TIMEOUTS.totalMs),
}));

/** Framing and routing belong to the gateway; a file that sets them could smuggle a request (RFC 9110 section 7.6.1). */
const RESERVED_HEADERS = [
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

const headerToken = text(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,256}$/, 'a header name');

const headerName: Reader<string> = (node, place) => {
  const name = headerToken(node, place);
  if (name === undefined) return undefined;
  if (RESERVED_HEADERS.includes(name.toLowerCase())) return place.refuse('this header is set by the gateway itself');
  if (['authorization', 'api-key', 'x-api-key'].includes(name.toLowerCase()))
    place.advise('a credential in the file is visible to everyone who reads it; use "auth"');
  return name;
};

const headerValue = text(/^[\t\x20-\x7e]*$/, 'visible ASCII characters');
