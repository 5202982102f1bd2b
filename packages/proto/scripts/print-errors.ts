// Prints the table of docs/errors.md from the refusal table, so that the page cannot say something else than the code.
import { LONGEST_AUTOMATIC_RETRY_SECONDS, REFUSALS, type RetryAdvice } from '../src/refusal/refusal-table.ts';

const ADVICE: Readonly<Record<RetryAdvice, string>> = { no: 'no', yes: 'yes, at once', after: 'after `Retry-After`' };

const rows = Object.entries(REFUSALS).map(
  ([code, { status, type, message, retry }]) =>
    `| ${status} | \`${code}\` | \`${type}\` | ${ADVICE[retry]} | ${message.replaceAll('|', '\\|')} |`,
);

process.stdout.write(`# Errors

Every error is JSON in OpenAI's shape, so that SDKs raise their own exception classes:

\`\`\`json
{ "error": { "message": "…", "type": "…", "code": "…", "param": null } }
\`\`\`

\`x-should-retry\` is on every error. \`Retry-After\` (seconds) is there only where waiting helps; when it is above
${LONGEST_AUTOMATIC_RETRY_SECONDS}, \`x-should-retry\` is \`false\`. \`X-Request-Id\` names the request in the log and in the audit trail.

The message is the one below; only where a more exact one helps it differs: budget refusals name the window, the
dimension, the limit and what is used, and a model provider's own 400, 404, 413 or 422 is relayed with its \`type\`,
\`code\`, \`param\` and message (at most 1,024 characters, without control characters; addresses, keys and deployment
names are masked). An error in the middle of a stream is its last event, \`data: {"error": …}\`, without \`[DONE]\`. Of
the admin API a 409 also carries \`revision\` and \`value\`, a 422 \`problems\`.

| status | code | type | retry | message |
|---|---|---|---|---|
${rows.join('\n')}

This page is the output of \`packages/proto/scripts/print-errors.ts\`; do not edit it by hand.
`);
