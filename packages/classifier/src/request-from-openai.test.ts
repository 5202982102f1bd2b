import { expect, test } from 'vitest';
import { requestFromOpenAi } from './request-from-openai.ts';

test('reads strings, parts, images, tool calls, tools and the response format', () => {
  const request = requestFromOpenAi({
    messages: [
      { role: 'system', content: 'Be kind.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is' },
          { type: 'image_url', image_url: { url: 'data:,' } },
          { type: 'text', text: 'this?' },
        ],
      },
      { role: 'assistant', content: null, tool_calls: [{ id: 'a' }, { id: 'b' }] },
      { role: 'tool', tool_call_id: 'a', content: 'ok' },
    ],
    tools: [{ type: 'function' }],
    response_format: { type: 'json_object' },
  });

  expect(request).toEqual({
    messages: [
      { role: 'system', text: 'Be kind.' },
      { role: 'user', text: 'What is\nthis?', hasImage: true },
      { role: 'assistant', text: '', toolCallCount: 2 },
      { role: 'tool', text: 'ok' },
    ],
    toolCount: 1,
    responseFormat: 'json_object',
  });
});

test.each([
  [undefined, 'messages must be an array'],
  [{ messages: 'hi' }, 'messages must be an array'],
  [{ messages: [{ role: 'robot', content: '' }] }, 'messages[0].role'],
  [{ messages: [null] }, 'messages[0].role'],
  [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
])('refuses %j', (value, message) => {
  expect(() => requestFromOpenAi(value)).toThrow(message);
});
